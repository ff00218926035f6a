//! `cp`.

use alloc::string::String;
use alloc::vec::Vec;

use libipc::{Error, Transport};
use proto::filesystem::{NodeKind, Stat};
use proto::vfs::{self, OpenFlags};

use crate::command::Builtin;
use crate::files::{Links, join};
use crate::options;
use crate::paths;
use crate::shell::Shell;
use crate::text::Name;
use crate::trouble::{Outcome, Trouble};

/// The bits of a mode that a copy keeps.
const PERMISSIONS: u16 = 0o777;

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "cp",
        arguments: "[-r] FROM... TO",
        summary: "copies files to a file or into a directory; -r directories with all in them",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    let (options, names) = options::take(arguments, "r")?;
    let (target, sources) = pair(shell, &names)?;
    for source in sources {
        let path = shell.path(source);
        let target = shell.destination(source, target);
        let copied = if options.has('r') {
            tree(shell, &path, &target)
        } else {
            let stat = shell.stat(source, path.as_bytes(), Links::Follow);
            stat.and_then(|stat| file(shell, path.as_bytes(), target.as_bytes(), &stat))
        };
        shell.note(copied)?;
    }
    Ok(())
}

/// The target, and what goes there.
pub(crate) fn pair<'a, T: Transport + 'static>(
    shell: &Shell<T>,
    names: &'a [String],
) -> Outcome<(&'a String, &'a [String])> {
    let Some((target, sources)) = names.split_last().filter(|(_, rest)| !rest.is_empty()) else {
        return Err(Trouble::Usage("a source or the target is missing".into()));
    };
    if sources.len() > 1 && !shell.is_directory(&shell.path(target)) {
        return Err(Trouble::at(target, "not a directory"));
    }
    Ok((target, sources))
}

/// Copies whatever is at a path with everything in it. Links are copied as links.
///
/// Directories are gone through with a list and not by recursion: a disk may nest them deeper than the stack.
pub(crate) fn tree<T: Transport + 'static>(shell: &mut Shell<T>, from: &str, to: &str) -> Outcome {
    if paths::inside(&paths::plain(to), "").starts_with(&paths::inside(&paths::plain(from), "")) {
        return Err(Trouble::at(from, "cannot be copied into itself"));
    }
    let mut left: Vec<(Vec<u8>, Vec<u8>)> = alloc::vec![(from.into(), to.into())];
    while let Some((from, to)) = left.pop() {
        shell.checkpoint()?;
        let shown = alloc::format!("{}", Name(&from));
        let stat = shell.stat(&shown, &from, Links::Keep)?;
        match stat.kind {
            NodeKind::Directory => {
                directory(shell, &to, &stat)?;
                let entries = shell.entries(&shown, &from)?;
                left.extend(
                    entries
                        .iter()
                        .map(|entry| (join(&from, &entry.name), join(&to, &entry.name))),
                );
            }
            NodeKind::Link => link(shell, &from, &to)?,
            _ => file(shell, &from, &to, &stat)?,
        }
    }
    Ok(())
}

fn directory<T: Transport + 'static>(shell: &Shell<T>, to: &[u8], stat: &Stat) -> Outcome {
    let made = shell
        .clients
        .vfs()?
        .make_directory(to, stat.permissions & PERMISSIONS);
    let exists = shell.stat("", to, Links::Follow);
    if exists.is_ok_and(|stat| stat.kind == NodeKind::Directory) {
        return Ok(());
    }
    made.map_err(|error| refused(shell, to, error))
}

fn link<T: Transport + 'static>(shell: &Shell<T>, from: &[u8], to: &[u8]) -> Outcome {
    let vfs = shell.clients.vfs()?;
    let target = vfs.read_link(from).map_err(|error| at(from, error))?;
    vfs.symlink(&target, to).map_err(|error| at(to, error))
}

/// Copies a file's contents.
fn file<T: Transport + 'static>(
    shell: &mut Shell<T>,
    from: &[u8],
    to: &[u8],
    stat: &Stat,
) -> Outcome {
    match stat.kind {
        NodeKind::Directory => return Err(at(from, "is a directory; -r copies it")),
        NodeKind::Special => return Err(at(from, "is no file")),
        NodeKind::File | NodeKind::Link => {}
    }
    // Opening the target cuts it off, so what is the source itself must be found out before. Paths may differ
    // by links; two nodes with all properties in common are taken to be one.
    let there = shell.stat("", to, Links::Follow);
    if from == to || there.is_ok_and(|there| there == *stat) {
        return Err(at(from, "source and target are the same file"));
    }
    let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::TRUNCATE;
    let opened = shell
        .clients
        .vfs()?
        .open(to, flags, stat.permissions & PERMISSIONS);
    let target = opened.map_err(|error| refused(shell, to, error))?;
    let mut offset = 0;
    let copied = shell.read_file(&alloc::format!("{}", Name(from)), from, |shell, data| {
        let written = shell.clients.vfs()?.write_at(target, offset, data);
        offset += data.len() as u64;
        written.map_err(|error| refused(shell, to, error))
    });
    let closed = shell.clients.vfs()?.close(target);
    copied?;
    closed.map_err(|error| refused(shell, to, error))
}

fn refused<T: Transport + 'static>(
    shell: &Shell<T>,
    path: &[u8],
    error: Error<vfs::Error>,
) -> Trouble {
    shell.refused(&alloc::format!("{}", Name(path)), path, error)
}

fn at(path: &[u8], why: impl core::fmt::Display) -> Trouble {
    Trouble::at(&alloc::format!("{}", Name(path)), why)
}
