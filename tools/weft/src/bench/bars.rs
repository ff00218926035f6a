//! The bars: where each figure is to land, and what other systems take for the same.
//!
//! `docs/bench/bars.toml` is data that people decide about; nothing fails because a bar is missed, because a system on
//! its way misses most of them. The gate looks at growth, this at how far there is to go.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::figure::{Figure, Figures};
use super::table;
use super::value::Value;
use crate::board::Board;
use crate::error::{Error, Outcome};

/// The file, from the tree's root.
pub const FILE: &str = "docs/bench/bars.toml";

/// What clears memory in the kernel, as the witness names it.
const CLEARS: &str = "weft-kernel: memset";

/// A bar of one figure.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bar {
    /// The figure.
    pub name: String,
    /// Which number of the witness's vector; `None` for the median.
    pub part: Option<String>,
    /// What is taken off before it is compared.
    pub without: Option<Without>,
    /// The figure as whose multiple this one is compared; the bar is a ratio then.
    pub of: Option<String>,
    /// Where it is on q35.
    pub q35: Option<Heights>,
    /// Where it is on virt.
    pub virt: Option<Heights>,
    /// What is compared with, where that is not the same.
    pub note: Option<String>,
}

/// What is taken off before a figure is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Without {
    /// The function that clears memory.
    Clearing,
}

/// The bar, and what others take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heights {
    /// The most that the figure may be.
    pub bar: Value,
    /// What seL4 takes.
    pub sel4: Option<Value>,
    /// What Linux takes.
    pub linux: Option<Value>,
}

/// Whether a bar is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The figure is not above it.
    Met,
    /// It is.
    Missed,
}

impl State {
    /// One word for people.
    pub fn text(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Missed => "missed",
        }
    }
}

/// All bars.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bars {
    #[serde(default, rename = "bar")]
    all: Vec<Bar>,
}

/// Reads the bars.
///
/// # Errors
/// If the file cannot be read or is malformed.
pub fn read(path: &Path) -> Outcome<Bars> {
    let text = fs::read_to_string(path).map_err(|cause| Error::io("read", path, &cause))?;
    toml::from_str(&text).map_err(|cause| Error::new(cause.to_string()).at(path.display()))
}

impl Bar {
    fn on(&self, board: &str) -> Option<Heights> {
        match Board::named(board)? {
            Board::Q35 => self.q35,
            // They are the processor's, which is the same.
            Board::Virt | Board::Raspi4b => self.virt,
        }
    }

    /// What people read.
    fn title(&self) -> String {
        match (&self.part, &self.of) {
            (Some(part), _) => format!("{} ({part})", self.name),
            (None, Some(of)) => format!("{} / {of}", self.name),
            (None, None) => self.name.clone(),
        }
    }

    /// What is compared with the bar; `None` if the figure has no such number.
    fn value(&self, figure: &Figure, figures: &Figures) -> Option<Value> {
        let seen = figure.seen.as_ref();
        if let Some(of) = &self.of {
            return Some(ratio(figure.median, figures.find(of)?.median));
        }
        match (self.part.as_deref(), self.without) {
            (Some("data_lines"), _) => seen.map(|seen| seen.data_lines),
            (Some("copied_bytes"), _) => seen.map(|seen| seen.copied_bytes),
            // Classes that there are none of are not told.
            (Some(part), _) => seen.map(|seen| seen.special.get(part).copied().unwrap_or_default()),
            (None, Some(Without::Clearing)) => {
                let cleared = seen?.functions.get(CLEARS).copied().unwrap_or_default();
                Some(figure.median.less(cleared))
            }
            (None, None) => Some(figure.median),
        }
    }

    fn state(
        &self,
        figure: &Figure,
        heights: Heights,
        figures: &Figures,
    ) -> Option<(Value, State)> {
        let value = self.value(figure, figures)?;
        let state = match value <= heights.bar {
            true => State::Met,
            false => State::Missed,
        };
        Some((value, state))
    }
}

