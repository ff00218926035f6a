//! `ring.across_*`: a ring whose client and server run on different cores, in the steady state.
//!
//! An image of its own has the server on the second core of two. Cores take turns (see [`scale`](super::scale)), and each
//! gives way when it looks in vain, so that a batch is one turn of the client and one of the server; guest and witness count
//! both. What neither side may do in a batch, enter the kernel and lock more than once, is counted by the witness alone.

use super::figure::{Figure, Figures, Missing};
use super::functions::Programs;
use super::join::{COUNTER, Joined, Joiner};
use super::told::{self, Told};
use super::value::Value;
use super::witness::{self, Witnessed};
use super::{add, boot, statics};
use crate::board::Board;
use crate::build;
use crate::error::Outcome;
use crate::project::Project;
use crate::setup::{self, Need};

/// The image that measures.
const IMAGE: &str = "bench-across";

/// What all names begin with, and no others.
pub const NAMES: &str = "ring.across_";

/// Instructions of the kernel in all marked runs: without one nobody has entered it.
const KERNEL: &str = "ring.across_kernel_instructions";

/// Locked instructions and full fences of both sides for a batch, of the batches that have most.
const LOCKED: &str = "ring.across_locked_per_batch";

/// What the guest measures, with the requests of each batch.
const SERIES: [(&str, u64); 3] = [BATCHES[0], BATCHES[1], ("ring.across_submitted_64", 64)];

/// Those that are batches. An executor has locked instructions of its own, for what it wakes.
const BATCHES: [(&str, u64); 2] = [("ring.across_1", 1), ("ring.across_64", 64)];

/// The cores of the machine.
const CORES: u16 = 2;

/// Instructions that order a store before later loads, as the witness tells their bytes: MFENCE (SDM 2B), and DMB for all
/// accesses, of the inner shareable domain or of all (Arm ARM C6.2). A barrier of loads alone is none.
const FULL: [&str; 3] = ["0faef0", "bf3b03d5", "bf3f03d5"];

/// Whether any figure with a text in its name is one of these.
pub fn is_asked_for(text: &str) -> bool {
    let others = [KERNEL, LOCKED].into_iter();
    let mut names = SERIES.iter().map(|(name, _)| *name).chain(others);
    names.any(|name| name.contains(text))
}

/// Measures, if a figure has the text in its name.
///
/// # Errors
/// If something does not build, or the machine does not come to its end.
pub fn run(project: &Project, board: Board, text: &str) -> Outcome<Figures> {
    // The Raspberry Pi's figures are those of the other board with this processor.
    if board == Board::Raspi4b || !is_asked_for(text) {
        return Ok(Figures::default());
    }
    setup::ensure(project, &[Need::RustTargets, board.emulator_need()])?;
    let (file, built) = build::both(
        || witness::build(project),
        || build::image_for(project, &project.manifest(Some(IMAGE)), Some(board)),
    );
    let built = built?;
    let programs = Programs::read(&built.kernel, &built.components)?;
    let plugin = crate::qemu::machine::Plugin {
        masked: None,
        ..witness::plugin(file?, &built.folder, Vec::new())
    };
    let text = boot(&built, &built.image, Some(&plugin), CORES)?;
    let told = told::read(&text).map_err(|error| error.remedy(format!("it printed:\n{text}")))?;
    figures(board, &told, &witness::read(&plugin)?, &programs)
}

fn figures(
    board: Board,
    told: &[Told],
    witnessed: &Witnessed,
    programs: &Programs,
) -> Outcome<Figures> {
    let joiner = Joiner {
        board: board.name(),
        witnessed,
        programs,
    };
    let mut figures = Figures::default();
    for joined in joiner.join(told)? {
        match joined {
            Joined::Figure(figure) if figure.name == COUNTER => {}
            Joined::Figure(figure) => figures.all.push(*figure),
            Joined::Missing(missing) => figures.missing.push(missing),
        }
    }
    add_absent(&mut figures, board);
    add(
        &mut figures,
        board,
        KERNEL,
        in_kernel(board, told, witnessed),
    );
    add(&mut figures, board, LOCKED, locked(board, told, witnessed));
    Ok(figures)
}

