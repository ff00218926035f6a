//! The kernel by itself: an image whose only program is the kernel suite, in the place of root.
//!
//! It runs on every board that the kernel boots on, also where no image can be composed from a manifest yet.

use std::time::Duration;

use super::tally::Tally;
use super::target::{Lines, judge};
use super::{Context, Length};
use crate::board::Board;
use crate::build::alone::Alone;
use crate::error::Outcome;
use crate::qemu::machine::{Clock, Machine, Model};
use crate::qemu::session::{self, Listener};

/// The suite's package.
const PACKAGE: &str = "kernel-suite";
/// The feature with which it makes ten million random system calls.
const LONG: &str = "long";

/// Cores of the machine: the suite tries what one core does about the others.
const CORES: u16 = 4;

/// How long it may take.
const LIMIT: Duration = Duration::from_secs(240);

/// How long it may take with ten million random system calls.
const LONG_LIMIT: Duration = Duration::from_secs(3600);

/// Runs it on the PC.
///
/// # Errors
/// If it does not build, or ends in any way but by its own exit code.
pub fn on_q35(context: &Context<'_>, tally: &mut Tally) -> Outcome {
    run(context, Board::Q35, tally)
}

/// Runs it on the virtual aarch64 board.
///
/// # Errors
/// If it does not build, or ends in any way but by its own exit code.
pub fn on_virt(context: &Context<'_>, tally: &mut Tally) -> Outcome {
    run(context, Board::Virt, tally)
}

fn run(context: &Context<'_>, board: Board, tally: &mut Tally) -> Outcome {
    let project = context.project;
    let name = format!("kernel-{}", board.name());
    if context.length == Length::Long {
        let suite = Alone::build(project, board, (PACKAGE, &[LONG]), "kernel-long")?;
        let machine = suite.machine(CORES, "256M", Clock::Host);
        boot(&machine, (&format!("{name}-long"), LONG_LIMIT), tally)?;
    }
    let suite = Alone::build(project, board, (PACKAGE, &[]), "kernel")?;
    let machine = suite.machine(CORES, "256M", Clock::Host);
    boot(&machine, (&name, LIMIT), tally)?;
    let mut others = vec![(Model::Old, "old")];
    // The PC's usual processor is the newest.
    if board == Board::Virt {
        others.push((Model::New, "new"));
    }
    for (model, suffix) in others {
        let other = Machine {
            model,
            ..machine.clone()
        };
        boot(&other, (&format!("{name}-{suffix}"), LIMIT), tally)?;
    }
    Ok(())
}

fn boot(machine: &Machine, (name, limit): (&str, Duration), tally: &mut Tally) -> Outcome {
    let report = session::listen(machine, Some(limit), &mut Lines::default())?;
    let mut lines = Lines::default();
    lines.hear(session::kernel_log(machine).as_bytes());
    let count = lines.add_to(name, tally);
    judge(report, limit, count, tally)
        .map_err(|error| error.remedy(format!("it printed:\n{}", lines.text)))
}
