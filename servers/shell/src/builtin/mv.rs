//! `mv`.

use alloc::string::String;

use libipc::{Error, Transport};
use proto::filesystem::NodeKind;
use proto::vfs;

use super::{cp, rm};
use crate::command::Builtin;
use crate::files::Links;
use crate::options;
use crate::shell::Shell;
use crate::trouble::{Outcome, Trouble};

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "mv",
        arguments: "FROM... TO",
        summary: "gives files and directories another name, or moves them into a directory",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    let (_, names) = options::take(arguments, "")?;
    let (target, sources) = cp::pair(shell, &names)?;
    for source in sources {
        let (from, to) = (shell.path(source), shell.destination(source, target));
        let moved = match shell.clients.vfs()?.rename(from.as_bytes(), to.as_bytes()) {
            Err(Error::Server(vfs::Error::OtherVolume)) => across(shell, source, &from, &to),
            renamed => renamed.map_err(|error| Trouble::at(source, error)),
        };
        shell.note(moved)?;
    }
    Ok(())
}

/// Moves between volumes: a copy, and then the original goes.
fn across<T: Transport + 'static>(
    shell: &mut Shell<T>,
    source: &str,
    from: &str,
    to: &str,
) -> Outcome {
    let stat = shell.stat(source, from.as_bytes(), Links::Keep)?;
    cp::tree(shell, from, to)?;
    if stat.kind == NodeKind::Directory {
        rm::tree(shell, from.as_bytes())
    } else {
        rm::unlink(shell, from.as_bytes())
    }
}
