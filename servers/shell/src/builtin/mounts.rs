//! `mounts`.

use alloc::string::String;
use alloc::vec::Vec;

use libipc::Transport;
use proto::filesystem::MountState;
use proto::vfs::Mount;

use crate::command::Builtin;
use crate::options;
use crate::shell::Shell;
use crate::table::{Side, Table};
use crate::trouble::{Outcome, Trouble};

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "mounts",
        arguments: "",
        summary: "shows where volumes are mounted, and why some are not",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    options::none(arguments)?;
    let headings = ["MOUNTED AT", "STATE", "KIND", "VOLUME", "REASON"];
    let mut table = Table::new([Side::Left; 5], headings);
    for mount in all(shell)? {
        table.row([
            &mount.path,
            &state(mount.state),
            &mount.kind,
            &mount.volume,
            &mount.reason,
        ]);
    }
    shell.write(table.text().as_bytes())
}

/// All mounts, in their order.
pub(crate) fn all<T: Transport + 'static>(shell: &Shell<T>) -> Outcome<Vec<Mount>> {
    let vfs = shell.clients.vfs()?;
    let mut all = Vec::new();
    loop {
        let some = vfs.mounts(all.len() as u32).map_err(Trouble::because)?;
        if some.is_empty() {
            return Ok(all);
        }
        all.extend(some);
    }
}

fn state(state: MountState) -> &'static str {
    match state {
        MountState::Mounted => "mounted",
        MountState::ReadOnly => "read-only",
        MountState::Failed => "failed",
        MountState::Unmounted => "unmounted",
        MountState::Absent => "absent",
    }
}
