//! Sources are as rustfmt writes them.

use super::{Context, Problem};
use crate::command;
use crate::error::Outcome;

/// Asks rustfmt, which lists the files that differ.
///
/// # Errors
/// If it cannot be started.
pub fn look(context: &Context<'_>) -> Outcome<Vec<Problem>> {
    let mut cargo = command::cargo();
    cargo
        .current_dir(context.project.root())
        .args(["fmt", "--all", "--", "--check", "-l"]);
    Ok(super::clippy::verdict(&mut cargo, "type: cargo fmt --all"))
}
