//! What the guest tells: a line a figure, and a last one that says how many there were.
//!
//! ```text
//! bench figure NAME UNIT SAMPLES LEAST MEDIAN GREATEST MARK BATCH
//! bench error NAME REASON …
//! bench end FIGURES ERRORS
//! ```

use super::value::Value;
use crate::error::{Error, Outcome};

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// A figure.
    Figure(Measured),
    /// What was not measured.
    Error {
        /// The figure's name.
        name: String,
        /// Why.
        reason: String,
    },
}

/// What the guest measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// The figure's name.
    pub name: String,
    /// What its values count.
    pub unit: String,
    /// How many samples there were.
    pub samples: u64,
    /// The least, per operation.
    pub least: Value,
    /// The median, per operation.
    pub median: Value,
    /// The greatest, per operation.
    pub greatest: Value,
    /// The number of its marked run; `None` if it has none.
    pub mark: Option<u64>,
    /// How many operations a run has.
    pub batch: u64,
}

/// Reads all lines.
///
/// # Errors
/// If a line is malformed, lines are missing, or the last one is.
pub fn read(text: &str) -> Outcome<Vec<Told>> {
    let (mut told, mut end) = (Vec::new(), None);
    for line in text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("bench "))
    {
        let malformed = || Error::new(format!("the guest told something malformed: `{line}`"));
        let words: Vec<_> = line.split(' ').collect();
        match words.as_slice() {
            ["figure", fields @ ..] => {
                told.push(Told::Figure(measured(fields).ok_or_else(malformed)?));
            }
            ["error", name, ..] => told.push(Told::Error {
                name: (*name).to_owned(),
                reason: line.splitn(3, ' ').nth(2).unwrap_or_default().to_owned(),
            }),
            ["end", figures, errors] => {
                let figures: usize = figures.parse().map_err(|_| malformed())?;
                let errors: usize = errors.parse().map_err(|_| malformed())?;
                end = Some((figures, errors));
            }
            _ => return Err(malformed()),
        }
    }
    let is_figure = |told: &&Told| matches!(told, Told::Figure(_));
    let figures = told.iter().filter(is_figure).count();
    match end {
        Some(end) if end == (figures, told.len() - figures) => Ok(told),
        Some(_) => Err(Error::new("some of the guest's lines were lost")),
        None => Err(Error::new("the guest did not come to its end")),
    }
}

fn measured(fields: &[&str]) -> Option<Measured> {
    let [name, unit, samples, least, median, greatest, mark, batch] = fields else {
        return None;
    };
    let mark: u64 = mark.parse().ok()?;
    Some(Measured {
        name: (*name).to_owned(),
        unit: (*unit).to_owned(),
        samples: samples.parse().ok()?,
        least: least.parse().ok()?,
        median: median.parse().ok()?,
        greatest: greatest.parse().ok()?,
        mark: (mark != 0).then_some(mark),
        batch: batch.parse().ok().filter(|batch| *batch > 0)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = "noise\r\nbench figure ipc.call instructions 64 50 51 60 2 8\r\n\
                         bench error ipc.fpu no programs yet\r\nbench end 1 1\r\n";

    #[test]
    fn figures_and_errors_are_read() {
        let told = read(LINES).expect("well formed");
        let expected = Measured {
            name: "ipc.call".to_owned(),
            unit: "instructions".to_owned(),
            samples: 64,
            least: Value::whole(50),
            median: Value::whole(51),
            greatest: Value::whole(60),
            mark: Some(2),
            batch: 8,
        };
        let error = Told::Error {
            name: "ipc.fpu".to_owned(),
            reason: "no programs yet".to_owned(),
        };
        assert_eq!(told, [Told::Figure(expected), error]);
    }

    #[test]
    fn lost_lines_are_noticed() {
        for text in [
            LINES.replace("bench end 1 1", ""),
            LINES.replace("bench end 1 1", "bench end 2 1"),
            LINES.replace("bench end 1 1", "bench end 1 0"),
            LINES.replace(" 64 ", " x "),
            LINES.replace(" 2 8", " 2"),
            LINES.replace(" 2 8", " 2 0"),
            LINES.replace("bench end", "bench and"),
        ] {
            assert!(read(&text).is_err(), "{text}");
        }
    }
}
