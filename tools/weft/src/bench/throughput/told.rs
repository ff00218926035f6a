//! What the guest tells: a line a point, and a last one that says how many there were.
//!
//! ```text
//! bench throughput WAY BYTES BATCH INSTRUCTIONS
//! bench error NAME REASON …
//! bench end POINTS ERRORS
//! ```

use std::collections::BTreeMap;
use std::num::NonZero;

use super::point::{Point, Way};
use crate::error::{Error, Outcome};

/// Everything that was told.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// What the whole batch of each point took.
    pub(super) instructions: BTreeMap<Point, u64>,
    /// Names of what was not measured, and why.
    pub(super) errors: Vec<(String, String)>,
}

/// A line.
enum Line {
    Taken(Point, u64),
    Error(String, String),
    End(usize, usize),
}

/// Reads all lines.
///
/// # Errors
/// If a line is malformed or comes twice, lines are missing, or the last one is.
pub(super) fn read(text: &str) -> Outcome<Told> {
    let (mut told, mut end) = (Told::default(), None);
    for line in text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("bench "))
    {
        let malformed = || Error::new(format!("the guest told something malformed: `{line}`"));
        match parse(line).ok_or_else(malformed)? {
            Line::Taken(point, instructions) => {
                if told.instructions.insert(point, instructions).is_some() {
                    return Err(Error::new(format!("the guest told {} twice", point.name())));
                }
            }
            Line::Error(name, reason) => told.errors.push((name, reason)),
            Line::End(points, errors) => end = Some((points, errors)),
        }
    }
    match end {
        Some(end) if end == (told.instructions.len(), told.errors.len()) => Ok(told),
        Some(_) => Err(Error::new("some of the guest's lines were lost")),
        None => Err(Error::new("the guest did not come to its end")),
    }
}

fn parse(line: &str) -> Option<Line> {
    let words: Vec<_> = line.split(' ').collect();
    match words.as_slice() {
        ["throughput", way, bytes, batch, instructions] => {
            let point = Point {
                way: Way::named(way)?,
                bytes: bytes.parse::<NonZero<u32>>().ok()?.get(),
                batch: batch.parse::<NonZero<u32>>().ok()?.get(),
            };
            let instructions: NonZero<u64> = instructions.parse().ok()?;
            Some(Line::Taken(point, instructions.get()))
        }
        ["error", name, reason @ ..] => Some(Line::Error((*name).to_owned(), reason.join(" "))),
        ["end", points, errors] => Some(Line::End(points.parse().ok()?, errors.parse().ok()?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = "noise\r\nbench throughput ring-pool 64 16 1234\r\n\
                         bench error throughput.ring.64.b16 no room left\r\nbench end 1 1\r\n";

    #[test]
    fn points_and_errors_are_read() {
        let told = read(LINES).expect("well formed");
        let point = Point {
            way: Way::Pool,
            bytes: 64,
            batch: 16,
        };
        assert_eq!(told.instructions, BTreeMap::from([(point, 1234)]));
        let error = ["throughput.ring.64.b16", "no room left"].map(str::to_owned);
        assert_eq!(told.errors, [error.into()]);
    }

    #[test]
    fn lost_lines_are_noticed() {
        for text in [
            LINES.replace("bench end 1 1", ""),
            LINES.replace("bench end 1 1", "bench end 2 1"),
            LINES.replace("bench end 1 1", "bench end 1 0"),
        ] {
            assert!(read(&text).is_err(), "{text}");
        }
    }

    #[test]
    fn malformed_lines_are_refused() {
        for (good, bad) in [
            ("ring-pool", "rings"),
            (" 64 16", " 0 16"),
            (" 64 16", " 64 0"),
            (" 1234", " 0"),
            (" 1234", ""),
            (" 1234", " 1234 5"),
            (" 1234", " many"),
            ("bench end", "bench and"),
            ("end 1 1", "end 1"),
            ("noise", "bench throughput ring-pool 64 16 99"),
        ] {
            assert!(read(&LINES.replace(good, bad)).is_err(), "{good} -> {bad}");
        }
    }
}
