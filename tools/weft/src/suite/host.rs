//! Unit, property and integration tests on this machine.

use super::tally::Tally;
use super::{Context, Length, libtest, packages};
use crate::command;
use crate::error::Outcome;

/// Runs them.
///
/// # Errors
/// If they do not build or a test binary crashes.
pub fn run(context: &Context<'_>, tally: &mut Tally) -> Outcome {
    let mut cargo = command::cargo();
    cargo
        .current_dir(context.project.root())
        .args(["test", "--no-fail-fast", "--lib", "--tests"]);
    for package in packages::host(context.project)? {
        cargo.args(["--package", &package.name]);
    }
    if context.length == Length::Long {
        cargo.args(["--", "--include-ignored"]);
    }
    libtest::run(&mut cargo, "host", tally)
}
