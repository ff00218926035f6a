//! What the guest tells: a line a figure, lines of stretches that only the witness counts, and a last one that says how many
//! figures there were.
//!
//! ```text
//! bench figure NAME UNIT SAMPLES LEAST MEDIAN GREATEST MARK BATCH
//! bench error NAME REASON …
//! bench stretch NAME MARK SECONDS
//! bench cores COUNT STEP
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
    /// A stretch that only the witness counts.
    Stretch(Stretch),
    /// Several cores did the same.
    Cores(Cores),
}

/// The cores that measured together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cores {
    /// How many they were.
    pub count: u64,
    /// By how much the mark of each is above that of the one before.
    pub step: u64,
}

impl Cores {
    /// The marks of all, from the first's.
    pub fn marks(self, first: u64) -> impl Iterator<Item = u64> + Clone {
        (0..self.count).map(move |core| first + core * self.step)
    }
}

/// A stretch that only the witness counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// What happens in it.
    pub name: String,
    /// Its mark.
    pub mark: u64,
    /// How many seconds it is long, where that matters.
    pub seconds: u64,
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
            ["stretch", name, mark, seconds] => told.push(Told::Stretch(Stretch {
                name: (*name).to_owned(),
                mark: mark.parse().map_err(|_| malformed())?,
                seconds: seconds.parse().map_err(|_| malformed())?,
            })),
            ["cores", count, step] => told.push(Told::Cores(Cores {
                count: count.parse().map_err(|_| malformed())?,
                step: step.parse().map_err(|_| malformed())?,
            })),
            ["end", figures, errors] => {
                let figures: usize = figures.parse().map_err(|_| malformed())?;
                let errors: usize = errors.parse().map_err(|_| malformed())?;
                end = Some((figures, errors));
            }
            _ => return Err(malformed()),
        }
    }
    let count = |is: fn(&Told) -> bool| told.iter().filter(|told| is(told)).count();
    let figures = count(|told| matches!(told, Told::Figure(_)));
    let errors = count(|told| matches!(told, Told::Error { .. }));
    match end {
        Some(end) if end == (figures, errors) => Ok(told),
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
                         bench error ipc.fpu no programs yet\r\nbench stretch idle 7 10\r\nbench cores 4 16\r\n\
                         bench end 1 1\r\n";

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
        let stretch = Told::Stretch(Stretch {
            name: "idle".to_owned(),
            mark: 7,
            seconds: 10,
        });
        let cores = Cores { count: 4, step: 16 };
        assert_eq!(
            told,
            [Told::Figure(expected), error, stretch, Told::Cores(cores)]
        );
        assert_eq!(cores.marks(3).collect::<Vec<_>>(), [3, 19, 35, 51]);
    }

    #[test]
    fn lost_lines_are_noticed() {
        for text in [
            LINES.replace("bench end 1 1", ""),
            LINES.replace("bench end 1 1", "bench end 2 1"),
            LINES.replace("bench end 1 1", "bench end 1 0"),
            LINES.replace(" 64 ", " x "),
            LINES.replace(" 7 10", " 7"),
            LINES.replace(" 2 8", " 2"),
            LINES.replace(" 2 8", " 2 0"),
            LINES.replace("bench end", "bench and"),
        ] {
            assert!(read(&text).is_err(), "{text}");
        }
    }
}
