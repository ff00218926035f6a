//! `pwd`.

use alloc::string::String;

use libipc::Transport;

use crate::command::Builtin;
use crate::options;
use crate::shell::Shell;
use crate::trouble::Outcome;

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "pwd",
        arguments: "",
        summary: "tells the current directory",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    options::none(arguments)?;
    let directory = shell.directory.clone();
    shell.print(format_args!("{directory}\n"))
}
