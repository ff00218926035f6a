//! `rm`.

use alloc::string::String;
use alloc::vec::Vec;

use libipc::{Error, Transport};
use proto::filesystem::NodeKind;
use proto::vfs;

use crate::command::Builtin;
use crate::files::join;
use crate::options::{self, Options};
use crate::paths;
use crate::shell::Shell;
use crate::text::Name;
use crate::trouble::{Outcome, Trouble};

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "rm",
        arguments: "[-r] [-f] PATH...",
        summary: "takes names away; -r with directories and all in them, -f without a word if there are none",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    let (options, names) = options::take(arguments, "rf")?;
    for name in options::some(&names, "a path")? {
        let removed = one(shell, options, name);
        shell.note(removed)?;
    }
    Ok(())
}

fn one<T: Transport + 'static>(shell: &mut Shell<T>, options: Options, name: &str) -> Outcome {
    let path = shell.path(name);
    if paths::plain(&path) == "/" {
        return Err(Trouble::at(name, "the root directory stays"));
    }
    let stat = match shell.clients.vfs()?.stat_link(path.as_bytes()) {
        Err(Error::Server(vfs::Error::NotFound)) if options.has('f') => return Ok(()),
        stat => stat.map_err(|error| Trouble::at(name, error))?,
    };
    if options.has('r') && stat.kind == NodeKind::Directory {
        return tree(shell, path.as_bytes());
    }
    unlink(shell, path.as_bytes())
}

/// Takes a directory away with everything in it.
///
/// Directories are gone through with a list and not by recursion: a disk may nest them deeper than the stack.
pub(crate) fn tree<T: Transport + 'static>(shell: &mut Shell<T>, path: &[u8]) -> Outcome {
    let mut directories: Vec<Vec<u8>> = alloc::vec![path.to_vec()];
    let mut next = 0;
    while let Some(directory) = directories.get(next).cloned() {
        next += 1;
        let shown = alloc::format!("{}", Name(&directory));
        for entry in shell.entries(&shown, &directory)? {
            shell.checkpoint()?;
            let inside = join(&directory, &entry.name);
            if entry.kind == NodeKind::Directory {
                directories.push(inside);
            } else {
                unlink(shell, &inside)?;
            }
        }
    }
    for directory in directories.iter().rev() {
        shell.checkpoint()?;
        let removed = shell.clients.vfs()?.remove_directory(directory);
        removed.map_err(|error| at(directory, error))?;
    }
    Ok(())
}

/// Takes a name away that is not a directory's.
pub(crate) fn unlink<T: Transport + 'static>(shell: &Shell<T>, path: &[u8]) -> Outcome {
    let removed = shell.clients.vfs()?.unlink(path);
    removed.map_err(|error| at(path, error))
}

fn at(path: &[u8], error: Error<vfs::Error>) -> Trouble {
    Trouble::at(&alloc::format!("{}", Name(path)), error)
}
