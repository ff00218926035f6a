//! `ls`.

use alloc::string::String;
use alloc::vec::Vec;

use libipc::Transport;
use proto::filesystem::{NodeKind, Stat};

use crate::command::Builtin;
use crate::files::{Links, join};
use crate::options::{self, Options};
use crate::shell::Shell;
use crate::table::{Side, Table};
use crate::text::{Date, Mode, Name};
use crate::trouble::Outcome;

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "ls",
        arguments: "[-a] [-l] [PATH...]",
        summary: "lists names; -a with hidden ones, -l with kind, permissions, size and time",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    let (options, mut names) = options::take(arguments, "al")?;
    if names.is_empty() {
        names.push(".".into());
    }
    let mut directories = Vec::new();
    for name in &names {
        let path = shell.path(name);
        let links = if options.has('l') {
            Links::Keep
        } else {
            Links::Follow
        };
        let listed = match shell.stat(name, path.as_bytes(), links) {
            Ok(stat) if stat.kind == NodeKind::Directory => {
                directories.push(name);
                Ok(())
            }
            Ok(stat) => one(shell, options, name.as_bytes(), path.as_bytes(), &stat),
            Err(trouble) => Err(trouble),
        };
        shell.note(listed)?;
    }
    for (index, name) in directories.into_iter().enumerate() {
        if names.len() > 1 {
            let gap = if index == 0 { "" } else { "\n" };
            shell.print(format_args!("{gap}{name}:\n"))?;
        }
        let listed = directory(shell, options, name);
        shell.note(listed)?;
    }
    Ok(())
}

/// Lists something that is no directory.
fn one<T: Transport + 'static>(
    shell: &mut Shell<T>,
    options: Options,
    name: &[u8],
    path: &[u8],
    stat: &Stat,
) -> Outcome {
    if !options.has('l') {
        return shell.print(format_args!("{}\n", Name(name)));
    }
    let mut rows = rows();
    row(shell, &mut rows, name, path, stat);
    shell.write(rows.text().as_bytes())
}

fn directory<T: Transport + 'static>(
    shell: &mut Shell<T>,
    options: Options,
    name: &str,
) -> Outcome {
    let path = shell.path(name).into_bytes();
    let mut entries = shell.entries(name, &path)?;
    entries.retain(|entry| options.has('a') || !entry.name.starts_with(b"."));
    if !options.has('l') {
        return entries
            .iter()
            .try_for_each(|entry| shell.print(format_args!("{}\n", Name(&entry.name))));
    }
    let mut rows = rows();
    for entry in entries {
        shell.checkpoint()?;
        let path = join(&path, &entry.name);
        let shown = String::from_utf8_lossy(&entry.name);
        match shell.stat(&shown, &path, Links::Keep) {
            Ok(stat) => row(shell, &mut rows, &entry.name, &path, &stat),
            Err(trouble) => shell.note(Err(trouble))?,
        }
    }
    shell.write(rows.text().as_bytes())
}

fn rows() -> Table<5> {
    Table::plain([Side::Left, Side::Right, Side::Right, Side::Left, Side::Left])
}

fn row<T: Transport + 'static>(
    shell: &Shell<T>,
    rows: &mut Table<5>,
    name: &[u8],
    path: &[u8],
    stat: &Stat,
) {
    let mut shown = alloc::format!("{}", Name(name));
    if stat.kind == NodeKind::Link
        && let Ok(vfs) = shell.clients.vfs()
        && let Ok(target) = vfs.read_link(path)
    {
        shown.push_str(&alloc::format!(" -> {}", Name(&target)));
    }
    rows.row([
        &Mode(stat.kind, stat.permissions),
        &stat.links,
        &stat.size,
        &Date(stat.modified),
        &shown,
    ]);
}
