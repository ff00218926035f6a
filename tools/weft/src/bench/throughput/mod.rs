//! Throughput: how many messages a million instructions carry, by what carries them, how long they are and how many
//! travel together.
//!
//! The guest counts what each batch takes, in an image of its own; nothing needs a mark there, so the machine runs
//! without the witness. What it tells is a grid, and every place of it is a number or says why there is none.

mod plot;
mod point;
mod table;
mod told;

pub use plot::plot;
pub use table::show;

use std::collections::{BTreeMap, BTreeSet};

use point::{Point, Way};
use told::Told;

use super::figure::{Figure, Figures, Missing};
use super::value::Value;
use crate::board::Board;
use crate::build;
use crate::error::Outcome;
use crate::project::Project;
use crate::setup::{self, Need};

/// The image that measures.
const IMAGE: &str = "bench-throughput";

/// What all names begin with.
pub const NAME: &str = "throughput";

/// What the values count.
const UNIT: &str = "messages/10^6 instructions";

/// The instructions that messages are told by.
const MILLION: u64 = 1_000_000;

/// How many messages a million instructions carry, at every place of the grid.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Throughput {
    /// What was measured.
    points: BTreeMap<Point, Value>,
    /// What was not.
    missing: Vec<(String, String)>,
}

/// Measures all of it.
///
/// # Errors
/// If something does not build, or the machine does not come to its end.
pub fn run(project: &Project, board: Board) -> Outcome<Throughput> {
    let manifest = project.manifest(Some(IMAGE));
    setup::ensure(project, &[Need::RustTargets, board.emulator_need()])?;
    let built = build::image_for(project, &manifest, Some(board))?;
    let text = super::boot(&built, &built.image, None, 1)?;
    let told = told::read(&text).map_err(|error| error.remedy(format!("it printed:\n{text}")))?;
    Ok(Throughput::new(told))
}

impl Throughput {
    fn new(told: Told) -> Self {
        let mut missing = told.errors;
        for point in grid(&told.instructions) {
            let name = point.name();
            let has_reason = missing.iter().any(|(known, _)| *known == name);
            if !told.instructions.contains_key(&point) && !has_reason {
                missing.push((name, "the guest did not tell it".to_owned()));
            }
        }
        let share = |(point, taken): (Point, u64)| (point, per_million(point.batch, taken));
        Self {
            points: told.instructions.into_iter().map(share).collect(),
            missing,
        }
    }

    /// Leaves only those whose name has a text.
    pub fn retain(&mut self, text: &str) {
        self.points.retain(|point, _| point.name().contains(text));
        self.missing.retain(|(name, _)| name.contains(text));
    }

    /// As figures of a board. The guest tells one number a point, the median of its samples.
    pub fn figures(&self, board: Board) -> Figures {
        let figure = |(point, value): (&Point, &Value)| Figure {
            name: point.name(),
            unit: UNIT.to_owned(),
            n: 1,
            min: *value,
            median: *value,
            max: *value,
            board: board.name().to_owned(),
            seen: None,
        };
        let missing = |(name, error): &(String, String)| Missing {
            name: name.clone(),
            error: error.clone(),
            board: board.name().to_owned(),
        };
        Figures {
            absent: Vec::new(),
            all: self.points.iter().map(figure).collect(),
            missing: self.missing.iter().map(missing).collect(),
        }
    }

    /// The lengths of messages, in bytes.
    fn lengths(&self) -> BTreeSet<u32> {
        self.points.keys().map(|point| point.bytes).collect()
    }

    /// How many messages travel together.
    fn batches(&self) -> BTreeSet<u32> {
        self.points.keys().map(|point| point.batch).collect()
    }
}

/// Every way with every length and batch that was told of any.
fn grid(told: &BTreeMap<Point, u64>) -> BTreeSet<Point> {
    let mut grid = BTreeSet::new();
    for way in Way::ALL {
        for Point { bytes, .. } in told.keys().copied() {
            grid.extend(told.keys().map(|Point { batch, .. }| Point {
                way,
                bytes,
                batch: *batch,
            }));
        }
    }
    grid
}

fn per_million(messages: u32, instructions: u64) -> Value {
    Value::share(u64::from(messages) * MILLION, instructions)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A grid of one length and two batches, in which the ring's second place has no number.
    pub(super) fn throughput() -> Throughput {
        let lines = [
            "throughput call 64 1 2000",
            "throughput call 64 8 16000",
            "throughput ring 64 1 4000",
            "error throughput.ring.64.b8 no room",
            "throughput ring-pool 64 1 4500",
            "throughput ring-pool 64 8 3000",
            "end 5 1",
        ];
        let text: String = lines.map(|line| format!("bench {line}\r\n")).concat();
        Throughput::new(told::read(&text).expect("well formed"))
    }

    #[test]
    fn a_point_is_a_figure_with_its_name_and_unit() {
        let mut throughput = throughput();
        throughput.retain("ring-pool.64.b8");
        let json = throughput.figures(Board::Q35).to_json().expect("a line");
        let expected = r#"{"name":"throughput.ring-pool.64.b8","unit":"messages/10^6 instructions","n":1,"min":2666.67,"median":2666.67,"max":2666.67,"board":"q35"}"#;
        assert_eq!(json, format!("{expected}\n"));
    }

    #[test]
    fn a_place_without_a_number_has_a_reason() {
        let missing = [("throughput.ring.64.b8".to_owned(), "no room".to_owned())];
        assert_eq!(throughput().missing, missing);
        let told = told::read("bench throughput call 64 1 20\nbench end 1 0\n");
        let missing = Throughput::new(told.expect("well formed")).missing;
        let names: Vec<_> = missing.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            ["throughput.ring.64.b1", "throughput.ring-pool.64.b1"]
        );
    }

    #[test]
    fn a_filter_chooses_points_and_errors_alike() {
        let mut chosen = throughput();
        chosen.retain("throughput.ring.");
        assert_eq!((chosen.points.len(), chosen.missing.len()), (1, 1));
        chosen.retain("no such name");
        assert_eq!(chosen, Throughput::default());
    }
}
