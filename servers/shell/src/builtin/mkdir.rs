//! `mkdir`.

use alloc::string::String;

use libipc::{Error, Transport};
use proto::vfs;

use crate::command::Builtin;
use crate::options;
use crate::shell::Shell;
use crate::trouble::Outcome;

/// Everybody may read, the owner may change.
const PERMISSIONS: u16 = 0o755;

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "mkdir",
        arguments: "[-p] DIRECTORY...",
        summary: "makes directories; -p with those above, and it is no error if they exist",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    let (options, names) = options::take(arguments, "p")?;
    for name in options::some(&names, "a directory")? {
        let path = shell.path(name);
        let made = if options.has('p') {
            with_parents(shell, &path)
        } else {
            shell
                .clients
                .vfs()?
                .make_directory(path.as_bytes(), PERMISSIONS)
        };
        let told = made.map_err(|error| shell.refused(name, path.as_bytes(), error));
        shell.note(told)?;
    }
    Ok(())
}

fn with_parents<T: Transport + 'static>(
    shell: &Shell<T>,
    path: &str,
) -> Result<(), Error<vfs::Error>> {
    let Ok(vfs) = shell.clients.vfs() else {
        return Err(Error::Server(vfs::Error::NotMounted));
    };
    let ends = path.match_indices('/').map(|(at, _)| at);
    for end in ends.skip(1).chain([path.len()]) {
        let above = path.get(..end).unwrap_or(path);
        match vfs.make_directory(above.as_bytes(), PERMISSIONS) {
            Err(error) if !shell.is_directory(above) => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
