//! Guest and witness together: each figure with what was seen of it, and where the two do not agree.

use std::collections::BTreeMap;

use weft_witness::vector::Vector;

use super::figure::{Figure, Missing, Seen};
use super::functions::Programs;
use super::told::{Measured, Told};
use super::value::Value;
use super::witness::Witnessed;
use crate::error::{Error, Outcome};

/// The figure of doing nothing: what reading the counter takes.
pub const COUNTER: &str = "counter.read";

/// By how many instructions the marked run, less two readings of the counter, may lie outside the samples before
/// the two count as disagreeing. Where one process begins a figure and another ends it, the marks do not stand exactly
/// where the readings of the counter are.
pub const SLACK: u64 = 8;

/// By how many times the marked run may lie outside the samples where these depend on when a device answers.
const SPREAD: u64 = 2;

/// The functions that take less than a hundredth each.
pub const OTHERS: &str = "others";

/// A board's figures, made of what the guest told and the witness saw.
#[derive(Debug)]
pub struct Joiner<'a> {
    /// The board's name.
    pub board: &'a str,
    /// What the witness saw.
    pub witnessed: &'a Witnessed,
    /// Whose functions they are.
    pub programs: &'a Programs,
}

/// What was said of a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Joined {
    /// It was measured.
    Figure(Box<Figure>),
    /// It was not.
    Missing(Missing),
}

impl Joiner<'_> {
    /// Joins all figures.
    ///
    /// # Errors
    /// If the cost of reading the counter is not among them.
    pub fn join(&self, told: &[Told]) -> Outcome<Vec<Joined>> {
        let mark = told.iter().find_map(|told| match told {
            Told::Figure(measured) if measured.name == COUNTER => measured.mark,
            _ => None,
        });
        let line = mark.map(|mark| self.witnessed.line(mark));
        let Some(Ok(counter)) = line else {
            return Err(Error::new(format!("the witness has not seen `{COUNTER}`")));
        };
        Ok(told
            .iter()
            .filter_map(|told| self.one(told, &counter.total))
            .collect())
    }

    fn one(&self, told: &Told, counter: &Vector) -> Option<Joined> {
        Some(match told {
            Told::Figure(measured) => match self.seen(measured, counter) {
                Ok(seen) => Joined::Figure(Box::new(self.figure(measured, seen))),
                Err(why) => self.missing(&measured.name, why),
            },
            Told::Error { name, reason } => self.missing(name, reason.clone()),
            Told::Stretch(_) | Told::Cores(_) => return None,
        })
    }

    fn missing(&self, name: &str, error: String) -> Joined {
        Joined::Missing(Missing {
            name: name.to_owned(),
            error,
            board: self.board.to_owned(),
        })
    }

    fn figure(&self, measured: &Measured, seen: Option<Seen>) -> Figure {
        Figure {
            name: measured.name.clone(),
            unit: measured.unit.clone(),
            n: measured.samples,
            min: measured.least,
            median: measured.median,
            max: measured.greatest,
            board: self.board.to_owned(),
            seen,
        }
    }

    fn seen(&self, measured: &Measured, counter: &Vector) -> Result<Option<Seen>, String> {
        let Some(mark) = measured.mark else {
            return Ok(None);
        };
        let line = self.witnessed.line(mark)?;
        let functions = self.programs.count(self.witnessed.places(mark));
        let is_counter = measured.name == COUNTER;
        let counter = if is_counter {
            &Vector::default()
        } else {
            counter
        };
        Ok(Some(seen(&line.total, counter, measured.batch, functions)))
    }
}

fn seen(total: &Vector, counter: &Vector, batch: u64, functions: BTreeMap<String, u64>) -> Seen {
    let share = |of: fn(&Vector) -> u64| Value::share(of(total).saturating_sub(of(counter)), batch);
    let special = special()
        .into_iter()
        .map(|(name, of)| (name.to_owned(), share(of)));
    Seen {
        instructions: share(|vector| vector.instructions),
        loads: share(|vector| vector.loads),
        stores: share(|vector| vector.stores),
        data_lines: Value::share(total.data_lines, batch),
        code_lines: Value::share(total.code_lines, batch),
        special: special
            .filter(|(_, value)| *value != Value::default())
            .collect(),
        copied_bytes: share(|vector| vector.copied_bytes),
        cleared_bytes: share(|vector| vector.cleared_bytes),
        functions: shares(functions, batch),
    }
}

/// Each function's share of one operation; those with less than a hundredth of it are one.
fn shares(functions: BTreeMap<String, u64>, batch: u64) -> BTreeMap<String, Value> {
    let least = functions.values().sum::<u64>() / 100;
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for (name, count) in functions {
        let name = if count < least {
            OTHERS.to_owned()
        } else {
            name
        };
        *counts.entry(name).or_default() += count;
    }
    let share = |(name, count)| (name, Value::share(count, batch));
    counts.into_iter().map(share).collect()
}

type Part = fn(&Vector) -> u64;

