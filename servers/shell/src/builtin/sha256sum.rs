//! `sha256sum`.

use alloc::string::String;
use alloc::vec::Vec;

use libipc::Transport;
use proto::filesystem::NodeKind;
use sha2::{Digest, Sha256};

use crate::command::Builtin;
use crate::files::{Links, join};
use crate::options;
use crate::shell::Shell;
use crate::text::Name;
use crate::trouble::Outcome;

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "sha256sum",
        arguments: "[-r] FILE...",
        summary: "computes the SHA-256 checksums of files; -r of all files in directories",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    let (options, files) = options::take(arguments, "r")?;
    for file in options::some(&files, "a file")? {
        let path = shell.path(file).into_bytes();
        let told = if options.has('r') {
            tree(shell, file.as_bytes(), path)
        } else {
            one(shell, file.as_bytes(), &path)
        };
        shell.note(told)?;
    }
    Ok(())
}

/// Goes through a directory and all in it; links to files count as files, links to directories are left out.
///
/// It goes with a list and not by recursion: a disk may nest directories deeper than the stack.
fn tree<T: Transport + 'static>(shell: &mut Shell<T>, shown: &[u8], path: Vec<u8>) -> Outcome {
    let stat = shell.stat(&text(shown), &path, Links::Follow)?;
    if stat.kind != NodeKind::Directory {
        return one(shell, shown, &path);
    }
    let mut left = alloc::vec![(shown.to_vec(), path)];
    while let Some((shown, path)) = left.pop() {
        shell.checkpoint()?;
        let mut inner = Vec::new();
        for entry in shell.entries(&text(&shown), &path)? {
            let inside = (join(&shown, &entry.name), join(&path, &entry.name));
            if entry.kind == NodeKind::Directory {
                inner.push(inside);
            } else {
                let told = unless_directory(shell, entry.kind, &inside.0, &inside.1);
                shell.note(told)?;
            }
        }
        left.extend(inner.into_iter().rev());
    }
    Ok(())
}

fn unless_directory<T: Transport + 'static>(
    shell: &mut Shell<T>,
    kind: NodeKind,
    shown: &[u8],
    path: &[u8],
) -> Outcome {
    if kind == NodeKind::Link {
        let target = shell.stat(&text(shown), path, Links::Follow)?;
        if target.kind == NodeKind::Directory {
            return Ok(());
        }
    }
    one(shell, shown, path)
}

fn one<T: Transport + 'static>(shell: &mut Shell<T>, shown: &[u8], path: &[u8]) -> Outcome {
    let mut digest = Sha256::new();
    shell.read_file(&text(shown), path, |_, data| {
        digest.update(data);
        Ok(())
    })?;
    for byte in digest.finalize() {
        shell.print(format_args!("{byte:02x}"))?;
    }
    shell.print(format_args!("  {}\n", Name(shown)))
}

fn text(name: &[u8]) -> String {
    alloc::format!("{}", Name(name))
}
