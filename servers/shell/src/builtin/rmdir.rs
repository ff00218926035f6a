//! `rmdir`.

use alloc::string::String;

use libipc::Transport;

use crate::command::Builtin;
use crate::options;
use crate::shell::Shell;
use crate::trouble::{Outcome, Trouble};

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "rmdir",
        arguments: "DIRECTORY...",
        summary: "takes empty directories away",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    let (_, names) = options::take(arguments, "")?;
    for name in options::some(&names, "a directory")? {
        let path = shell.path(name);
        let removed = shell.clients.vfs()?.remove_directory(path.as_bytes());
        shell.note(removed.map_err(|error| Trouble::at(name, error)))?;
    }
    Ok(())
}
