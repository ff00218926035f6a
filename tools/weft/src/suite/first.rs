//! The first call on a board: an image with two processes, of which one calls the other and ends the machine
//! with what came of it.

use std::time::Duration;

use super::Context;
use super::tally::Tally;
use crate::build;
use crate::error::{Error, Outcome};
use crate::qemu::display::Display;
use crate::qemu::ended::Ended;
use crate::qemu::machine::{Clock, Console, DiskSignals, Machine, Model, Port, Reset};
use crate::qemu::session::{self, Listener, Progress};
use crate::setup::{self, Need};

/// The image.
const IMAGE: &str = "first-call";

/// What the test is called.
const NAME: &str = "virt one_process_calls_another";

/// How long it may take.
const LIMIT: Duration = Duration::from_secs(60);

/// Runs it.
///
/// # Errors
/// If it does not build, or ends in any way but by exit code 0.
pub fn run(context: &Context<'_>, tally: &mut Tally) -> Outcome {
    setup::ensure(context.project, &[Need::QemuAarch64])?;
    let manifest = context.project.manifest(Some(IMAGE));
    let built = build::image(context.project, &manifest)?;
    let machine = Machine {
        board: built.board,
        model: Model::Usual,
        kernel: built.bootable,
        image: built.image,
        kernel_log: built.folder.join("kernel.log"),
        disks: Vec::new(),
        slot: None,
        cores: 1,
        memory: "128M".to_owned(),
        clock: Clock::Host,
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
    let report = session::listen(&machine, Some(LIMIT), &mut Nobody)?;
    let log = session::kernel_log(&machine);
    match judge(report.ended, &log) {
        Ok(()) => {
            eprintln!("test: {NAME} ... ok");
            tally.pass(1);
        }
        Err(error) => tally.fail(NAME, &error.to_string()),
    }
    Ok(())
}

fn judge(ended: Ended, log: &str) -> Outcome {
    match ended {
        Ended::Guest(0) => Ok(()),
        ended => Err(Error::new(ended.to_string()).remedy(format!("it printed:\n{log}"))),
    }
}

/// What is said is in the log.
struct Nobody;

impl Listener for Nobody {
    fn hear(&mut self, _: &[u8]) -> Progress {
        Progress::Working
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_guests_own_zero_is_good() {
        assert!(judge(Ended::Guest(0), "").is_ok());
        for ended in [Ended::Guest(1), Ended::Emulator(0), Ended::Signal(15)] {
            let error = judge(ended, "what it said").expect_err("that is not good");
            assert!(error.to_string().contains("what it said"), "{error}");
        }
    }
}
