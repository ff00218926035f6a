//! `time`.

use alloc::string::String;

use libipc::{Transport, clock_ns};

use crate::command::Builtin;
use crate::options;
use crate::parse::{Command, Place, When};
use crate::shell::Shell;
use crate::text::Seconds;
use crate::trouble::{Outcome, SUCCESS, Trouble};

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "time",
        arguments: "COMMAND [ARGUMENT...]",
        summary: "runs a command and tells how long it took and what processor time all processes used",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    let words = options::some(arguments, "a command")?.to_vec();
    let command = Command {
        words,
        redirect: None,
        place: Place::Foreground,
        when: When::Always,
    };
    let (started, used) = (clock_ns(), used(shell));
    let status = shell.execute(&command);
    let elapsed = Seconds(clock_ns().saturating_sub(started));
    match (used, self::used(shell)) {
        (Some(before), Some(after)) => {
            let processor = Seconds(after.saturating_sub(before));
            shell.tell(format_args!("elapsed {elapsed}  processor {processor}\n"))?;
        }
        _ => shell.tell(format_args!("elapsed {elapsed}\n"))?,
    }
    match status {
        SUCCESS => Ok(()),
        status => Err(Trouble::Status(status)),
    }
}

/// Processor time of all processes, if somebody tells of it. A program that ends meanwhile takes its time
/// with it.
fn used<T: Transport + 'static>(shell: &Shell<T>) -> Option<u64> {
    let processes = shell.processes().ok()?;
    Some(processes.iter().map(|info| info.cpu_ns).sum())
}
