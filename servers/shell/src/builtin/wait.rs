//! `wait`.

use alloc::string::String;
use alloc::vec::Vec;

use libipc::Transport;

use crate::command::Builtin;
use crate::programs::{code, describe};
use crate::shell::Shell;
use crate::trouble::{Outcome, SUCCESS, Trouble};

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "wait",
        arguments: "[PID...]",
        summary: "waits for programs in the background and tells how they ended",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    let mut wanted = Vec::new();
    for number in arguments {
        let number = number.parse();
        wanted.push(number.map_err(|_| Trouble::Usage("a process is named by its number".into()))?);
    }
    if arguments.is_empty() {
        wanted.extend(shell.jobs.iter().map(|job| job.process));
    }
    let mut last = SUCCESS;
    for process in wanted {
        let job = shell.take_job(process);
        let status = shell.finish(job)?;
        shell.print(format_args!("[{process}] {}\n", describe(status)))?;
        last = code(status);
    }
    match last {
        SUCCESS => Ok(()),
        status => Err(Trouble::Status(status)),
    }
}
