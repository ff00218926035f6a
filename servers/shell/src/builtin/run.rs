//! `run`.

use alloc::string::String;

use libipc::Transport;

use crate::command::Builtin;
use crate::options;
use crate::programs::{code, describe};
use crate::shell::Shell;
use crate::trouble::{Outcome, SUCCESS, Trouble};

/// What is typed.
pub(crate) const NAME: &str = "run";

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: NAME,
        arguments: "PROGRAM [ARGUMENT...]",
        summary: "runs a program and tells how it ended; & behind it runs it in the background",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    let words = options::some(arguments, "a program")?;
    let Some((name, arguments)) = words.split_first() else {
        return Ok(());
    };
    let Some(status) = shell.launch(name, arguments)? else {
        return Ok(());
    };
    // The file that the program's output may go to gets that and nothing else.
    shell.tell(format_args!("{name}: {}\n", describe(status)))?;
    match code(status) {
        SUCCESS => Ok(()),
        code => Err(Trouble::Status(code)),
    }
}
