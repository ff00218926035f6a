//! `sync`.

use alloc::string::String;

use libipc::Transport;

use crate::command::Builtin;
use crate::options;
use crate::shell::Shell;
use crate::trouble::Outcome;

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "sync",
        arguments: "",
        summary: "waits until everything written is on the disks",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    options::none(arguments)?;
    let synced = shell.clients.vfs()?.sync_all();
    synced.map_err(|error| shell.unsynced(error))
}
