//! `cd`.

use alloc::string::String;

use libipc::Transport;
use proto::filesystem::NodeKind;

use crate::command::Builtin;
use crate::files::Links;
use crate::paths;
use crate::shell::Shell;
use crate::trouble::{Outcome, Trouble};

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "cd",
        arguments: "[DIRECTORY]",
        summary: "changes the current directory, to / if none is named",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    let name = match arguments {
        [] => "/",
        [name] => name,
        _ => return Err(Trouble::Usage("there is more than one directory".into())),
    };
    let path = paths::plain(&shell.path(name));
    if shell.stat(name, path.as_bytes(), Links::Follow)?.kind != NodeKind::Directory {
        return Err(Trouble::at(name, "not a directory"));
    }
    shell.directory = path;
    Ok(())
}
