//! Unit, property and integration tests on this machine.
//!
//! All packages are built and run by one Cargo. If one does not even build, Cargo runs none; then
//! each is tried by itself, so that one broken package hides nothing about the others.

use std::process::Command;

use super::tally::Tally;
use super::{Context, Length, libtest, packages};
use crate::command;
use crate::error::Outcome;
use crate::setup::{self, Need};

/// Runs them.
///
/// # Errors
/// If set-up fails, or Cargo cannot read the workspace or cannot be started.
pub fn run(context: &Context<'_>, tally: &mut Tally) -> Outcome {
    setup::ensure(context.project, &[Need::E2fsprogs, Need::Dosfstools])?;
    let packages = packages::host(context.project)?;
    let names: Vec<_> = packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    if command::run(cargo(&names, context).arg("--no-run")).is_ok() {
        return libtest::run(
            with_length(&mut cargo(&names, context), context),
            "host",
            tally,
        );
    }
    for name in names {
        let suite = format!("host {name}");
        if let Err(error) = libtest::run(
            with_length(&mut cargo(&[name], context), context),
            &suite,
            tally,
        ) {
            tally.fail(&suite, &error.to_string());
        }
    }
    Ok(())
}

fn cargo(packages: &[&str], context: &Context<'_>) -> Command {
    let mut cargo = command::cargo();
    cargo
        .current_dir(context.project.root())
        .args(["test", "--no-fail-fast", "--lib", "--tests"]);
    for package in packages {
        cargo.args(["--package", package]);
    }
    cargo
}

fn with_length<'a>(cargo: &'a mut Command, context: &Context<'_>) -> &'a mut Command {
    if context.length == Length::Long {
        cargo.args(["--", "--include-ignored"]);
    }
    cargo
}
