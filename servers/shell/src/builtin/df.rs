//! `df`.

use alloc::format;
use alloc::string::String;

use libipc::Transport;
use proto::filesystem::{MountState, Space};

use super::mounts;
use crate::command::Builtin;
use crate::options;
use crate::shell::Shell;
use crate::table::{Side, Table};
use crate::text::Size;
use crate::trouble::Outcome;

pub(crate) const fn command<T: Transport + 'static>() -> Builtin<T> {
    Builtin {
        name: "df",
        arguments: "[PATH...]",
        summary: "tells how full volumes are: all, or those that paths lead to",
        run,
    }
}

fn run<T: Transport + 'static>(shell: &mut Shell<T>, arguments: &[String]) -> Outcome {
    let (_, names) = options::take(arguments, "")?;
    let mut table = table();
    if names.is_empty() {
        for mount in mounts::all(shell)? {
            if matches!(mount.state, MountState::Mounted | MountState::ReadOnly) {
                let added = add(shell, &mut table, &mount.path, &mount.path);
                shell.note(added)?;
            }
        }
    }
    for name in &names {
        let path = shell.path(name);
        let added = add(shell, &mut table, name, &path);
        shell.note(added)?;
    }
    shell.write(table.text().as_bytes())
}

fn table() -> Table<6> {
    let sides = [
        Side::Left,
        Side::Right,
        Side::Right,
        Side::Right,
        Side::Right,
        Side::Right,
    ];
    Table::new(sides, ["PATH", "SIZE", "USED", "FREE", "USE", "FREE NODES"])
}

fn add<T: Transport + 'static>(
    shell: &Shell<T>,
    table: &mut Table<6>,
    name: &str,
    path: &str,
) -> Outcome {
    let space = shell.clients.vfs()?.space(path.as_bytes());
    let space = space.map_err(|error| shell.refused(name, path.as_bytes(), error))?;
    let used = space.blocks.saturating_sub(space.free_blocks);
    let bytes = |blocks: u64| Size(blocks.saturating_mul(space.block_size));
    let share = format!("{} %", percent(used, &space));
    table.row([
        &name,
        &bytes(space.blocks),
        &bytes(used),
        &bytes(space.free_blocks),
        &share,
        &space.free_nodes,
    ]);
    Ok(())
}

/// How much is used, rounded up.
fn percent(used: u64, space: &Space) -> u128 {
    (u128::from(used) * 100).div_ceil(u128::from(space.blocks.max(1)))
}
