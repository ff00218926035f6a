//! The gate: what grew against the accepted figures.
//!
//! The accepted figures of a board are `docs/bench/BOARD.jsonl`; a change that makes one grow either explains
//! itself in `docs/bench/allowances.toml` or does not pass.

use std::fmt;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::figure::{Figure, Figures};
use super::value::Value;
use crate::error::{Error, Outcome};

/// How much a figure may grow, in thousandths.
const TOLERANCE: u64 = 10;

/// How many of the functions that grew are named.
const MOST_FUNCTIONS: usize = 5;

/// A figure that may grow, and why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    /// The figure.
    pub name: String,
    /// The board.
    pub board: String,
    /// Up to which median.
    pub up_to: Value,
    /// Why that is right.
    pub reason: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct AllowanceFile {
    #[serde(default)]
    allow: Vec<Allowance>,
}

/// Reads the allowances; without the file there is none.
///
/// # Errors
/// If it cannot be read or is malformed, or a reason is empty.
pub fn allowances(path: &Path) -> Outcome<Vec<Allowance>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = fs::read_to_string(path).map_err(|cause| Error::io("read", path, &cause))?;
    let file: AllowanceFile =
        toml::from_str(&text).map_err(|cause| Error::new(cause.to_string()).at(path.display()))?;
    match file
        .allow
        .iter()
        .find(|allowance| allowance.reason.trim().is_empty())
    {
        Some(allowance) => Err(Error::new(format!(
            "the allowance for `{}` has no reason",
            allowance.name
        ))
        .at(path.display())
        .remedy("say why the figure may grow")),
        None => Ok(file.allow),
    }
}

/// What the gate found of one figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It grew.
    Grew {
        /// Which.
        name: String,
        /// The accepted median.
        accepted: Value,
        /// The median now.
        now: Value,
        /// What the functions that grew took, and take.
        functions: Vec<(String, Value, Value)>,
    },
    /// It was accepted and is not measured any more.
    Gone(String),
    /// It is measured and was never accepted.
    New(String),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Grew {
                name,
                accepted,
                now,
                functions,
            } => {
                let percent = 100.0 * (now.as_f64() / accepted.as_f64() - 1.0);
                write!(f, "{name} grew from {accepted} to {now} (+{percent:.1} %)")?;
                functions.iter().try_for_each(|(function, was, is)| {
                    write!(f, "\n    {function}: {was} -> {is}")
                })
            }
            Self::Gone(name) => write!(f, "{name} was accepted and is not measured any more"),
            Self::New(name) => write!(f, "{name} is not among the accepted figures"),
        }
    }
}

/// Compares the figures of a run with accepted ones.
pub fn check(accepted: &[Figure], now: &Figures, allowances: &[Allowance]) -> Vec<Finding> {
    let compared = accepted
        .iter()
        .filter_map(|accepted| match now.find(&accepted.name) {
            Some(figure) => grown(accepted, figure, allowances),
            None => Some(Finding::Gone(accepted.name.clone())),
        });
    let is_new = |figure: &&Figure| accepted.iter().all(|known| known.name != figure.name);
    let new = now.all.iter().filter(is_new);
    compared
        .chain(new.map(|figure| Finding::New(figure.name.clone())))
        .collect()
}

fn grown(accepted: &Figure, now: &Figure, allowances: &[Allowance]) -> Option<Finding> {
    let is_allowed = |allowance: &&Allowance| {
        allowance.name == now.name && allowance.board == now.board && now.median <= allowance.up_to
    };
    if now.median <= limit(accepted) || allowances.iter().any(|allowance| is_allowed(&allowance)) {
        return None;
    }
    Some(Finding::Grew {
        name: now.name.clone(),
        accepted: accepted.median,
        now: now.median,
        functions: grown_functions(accepted, now),
    })
}

/// Up to where a median passes. What waits for devices passes up to half more than the greatest that was accepted.
fn limit(accepted: &Figure) -> Value {
    if accepted.is_exact() {
        let hundredths = accepted.median.hundredths();
        Value::share(hundredths * (1000 + TOLERANCE) / 1000, 100)
    } else {
        Value::share(accepted.max.hundredths() * 3, 200)
    }
}