/// By how many times one value is another, rounded up to hundredths: what is rounded must not meet a bar by that.
fn ratio(value: Value, of: Value) -> Value {
    let hundredths = (value.hundredths() * 100).div_ceil(of.hundredths().max(1));
    Value::share(hundredths, 100)
}

impl Bars {
    /// Whether there is a bar of a figure.
    #[cfg(test)]
    pub(crate) fn names(&self, figure: &str) -> bool {
        self.all.iter().any(|bar| bar.name == figure)
    }

    /// The bar of a figure's median, in the words of a table.
    pub fn beside(&self, figure: &Figure) -> String {
        let mut own = self.all.iter().filter(|bar| bar.name == figure.name);
        let bar = own.find(|bar| bar.part.is_none() && bar.of.is_none());
        let told = bar.and_then(|bar| {
            let heights = bar.on(&figure.board)?;
            let (_, state) = bar.state(figure, heights, &Figures::default())?;
            Some(format!("{} {}", heights.bar, state.text()))
        });
        told.unwrap_or_else(|| "-".to_owned())
    }

    /// The bars of figures with such names that are missed, or cannot be compared.
    pub fn missed(&self, board: &str, figures: &Figures, prefix: &str) -> Vec<String> {
        let own = self.all.iter().filter(|bar| bar.name.starts_with(prefix));
        let missed = own.filter_map(|bar| {
            let heights = bar.on(board)?;
            let figure = figures.find(&bar.name);
            match figure.and_then(|figure| bar.state(figure, heights, figures)) {
                Some((_, State::Met)) => None,
                Some((value, State::Missed)) => Some(format!(
                    "{}: {value} instead of {}",
                    bar.title(),
                    heights.bar
                )),
                None => Some(format!("{}: not measured", bar.title())),
            }
        });
        missed.collect()
    }

    /// A table of all bars of a board, and how many of them are met.
    pub fn show(&self, board: &str, figures: &Figures) -> String {
        let head = ["FIGURE", "NOW", "BAR", "STATE", "SEL4", "LINUX", "NOTE"];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        let (mut met, mut count) = (0, 0);
        for bar in &self.all {
            let Some(heights) = bar.on(board) else {
                continue;
            };
            let figure = figures.find(&bar.name);
            let told = figure.and_then(|figure| bar.state(figure, heights, figures));
            count += 1;
            met += usize::from(matches!(told, Some((_, State::Met))));
            rows.push(row(bar, heights, told));
        }
        format!(
            "{}{met} of {count} bars are met on {board}\n",
            table::aligned(&rows)
        )
    }
}

