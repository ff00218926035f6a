//! Tests of concurrent code under loom, which tries every order in which threads can meet.

use super::tally::Tally;
use super::{Context, Length, libtest, packages};
use crate::command;
use crate::error::Outcome;

/// The crates with tests under `cfg(loom)`.
const CRATES: [&str; 2] = ["libipc-ring", "weft-store"];

/// How often a long run preempts threads.
const LONG: &str = "5";

/// Runs them.
///
/// # Errors
/// If a crate does not build with loom.
pub fn run(context: &Context<'_>, tally: &mut Tally) -> Outcome {
    for package in packages::host(context.project)? {
        if !CRATES.contains(&package.name.as_str()) {
            continue;
        }
        let mut cargo = command::cargo();
        cargo
            .current_dir(context.project.root())
            .args(["test", "--release", "--no-fail-fast"]);
        cargo.args(["--lib", "--tests", "--package", &package.name]);
        cargo
            .arg("--target-dir")
            .arg(context.project.target("loom"));
        cargo
            .env("RUSTFLAGS", "--cfg loom")
            .env_remove("CARGO_ENCODED_RUSTFLAGS");
        if context.length == Length::Long {
            cargo.env("LOOM_MAX_PREEMPTIONS", LONG);
        }
        libtest::run(&mut cargo, &format!("loom {}", package.name), tally)?;
    }
    Ok(())
}