/// What the guest did not tell at all is missing.
fn add_absent(figures: &mut Figures, board: Board) {
    for (name, _) in SERIES {
        let is_told = figures.find(name).is_some();
        if !is_told && !figures.missing.iter().any(|missing| missing.name == name) {
            figures.missing.push(Missing {
                name: name.to_owned(),
                error: "the guest did not tell it".to_owned(),
                board: board.name().to_owned(),
            });
        }
    }
}

/// The marked run of a series, and how many batches it has.
fn marked(told: &[Told], (name, requests): (&str, u64)) -> Result<(u64, u64), String> {
    let found = told.iter().find_map(|told| match told {
        Told::Figure(measured) if measured.name == name => Some((measured.mark?, measured.batch)),
        _ => None,
    });
    let (mark, all) = found.ok_or_else(|| format!("no run of `{name}` is marked"))?;
    Ok((mark, all / requests))
}

fn in_kernel(board: Board, told: &[Told], witnessed: &Witnessed) -> Result<Figure, String> {
    let mut instructions = 0;
    for series in SERIES {
        let (mark, _) = marked(told, series)?;
        instructions += witnessed.line(mark)?.kernel.instructions;
    }
    Ok(statics::instructions(
        KERNEL,
        board,
        Value::whole(instructions),
    ))
}

fn locked(board: Board, told: &[Told], witnessed: &Witnessed) -> Result<Figure, String> {
    let mut most = Value::default();
    for series in BATCHES {
        let (mark, batches) = marked(told, series)?;
        let places = witnessed.places(mark).iter();
        let full = places.filter(|place| FULL.contains(&place.bytes.as_str()));
        let fences: u64 = full.map(|place| place.count).sum();
        let locked = witnessed.line(mark)?.total.locked + fences;
        most = most.max(Value::share(locked, batches));
    }
    Ok(statics::instructions(LOCKED, board, most))
}

#[cfg(test)]
mod tests {
    use weft_witness::vector::Vector;

    use super::super::told::Measured;
    use super::*;

    fn told(name: &str, mark: u64, batch: u64) -> Told {
        Told::Figure(Measured {
            name: name.to_owned(),
            unit: "instructions".to_owned(),
            samples: 1,
            least: Value::whole(1),
            median: Value::whole(1),
            greatest: Value::whole(1),
            mark: Some(mark),
            batch,
        })
    }

    fn line(mark: u64, kernel: u64, locked: u64) -> weft_witness::line::Line {
        let mut line = witness::tests::line(mark);
        line.kernel.instructions = kernel;
        line.total = Vector {
            locked,
            ..Vector::default()
        };
        line
    }

    fn all_told() -> [Told; 3] {
        [
            told("ring.across_1", 2, 64),
            told("ring.across_64", 3, 512),
            told("ring.across_submitted_64", 4, 512),
        ]
    }

    #[test]
    fn the_kernel_is_counted_in_all_runs_and_locks_where_they_are_most() {
        let told = all_told();
        let seen =
            witness::tests::witnessed_lines(&[line(2, 5, 128), line(3, 7, 20), line(4, 9, 16)]);
        let kernel = in_kernel(Board::Q35, &told, &seen).expect("all were seen");
        assert_eq!(kernel.median.to_string(), "21");
        let locked = locked(Board::Q35, &told, &seen).expect("all were seen");
        assert_eq!(locked.median.to_string(), "2.50");
    }

    #[test]
    fn a_run_that_nobody_saw_is_no_evidence() {
        let told = all_told();
        let seen = witness::tests::witnessed_lines(&[line(2, 0, 0), line(3, 0, 0)]);
        assert!(in_kernel(Board::Q35, &told, &seen).is_err());
        assert!(locked(Board::Q35, &told[1..], &seen).is_err());
    }

    #[test]
    fn a_text_chooses_them() {
        assert!(is_asked_for("") && is_asked_for("ring.") && is_asked_for("across_64"));
        assert!(!is_asked_for("ring.rpc") && !is_asked_for("ipc."));
    }
}
