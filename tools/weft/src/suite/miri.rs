//! Tests of crates with unsafe code, run by an interpreter that finds undefined behaviour.

use std::process::Command;

use super::tally::Tally;
use super::{Context, libtest, packages};
use crate::error::Outcome;
use crate::setup;

/// The crates whose unsafe code can run without the target's hardware.
const CRATES: [&str; 4] = ["weft-store", "libipc", "libipc-ring", "weft-mmio"];

/// Property tests look for files of past failures; and addresses of memory come
/// to a system as numbers.
const FLAGS: &str = "-Zmiri-disable-isolation -Zmiri-permissive-provenance";

/// How many cases of a property are enough for an interpreter.
const CASES: &str = "4";

/// Runs them; where Miri cannot be had they count as skipped, except in continuous integration.
///
/// # Errors
/// If a crate does not build under Miri, or if Miri is missing in continuous integration.
pub fn run(context: &Context<'_>, tally: &mut Tally) -> Outcome {
    let present = packages::host(context.project)?;
    let is_present = |name: &&str| present.iter().any(|package| package.name == *name);
    let crates: Vec<_> = CRATES.into_iter().filter(is_present).collect();
    if crates.is_empty() {
        return Ok(());
    }
    if let Err(error) = setup::miri::ensure() {
        if std::env::var_os("CI").is_some_and(|value| value == "true") {
            return Err(error);
        }
        let count = u64::try_from(crates.len()).unwrap_or_default();
        tally.skip(count, &format!("crates under Miri: {error}"));
        return Ok(());
    }
    for name in crates {
        let suite = format!("miri {name}");
        if let Err(error) = libtest::run(&mut miri(context, name), &suite, tally) {
            tally.fail(&suite, &error.to_string());
        }
    }
    Ok(())
}

fn miri(context: &Context<'_>, package: &str) -> Command {
    let mut command = Command::new("rustup");
    command.current_dir(context.project.root());
    command.args([
        "run",
        setup::miri::TOOLCHAIN,
        "cargo",
        "miri",
        "test",
        "--no-fail-fast",
    ]);
    command.args(["--lib", "--package", package]);
    command
        .arg("--target-dir")
        .arg(context.project.target("miri"));
    command.env("MIRIFLAGS", FLAGS).env("PROPTEST_CASES", CASES);
    for name in ["CARGO", "RUSTC", "RUSTFLAGS", "RUSTUP_TOOLCHAIN"] {
        command.env_remove(name);
    }
    command
}
