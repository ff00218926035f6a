//! `help`.

use alloc::format;
use alloc::string::String;

use libipc::Transport;

use super::{all, find};
use crate::command::Builtin;
use crate::shell::Shell;
use crate::trouble::{Outcome, Trouble};

/// What is true of all commands.
const GENERAL: &str = "
A word that is none of these runs the program /bin/WORD, one with a slash the program of that path.
  COMMAND > FILE    writes the output to a file; >> adds it to what is there
  COMMAND; COMMAND  one after the other; && goes on only after success, || only after failure
  PROGRAM &         runs a program in the background
Quotes and \\ keep blanks and signs. Ctrl-C ends what runs.
";

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "help",
        arguments: "[COMMAND...]",
        summary: "tells what commands there are, or how some are used",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    if arguments.is_empty() {
        return overview(shell);
    }
    for name in arguments {
        let told = match find::<T>(name) {
            Some(builtin) => shell.print(format_args!(
                "{} {}\n    {}\n",
                builtin.name, builtin.arguments, builtin.summary
            )),
            None => Err(Trouble::at(name, "there is no such command")),
        };
        shell.note(told)?;
    }
    Ok(())
}

fn overview<T: Transport + 'static>(shell: &mut Shell<T>) -> Outcome {
    for builtin in all::<T>() {
        let usage = format!("{} {}", builtin.name, builtin.arguments);
        shell.print(format_args!("{usage:<28} {}\n", builtin.summary))?;
    }
    shell.print(format_args!("{GENERAL}"))
}
