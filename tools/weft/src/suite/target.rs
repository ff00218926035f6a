//! The on-target tests: an image whose processes are tests, booted in QEMU.
//!
//! It prints a line `test NAME ... ok` or `test NAME ... FAILED reason` for each test and ends
//! the machine with exit code 0 if all passed.

use std::path::PathBuf;
use std::time::Duration;

use super::tally::Tally;
use super::{Context, Length, altered};
use crate::board::Board;
use crate::build::{self, Built, output};
use crate::error::{Error, Outcome};
use crate::qemu::display::Display;
use crate::qemu::ended::Ended;
use crate::qemu::machine::{Clock, Console, DiskSignals, Machine, Model, Port, Reset};
use crate::qemu::session::{self, Listener, Progress, Report};
use crate::qemu::watch::Verdict;
use crate::setup;

/// The image whose processes are tests.
const IMAGE: &str = "test";

/// How long the whole image may take.
const LIMIT: Duration = Duration::from_secs(240);

/// How long it may take with ten times as many random system calls.
const LONG_LIMIT: Duration = Duration::from_secs(1800);

/// What makes the image try fewer than usual: where the same code runs on a second processor.
const FEWER: &str = "random=250000";

/// What makes the image try so many.
const LONG: &str = "random=10000000";

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

fn run(context: &Context<'_>, board: Board, tally: &mut Tally) -> Outcome {
    let manifest = context.project.manifest(Some(IMAGE));
    setup::ensure(context.project, &[board.emulator_need()])?;
    let built = build::image_for(context.project, &manifest, Some(board))?;
    let (limit, image) = match (context.length, board) {
        (Length::Usual, Board::Q35) => (LIMIT, built.image.clone()),
        (Length::Usual, Board::Virt | Board::Raspi4b) => (LIMIT, image_with(&built, FEWER)?),
        (Length::Long, _) => (LONG_LIMIT, image_with(&built, LONG)?),
    };
    let machine = Machine {
        board: built.board,
        model: Model::Usual,
        kernel: built.bootable.clone(),
        image,
        kernel_log: built.folder.join("kernel.log"),
        disks: Vec::new(),
        slot: None,
        cores: 1,
        memory: "512M".to_owned(),
        clock: clock(board),
        console: Console::Pipe,
        port: Port::First,
        debugger_port: None,
        plugin: None,
        display: Display::Absent,
        control: None,
        disk_signals: DiskSignals::Messages,
        trace: None,
        reset: Reset::Ends,
    };
    altered::run(&built, &machine, tally)?;
    let mut lines = Lines::default();
    let report = session::listen(&machine, Some(limit), &mut lines)?;
    let name = match board {
        Board::Q35 => "target",
        Board::Virt => "target virt",
        Board::Raspi4b => "target raspi4b",
    };
    let count = lines.add_to(name, tally);
    judge(report, limit, count, tally).map_err(|error| {
        error.remedy(format!(
            "it printed:\n{}\n{}",
            lines.text,
            session::kernel_log(&machine)
        ))
    })
}

/// What the machine's time is taken from: nothing on `virt` waits for a device, so that other work on the host need not
/// count. The interrupts of the PC's timer come by the host's clock.
fn clock(board: Board) -> Clock {
    match board {
        Board::Q35 => Clock::Host,
        Board::Virt | Board::Raspi4b => Clock::Counted,
    }
}

fn image_with(built: &Built, arguments: &str) -> Outcome<PathBuf> {
    let path = built.folder.join("arguments.img");
    output::write(&path, &built.image_with(arguments)?)?;
    Ok(path)
}

/// Whether an image of tests ended as it should.
pub(super) fn judge(report: Report, limit: Duration, count: Counted, tally: &Tally) -> Outcome {
    match (report.verdict, report.ended) {
        (Verdict::TimeUp, _) => Err(Error::new(format!(
            "no end after {} seconds",
            limit.as_secs()
        ))),
        (_, Ended::Guest(0)) if count == Counted::Nothing => {
            Err(Error::new("the image ended without having run a test"))
        }
        (_, Ended::Guest(0)) => Ok(()),
        (_, Ended::Guest(_)) if tally.has_failures() => Ok(()),
        (_, ended) => Err(Error::new(ended.to_string())),
    }
}

/// Whether the image ran any test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    Nothing,
    Something,
}

/// Collects what the image prints.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub(super) text: String,
}

impl Listener for Lines {
    fn hear(&mut self, bytes: &[u8]) -> Progress {
        self.text.push_str(&String::from_utf8_lossy(bytes));
        Progress::Working
    }
}

impl Lines {
    /// Adds the tests' results to the tally, under the suite's name.
    pub(super) fn add_to(&self, suite: &str, tally: &mut Tally) -> Counted {
        let mut counted = Counted::Nothing;
        for (name, result) in self.text.lines().filter_map(result) {
            counted = Counted::Something;
            match result.strip_prefix("FAILED") {
                Some(reason) => tally.fail(&format!("{suite} {name}"), reason.trim()),
                None => tally.pass(1),
            }
        }
        counted
    }
}

/// A test's name and result, if the line tells one.
fn result(line: &str) -> Option<(&str, &str)> {
    let (name, result) = line.trim().strip_prefix("test ")?.split_once(" ... ")?;
    (result == "ok" || result.starts_with("FAILED")).then_some((name, result))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> (Tally, Counted) {
        let mut lines = Lines::default();
        lines.hear(text.as_bytes());
        let mut tally = Tally::default();
        let counted = lines.add_to("target", &mut tally);
        (tally, counted)
    }

    fn ended(ended: Ended) -> Report {
        Report {
            ended,
            verdict: Verdict::Itself,
        }
    }

    #[test]
    fn results_are_counted_and_other_lines_are_not() {
        let (tally, counted) =
            lines("hello\r\ntest a ... ok\r\ntest b ... FAILED wrong badge\r\ntest c ... \r\n");
        assert_eq!(tally.closing_line(), "1 passed, 1 failed");
        assert!(
            tally
                .details()
                .any(|line| line == "FAILED target b: wrong badge")
        );
        assert_eq!(counted, Counted::Something);
    }

    #[test]
    fn an_image_that_runs_no_test_fails() {
        let (tally, counted) = lines("hello\n");
        assert!(judge(ended(Ended::Guest(0)), LIMIT, counted, &tally).is_err());
    }

    #[test]
    fn an_image_that_crashes_fails_even_if_every_test_so_far_passed() {
        let (tally, counted) = lines("test a ... ok\n");
        assert!(judge(ended(Ended::Guest(0)), LIMIT, counted, &tally).is_ok());
        assert!(judge(ended(Ended::Guest(66)), LIMIT, counted, &tally).is_err());
        assert!(judge(ended(Ended::Signal(9)), LIMIT, counted, &tally).is_err());
        let late = Report {
            ended: Ended::Signal(15),
            verdict: Verdict::TimeUp,
        };
        assert!(judge(late, LIMIT, counted, &tally).is_err());
    }
}
