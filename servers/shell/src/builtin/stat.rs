//! `stat`.

use alloc::string::String;

use libipc::Transport;
use proto::filesystem::{NodeKind, Stat};

use crate::command::Builtin;
use crate::files::Links;
use crate::options;
use crate::shell::Shell;
use crate::text::{Date, Mode, Name};
use crate::trouble::Outcome;

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "stat",
        arguments: "PATH...",
        summary: "tells everything about files; of links, about the link itself",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    let (_, names) = options::take(arguments, "")?;
    for name in options::some(&names, "a path")? {
        let path = shell.path(name);
        let told = match shell.stat(name, path.as_bytes(), Links::Keep) {
            Ok(stat) => tell(shell, name, path.as_bytes(), &stat),
            Err(trouble) => Err(trouble),
        };
        shell.note(told)?;
    }
    Ok(())
}

fn tell<T: Transport + 'static>(
    shell: &mut Shell<T>,
    name: &str,
    path: &[u8],
    stat: &Stat,
) -> Outcome {
    let kind = match stat.kind {
        NodeKind::File => "file",
        NodeKind::Directory => "directory",
        NodeKind::Link => "symbolic link",
        NodeKind::Special => "device, pipe or socket",
    };
    shell.print(format_args!("{name}: {kind}\n"))?;
    if stat.kind == NodeKind::Link {
        let target = shell.clients.vfs()?.read_link(path);
        let target = target.unwrap_or_default();
        shell.print(format_args!("  target       {}\n", Name(&target)))?;
    }
    let mode = Mode(stat.kind, stat.permissions);
    shell.print(format_args!(
        "  size         {} bytes, {} on the volume\n  node         {}, {} names\n",
        stat.size, stat.allocated, stat.node, stat.links
    ))?;
    shell.print(format_args!(
        "  permissions  {mode} ({:04o}), user {}, group {}\n",
        stat.permissions, stat.user, stat.group
    ))?;
    shell.print(format_args!(
        "  modified     {}\n  changed      {}\n  accessed     {}\n",
        Date(stat.modified),
        Date(stat.changed),
        Date(stat.accessed)
    ))
}
