//! The modules of `idl/proto` are what the interface compiler makes of `idl/*.idl` now.

use super::{Context, Problem, clippy};
use crate::command;
use crate::error::Outcome;

/// Asks the interface compiler to compare.
///
/// # Errors
/// If it cannot be started.
pub fn look(context: &Context<'_>) -> Outcome<Vec<Problem>> {
    let mut cargo = command::cargo();
    cargo.current_dir(context.project.root());
    cargo.args([
        "run",
        "--quiet",
        "--package",
        "idlc",
        "--",
        "gen",
        "--check",
    ]);
    Ok(clippy::verdict(
        &mut cargo,
        "type: cargo run --package idlc -- gen",
    ))
}