fn row(bar: &Bar, heights: Heights, told: Option<(Value, State)>) -> Vec<String> {
    let shown = |value: Option<Value>| value.map_or_else(|| "-".to_owned(), |v| v.to_string());
    vec![
        bar.title(),
        shown(told.map(|(value, _)| value)),
        heights.bar.to_string(),
        told.map_or("not measured", |(_, state)| state.text())
            .to_owned(),
        shown(heights.sel4),
        shown(heights.linux),
        bar.note.clone().unwrap_or_default(),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::figure::Seen;
    use super::super::figure::tests::figure;
    use super::*;
    use crate::project::Project;

    fn bars(text: &str) -> Bars {
        toml::from_str(text).expect("well formed")
    }

    fn cleared(name: &str, median: u64, clearing: u64) -> Figure {
        let mut figure = figure(name, median);
        let clearing = (CLEARS.to_owned(), Value::whole(clearing));
        figure.seen = Some(Seen {
            data_lines: Value::whole(15),
            functions: BTreeMap::from([clearing]),
            ..Seen::default()
        });
        figure
    }

    const TEXT: &str = "[[bar]]\nname = \"a\"\nq35 = { bar = 100, sel4 = 150 }\n\
                        [[bar]]\nname = \"a\"\npart = \"data_lines\"\nq35 = { bar = 14 }\n\
                        [[bar]]\nname = \"a\"\npart = \"fences\"\nq35 = { bar = 0 }\n\
                        [[bar]]\nname = \"b\"\nwithout = \"clearing\"\nq35 = { bar = 100 }\n\
                        [[bar]]\nname = \"c\"\nvirt = { bar = 1 }\n\
                        [[bar]]\nname = \"d\"\nq35 = { bar = 1 }\n";

    #[test]
    fn a_figure_meets_its_bar_up_to_the_bar_itself() {
        let bars = bars(TEXT);
        assert_eq!(bars.beside(&figure("a", 100)), "100 met");
        assert_eq!(bars.beside(&figure("a", 101)), "100 missed");
        assert_eq!(bars.beside(&figure("c", 1)), "-");
        assert_eq!(bars.beside(&figure("x", 1)), "-");
    }

    #[test]
    fn the_raspberry_pi_has_the_bars_of_its_processor() {
        let on = |board: Board, median| Figure {
            board: board.name().to_owned(),
            ..figure("c", median)
        };
        let bars = bars(TEXT);
        assert_eq!(bars.beside(&on(Board::Virt, 1)), "1 met");
        assert_eq!(bars.beside(&on(Board::Raspi4b, 2)), "1 missed");
    }

    #[test]
    fn clearing_is_taken_off_where_a_bar_says_so() {
        let bars = bars(TEXT);
        assert_eq!(bars.beside(&cleared("b", 612, 512)), "100 met");
        assert_eq!(bars.beside(&cleared("b", 613, 512)), "100 missed");
    }

    #[test]
    fn a_multiple_is_compared_with_another_figure_and_rounded_up() {
        let bars = bars("[[bar]]\nname = \"a.64\"\nof = \"a.1\"\nq35 = { bar = 1.02 }\n");
        let missed = |many, one| {
            let figures = Figures {
                all: vec![figure("a.64", many), figure("a.1", one)],
                ..Figures::default()
            };
            bars.missed("q35", &figures, "a.")
        };
        assert_eq!(missed(1020, 1000), Vec::<String>::new());
        assert_eq!(missed(1021, 1000), ["a.64 / a.1: 1.03 instead of 1.02"]);
        assert_eq!(bars.missed("q35", &Figures::default(), "a.").len(), 1);
        assert_eq!(
            bars.missed("virt", &Figures::default(), "a."),
            Vec::<String>::new()
        );
        assert_eq!(bars.beside(&figure("a.64", 1)), "-");
    }

    #[test]
    fn the_table_has_a_row_a_bar_of_the_board_and_counts_what_is_met() {
        let figures = Figures {
            all: vec![cleared("a", 101, 0), cleared("b", 50, 0)],
            ..Figures::default()
        };
        let text = bars(TEXT).show("q35", &figures);
        let lines: Vec<_> = text.lines().collect();
        assert!(
            lines[1].starts_with("a ") && lines[1].contains("missed"),
            "{text}"
        );
        assert!(
            lines[2].starts_with("a (data_lines)") && lines[2].contains("missed"),
            "{text}"
        );
        assert!(
            lines[3].starts_with("a (fences)") && lines[3].contains("met"),
            "{text}"
        );
        assert!(
            lines[5].starts_with("d ") && lines[5].contains("not measured"),
            "{text}"
        );
        assert_eq!(lines.last(), Some(&"2 of 5 bars are met on q35"));
    }

    #[test]
    fn the_trees_bars_are_well_formed_and_no_two_are_of_one_thing() {
        let bars = read(&Project::locate().root().join(FILE)).expect("well formed");
        assert!(bars.all.len() > 30);
        for (index, bar) in bars.all.iter().enumerate() {
            let thing = |bar: &Bar| (bar.name.clone(), bar.part.clone(), bar.of.clone());
            let is_same = |other: &&Bar| thing(other) == thing(bar);
            assert_eq!(bars.all.iter().skip(index + 1).find(is_same), None);
            assert!(bar.q35.is_some() && bar.virt.is_some(), "{}", bar.name);
        }
    }
}
