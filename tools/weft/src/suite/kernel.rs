//! The kernel by itself: an image whose only program is the kernel suite, in the place of root.
//!
//! It runs on every board that the kernel boots on, also where no image can be composed from a manifest yet.

use std::path::Path;
use std::time::Duration;

use weft_witness::program::Program;

use super::tally::Tally;
use super::target::{Lines, judge};
use super::{Context, Length};
use crate::board::Board;
use crate::build::alone::{Alone, bytes};
use crate::error::{Error, Outcome};
use crate::qemu::machine::{Clock, Console, Machine, Model};
use crate::qemu::questions::{Question, Questions};
use crate::qemu::session::{self, Listener};
use crate::qemu::watch::Verdict;

/// The suite's package.
const PACKAGE: &str = "kernel-suite";
/// The feature with which it makes ten million random system calls.
const LONG: &str = "long";
/// The feature with which it tries what only a machine of exact time can show.
const COUNTED: &str = "counted";

/// Cores of machines that can have any number.
const CORES: u16 = 8;

/// Their memory, for eight parts.
const MEMORY: &str = "512M";

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

/// Runs it on the Raspberry Pi.
///
/// # Errors
/// If it does not build, or ends in any way but by its own exit code.
pub fn on_raspi4b(context: &Context<'_>, tally: &mut Tally) -> Outcome {
    run(context, Board::Raspi4b, tally)
}

/// What one core does about the others is tried where there are some. The Raspberry Pi has four.
fn cores(board: Board) -> u16 {
    match board {
        Board::Raspi4b => 4,
        _ => CORES,
    }
}

fn run(context: &Context<'_>, board: Board, tally: &mut Tally) -> Outcome {
    let project = context.project;
    let name = format!("kernel-{}", board.name());
    if context.length == Length::Long {
        let suite = Alone::build(project, board, (PACKAGE, &[LONG]), "kernel-long")?;
        let machine = suite.machine(cores(board), MEMORY, Clock::Host);
        boot(&machine, (&format!("{name}-long"), LONG_LIMIT), tally)?;
    }
    let suite = Alone::build(project, board, (PACKAGE, &[COUNTED]), "kernel-counted")?;
    let machine = suite.machine(cores(board), MEMORY, Clock::Counted);
    boot(&machine, (&format!("{name}-counted"), LIMIT), tally)?;
    let suite = Alone::build(project, board, (PACKAGE, &[]), "kernel")?;
    let machine = suite.machine(cores(board), MEMORY, Clock::Host);
    boot(&machine, (&name, LIMIT), tally)?;
    look(&machine, &suite.kernel, &name, tally)?;
    // On the PC no emulator has tags.
    if board != Board::Q35 {
        watch(&machine, &suite.kernel, &name, tally)?;
    }
    // The PC's usual processor is the newest, and the Raspberry Pi has but one.
    let others: &[_] = match board {
        Board::Q35 => &[(Model::Old, "old")],
        Board::Virt => &[(Model::Old, "old"), (Model::New, "new")],
        Board::Raspi4b => &[],
    };
    for (model, suffix) in others.iter().copied() {
        let other = Machine {
            model,
            ..machine.clone()
        };
        boot(&other, (&format!("{name}-{suffix}"), LIMIT), tally)?;
    }
    Ok(())
}

/// Looks what the cores see of what runs only at boot: all of it when the kernel is entered, and nothing, on any core, at
/// root's first system call.
fn look(machine: &Machine, kernel: &Path, name: &str, tally: &mut Tally) -> Outcome {
    const BOOTS: &str = "weft_kernel_main";
    let stays = match machine.board {
        Board::Q35 => "weft_syscall_entry",
        Board::Virt | Board::Raspi4b => "trap_synchronous",
    };
    let address = address_in(kernel)?;
    let (boots, stays) = (address(BOOTS)?, address(stays)?);
    let mut all = vec![Question::RunTo(boots), Question::Sees(boots)];
    all.push(Question::RunTo(stays));
    for core in 0..machine.cores {
        let seen = [
            Question::Core(core),
            Question::SeesNot(boots),
            Question::Sees(stays),
        ];
        all.extend(seen);
    }
    ask(machine, &all, &format!("{name} what boots is gone"), tally)
}

/// Runs the whole suite and looks whether a core forgets all TLB entries: fewer spaces become active than there are tags.
fn watch(machine: &Machine, kernel: &Path, name: &str, tally: &mut Tally) -> Outcome {
    let forgets = address_in(kernel)?("::flush_all")?;
    let name = format!("{name} no tag is used up");
    ask(machine, &[Question::NeverAt(forgets)], &name, tally)
}

/// Finds functions of a kernel.
fn address_in(kernel: &Path) -> Outcome<impl Fn(&str) -> Outcome<u64>> {
    let program = Program::read(PACKAGE, &bytes(kernel)?);
    let program = program.map_err(|why| Error::new(why.to_string()))?;
    Ok(move |symbol: &str| {
        let found = program.addresses_of(symbol).first().copied();
        found.ok_or_else(|| Error::new(format!("the kernel has no `{symbol}`")))
    })
}

/// Runs the machine and asks QEMU about it.
fn ask(machine: &Machine, all: &[Question], name: &str, tally: &mut Tally) -> Outcome {
    let machine = Machine {
        console: Console::Questions,
        ..machine.clone()
    };
    let mut questions = Questions::new(all);
    let report = session::listen(&machine, Some(LIMIT), &mut questions)?;
    match (report.verdict, questions.wrong()) {
        (Verdict::Interrupted, _) => return Err(Error::new("interrupted")),
        (_, Some(wrong)) => tally.fail(name, &wrong),
        (_, None) => tally.pass(1),
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