fn grown_functions(accepted: &Figure, now: &Figure) -> Vec<(String, Value, Value)> {
    let (Some(was), Some(is)) = (&accepted.seen, &now.seen) else {
        return Vec::new();
    };
    let mut all: Vec<_> = is
        .functions
        .iter()
        .map(|(name, now)| {
            (
                name.clone(),
                was.functions.get(name).copied().unwrap_or_default(),
                *now,
            )
        })
        .filter(|(_, was, now)| now > was)
        .collect();
    all.sort_by_key(|(_, was, now)| was.hundredths().wrapping_sub(now.hundredths()));
    all.truncate(MOST_FUNCTIONS);
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::figure::Seen;
    use super::super::figure::tests::figure;
    use super::*;

    fn run(figures: Vec<Figure>) -> Figures {
        Figures {
            all: figures,
            ..Figures::default()
        }
    }

    fn with_functions(mut figure: Figure, functions: &[(&str, u64)]) -> Figure {
        let functions = functions
            .iter()
            .map(|(name, count)| ((*name).to_owned(), Value::whole(*count)));
        figure.seen = Some(Seen {
            functions: functions.collect::<BTreeMap<_, _>>(),
            ..Seen::default()
        });
        figure
    }

    #[test]
    fn two_percent_more_are_caught_with_the_functions_that_grew() {
        let before = with_functions(figure("ipc.call", 1000), &[("a", 600), ("b", 400)]);
        let after = with_functions(
            figure("ipc.call", 1020),
            &[("a", 590), ("b", 405), ("c", 25)],
        );
        let found = check(&[before], &run(vec![after]), &[]);
        let shown = found
            .iter()
            .map(Finding::to_string)
            .collect::<Vec<_>>()
            .join("\n");
        assert_eq!(
            shown,
            "ipc.call grew from 1000 to 1020 (+2.0 %)\n    c: 0 -> 25\n    b: 400 -> 405"
        );
    }

    #[test]
    fn one_percent_passes_and_a_little_more_does_not() {
        let accepted = [figure("a", 1000)];
        assert_eq!(check(&accepted, &run(vec![figure("a", 1010)]), &[]), []);
        assert_eq!(
            check(&accepted, &run(vec![figure("a", 1011)]), &[]).len(),
            1
        );
        assert_eq!(check(&accepted, &run(vec![figure("a", 500)]), &[]), []);
    }

    #[test]
    fn what_waits_for_devices_has_more_room() {
        let problems = |name, unit: &str, median| {
            let mut accepted = figure(name, 1000);
            accepted.max = Value::whole(1300);
            accepted.unit = unit.to_owned();
            check(&[accepted], &run(vec![figure(name, median)]), &[]).len()
        };
        assert_eq!(problems("boot", "instructions", 1950), 1);
        for (name, unit) in [("boot", "ms"), ("disk.read", "instructions")] {
            assert_eq!(problems(name, unit, 1950), 0);
            assert_eq!(problems(name, unit, 1951), 1);
        }
    }

    #[test]
    fn figures_do_not_come_and_go_unnoticed() {
        let found = check(&[figure("a", 1)], &run(vec![figure("b", 1)]), &[]);
        assert_eq!(
            found,
            [Finding::Gone("a".to_owned()), Finding::New("b".to_owned())]
        );
    }

    #[test]
    fn an_allowance_holds_for_its_figure_and_board_up_to_its_limit() {
        let allow = |name: &str, board: &str, up_to| Allowance {
            name: name.to_owned(),
            board: board.to_owned(),
            up_to: Value::whole(up_to),
            reason: "checked".to_owned(),
        };
        let accepted = [figure("a", 100)];
        let now = run(vec![figure("a", 110)]);
        assert_eq!(check(&accepted, &now, &[allow("a", "q35", 110)]), []);
        for other in [
            allow("b", "q35", 110),
            allow("a", "virt", 110),
            allow("a", "q35", 109),
        ] {
            assert_eq!(check(&accepted, &now, &[other]).len(), 1);
        }
    }

    #[test]
    fn an_allowance_needs_a_reason() {
        let path = std::env::temp_dir().join(format!("weft-allowances-{}", std::process::id()));
        let entry = "[[allow]]\nname = \"a\"\nboard = \"q35\"\nup_to = 5\nreason = ";
        fs::write(&path, format!("{entry}\" \"\n")).expect("written");
        let error = allowances(&path).expect_err("no reason");
        assert!(error.to_string().contains("`a`"), "{error}");
        fs::write(&path, format!("{entry}\"checked\"\n")).expect("written");
        assert_eq!(allowances(&path).expect("well formed").len(), 1);
        fs::remove_file(&path).expect("removed");
        assert_eq!(allowances(&path).expect("there is none"), []);
    }
}
