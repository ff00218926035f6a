//! A figure: what the guest counted, and what the witness saw of it from outside.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::value::Value;
use crate::board::Board;
use crate::error::{Error, Outcome};

/// What the names of figures begin with that wait for a disk.
const DISKS: &str = "disk.";

/// One figure of one board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// What was measured.
    pub name: String,
    /// What its values count.
    pub unit: String,
    /// Of how many samples.
    pub n: u64,
    /// The least of them.
    pub min: Value,
    /// The one in the middle.
    pub median: Value,
    /// The greatest of them.
    pub max: Value,
    /// Where.
    pub board: String,
    /// What the witness saw of one further run.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Seen>,
}

impl Figure {
    /// Whether every run of one build tells the same: it counts, and waits for nothing that the host does.
    pub fn is_exact(&self) -> bool {
        let counts = matches!(self.unit.as_str(), "instructions" | "bytes" | "interrupts");
        counts && !(self.name.starts_with(DISKS) && self.has_device())
    }

    /// Whether the board's disk is a device. The Raspberry Pi's is in memory.
    fn has_device(&self) -> bool {
        self.board != Board::Raspi4b.name()
    }
}

/// What the witness saw of one run, per operation, less what reading the counter takes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Instructions.
    pub instructions: Value,
    /// Loads from memory and devices.
    pub loads: Value,
    /// Stores to memory and devices.
    pub stores: Value,
    /// Distinct lines of 64 bytes with data.
    pub data_lines: Value,
    /// Distinct lines of 64 bytes with instructions.
    pub code_lines: Value,
    /// Privileged and ordering instructions by class; those that there are none of are left out.
    pub special: BTreeMap<String, Value>,
    /// Bytes that string instructions copied.
    pub copied_bytes: Value,
    /// Bytes that string instructions cleared.
    pub cleared_bytes: Value,
    /// Instructions by function, with those of reading the counter; small ones are one.
    pub functions: BTreeMap<String, Value>,
}

/// What could not be measured, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// What.
    pub name: String,
    /// Why.
    pub error: String,
    /// Where.
    pub board: String,
}

/// What cannot be measured on a board yet, which is known, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absent {
    /// What.
    pub name: String,
    /// Why.
    pub absent: String,
    /// Where.
    pub board: String,
}

/// What a run of the suite gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// What was measured.
    pub all: Vec<Figure>,
    /// What is known to be absent.
    pub absent: Vec<Absent>,
    /// What was not measured, although it should.
    pub missing: Vec<Missing>,
}

impl Figures {
    /// Leaves only those whose name has a text.
    pub fn retain(&mut self, text: &str) {
        self.all.retain(|figure| figure.name.contains(text));
        self.absent.retain(|absent| absent.name.contains(text));
        self.missing.retain(|missing| missing.name.contains(text));
    }

    /// Takes those of another run as well.
    pub fn extend(&mut self, others: Self) {
        self.all.extend(others.all);
        self.absent.extend(others.absent);
        self.missing.extend(others.missing);
    }

    /// The figure with a name.
    pub fn find(&self, name: &str) -> Option<&Figure> {
        self.all.iter().find(|figure| figure.name == name)
    }

    /// Whether everything was measured that can be.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }

    /// As lines of JSON, what is missing last.
    ///
    /// # Errors
    /// Never for figures that were measured.
    pub fn to_json(&self) -> Outcome<String> {
        let mut text = String::new();
        let figures = self.all.iter().map(serde_json::to_string);
        let absent = self.absent.iter().map(serde_json::to_string);
        let missing = self.missing.iter().map(serde_json::to_string);
        for line in figures.chain(absent).chain(missing) {
            text += &line.map_err(|cause| Error::new(format!("no JSON: {cause}")))?;
            text.push('\n');
        }
        Ok(text)
    }
}

/// Reads figures, and what is missing, from lines of JSON.
///
/// # Errors
/// If a line is neither, with its place.
pub fn parse(text: &str, path: &Path) -> Outcome<Figures> {
    let mut figures = Figures::default();
    for (line, number) in text.lines().zip(1..) {
        if line.trim().is_empty() {
            continue;
        }
        if let Ok(missing) = serde_json::from_str::<Missing>(line) {
            figures.missing.push(missing);
            continue;
        }
        if let Ok(absent) = serde_json::from_str::<Absent>(line) {
            figures.absent.push(absent);
            continue;
        }
        let figure = serde_json::from_str(line).map_err(|cause| {
            Error::new(format!("not a figure: {cause}"))
                .at(format!("{}:{number}", path.display()))
                .remedy("the file holds what `cargo weft bench --json FILE` writes")
        })?;
        figures.all.push(figure);
    }
    Ok(figures)
}

/// Reads the figures in a file.
///
/// # Errors
/// If it cannot be read, or a line is no figure.
pub fn read(path: &Path) -> Outcome<Vec<Figure>> {
    let text = fs::read_to_string(path).map_err(|cause| Error::io("read", path, &cause))?;
    Ok(parse(&text, path)?.all)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A figure with nothing but a median.
    pub(crate) fn figure(name: &str, median: u64) -> Figure {
        Figure {
            name: name.to_owned(),
            unit: "instructions".to_owned(),
            n: 64,
            min: Value::whole(median),
            median: Value::whole(median),
            max: Value::whole(median),
            board: "q35".to_owned(),
            seen: None,
        }
    }

    #[test]
    fn figures_of_disks_are_exact_where_the_disk_is_in_memory() {
        let disk = |board: Board| Figure {
            board: board.name().to_owned(),
            ..figure("disk.read_4k", 7)
        };
        assert!(!disk(Board::Q35).is_exact() && !disk(Board::Virt).is_exact());
        assert!(disk(Board::Raspi4b).is_exact());
    }

    #[test]
    fn figures_are_read_as_they_were_written() {
        let mut seen = figure("b", 7);
        seen.seen = Some(Seen {
            loads: Value::share(5, 2),
            special: BTreeMap::from([("fences".to_owned(), Value::whole(1))]),
            ..Seen::default()
        });
        let figures = Figures {
            all: vec![figure("a", 50), seen],
            absent: vec![Absent {
                name: "d".to_owned(),
                absent: "no disk".to_owned(),
                board: "q35".to_owned(),
            }],
            missing: vec![Missing {
                name: "c".to_owned(),
                error: "no".to_owned(),
                board: "q35".to_owned(),
            }],
        };
        let text = figures.to_json().expect("lines");
        let first = r#"{"name":"a","unit":"instructions","n":64,"min":50,"median":50,"max":50,"board":"q35"}"#;
        assert_eq!(text.lines().next(), Some(first));
        assert_eq!(text.lines().count(), 4);
        assert_eq!(parse(&text, Path::new("f")).expect("figures"), figures);
    }

    #[test]
    fn a_line_that_is_no_figure_is_named() {
        let error = parse("\n{}\n", Path::new("f.jsonl")).expect_err("no figure");
        assert!(error.to_string().contains("f.jsonl:2"), "{error}");
    }
}