/// The classes of privileged and ordering instructions, by name.
fn special() -> [(&'static str, Part); 21] {
    [
        ("root_writes", |vector| vector.root_writes),
        ("msr_writes", |vector| vector.msr_writes),
        ("interrupts_sent", |vector| vector.interrupts_sent),
        ("msr_reads", |vector| vector.msr_reads),
        ("tls_writes", |vector| vector.tls_writes),
        ("tls_reads", |vector| vector.tls_reads),
        ("gs_swaps", |vector| vector.gs_swaps),
        ("tlb", |vector| vector.tlb),
        ("control", |vector| vector.control),
        ("flag_writes", |vector| vector.flag_writes),
        ("cache", |vector| vector.cache),
        ("block_clears", |vector| vector.block_clears),
        ("vector_saves", |vector| vector.vector_saves),
        ("vector_restores", |vector| vector.vector_restores),
        ("fences", |vector| vector.fences),
        ("locked", |vector| vector.locked),
        ("entries", |vector| vector.entries),
        ("exits", |vector| vector.exits),
        ("halts", |vector| vector.halts),
        ("port_io", |vector| vector.port_io),
        ("rep_iterations", |vector| vector.rep_iterations),
    ]
}

/// Where guest and witness do not agree on a figure: both counts, per operation.
pub fn disagreement(figure: &Figure, slack: Value) -> Option<(Value, Value)> {
    let seen = figure.seen.as_ref()?;
    if figure.name == COUNTER || figure.unit != "instructions" {
        return None;
    }
    let (told, seen) = (figure.median, seen.instructions);
    let (least, greatest) = (figure.min.hundredths(), figure.max.hundredths());
    let (low, high) = if figure.is_exact() {
        let slack = slack.hundredths();
        (least.saturating_sub(slack), greatest.saturating_add(slack))
    } else {
        (least / SPREAD, greatest.saturating_mul(SPREAD))
    };
    (!(low..=high).contains(&seen.hundredths())).then_some((told, seen))
}

#[cfg(test)]
mod tests {
    use super::super::figure::tests::figure;
    use super::super::witness::tests::witnessed;
    use super::*;

    fn told(name: &str, mark: u64, batch: u64) -> Told {
        Told::Figure(Measured {
            name: name.to_owned(),
            unit: "instructions".to_owned(),
            samples: 64,
            least: Value::whole(10),
            median: Value::whole(10),
            greatest: Value::whole(10),
            mark: Some(mark),
            batch,
        })
    }

    fn vector(instructions: u64, loads: u64, fences: u64) -> Vector {
        Vector {
            instructions,
            loads,
            fences,
            ..Vector::default()
        }
    }

    #[test]
    fn the_counters_cost_is_taken_off_and_runs_are_shared() {
        let witnessed = witnessed(&[(1, vector(5, 1, 0)), (2, vector(45, 9, 4))]);
        let programs = Programs::none();
        let joiner = Joiner {
            board: "q35",
            witnessed: &witnessed,
            programs: &programs,
        };
        let told = [told(COUNTER, 1, 1), told("a", 2, 4), told("b", 3, 1)];
        let joined = joiner.join(&told).expect("the counter is there");
        let Some(Joined::Figure(figure)) = joined.get(1) else {
            panic!("it was measured: {joined:?}")
        };
        let seen = figure.seen.as_ref().expect("it was seen");
        assert_eq!(
            (seen.instructions, seen.loads),
            (Value::whole(10), Value::whole(2))
        );
        assert_eq!(
            seen.special,
            BTreeMap::from([("fences".to_owned(), Value::whole(1))])
        );
        assert_eq!(disagreement(figure, Value::default()), None);
        assert!(matches!(joined.get(2), Some(Joined::Missing(_))));
        assert!(joiner.join(&told[1..]).is_err());
    }

    #[test]
    fn small_functions_are_counted_together() {
        let functions = [("a", 990), ("b", 6), ("c", 4)];
        let functions = functions.map(|(name, count)| (name.to_owned(), count));
        let shares = shares(BTreeMap::from(functions), 2);
        let expected = [("a", 495), (OTHERS, 5)];
        let expected = expected.map(|(name, count)| (name.to_owned(), Value::whole(count)));
        assert_eq!(shares, BTreeMap::from(expected));
    }

    #[test]
    fn a_guest_that_counts_otherwise_is_noticed() {
        let mut figure = seen_as("a", 109);
        let slack = Value::whole(SLACK);
        assert_eq!(
            disagreement(&figure, slack),
            Some((Value::whole(100), Value::whole(109)))
        );
        figure.max = Value::whole(101);
        assert_eq!(disagreement(&figure, slack), None);
    }

    #[test]
    fn what_waits_for_a_disk_agrees_within_a_factor() {
        let slack = Value::whole(SLACK);
        let agrees = |name, seen| disagreement(&seen_as(name, seen), slack).is_none();
        assert!(agrees("disk.read_4k", 200) && agrees("disk.read_4k", 50));
        assert!(!agrees("disk.read_4k", 201) && !agrees("disk.read_4k", 49));
        assert!(!agrees("vfs.stat", 200));
    }

    /// A figure of 100, of which the witness saw something else.
    fn seen_as(name: &str, instructions: u64) -> Figure {
        let mut figure = figure(name, 100);
        figure.seen = Some(Seen {
            instructions: Value::whole(instructions),
            ..Seen::default()
        });
        figure
    }
}
