//! Miri, the interpreter that finds undefined behaviour in unsafe code. It exists for nightly
//! Rust only, so only the tests that run under it ask for it, and they can do without.

use std::process::Command;

use crate::command;
use crate::error::{Error, Outcome};

/// The toolchain that Miri runs on.
pub const TOOLCHAIN: &str = "nightly";

/// Makes sure that Miri is there, installing it if need be.
///
/// # Errors
/// If rustup cannot provide it; the message says why and how to get it.
pub fn ensure() -> Outcome {
    if is_there() {
        return Ok(());
    }
    let mut rustup = Command::new("rustup");
    rustup.args(["toolchain", "install", TOOLCHAIN, "--profile", "minimal"]);
    rustup.args(["--component", "miri", "--component", "rust-src"]);
    eprintln!(
        "set-up: Miri is missing; running `{}`",
        command::shown(&rustup)
    );
    command::run(&mut rustup)?;
    if is_there() {
        return Ok(());
    }
    Err(Error::new("Miri is missing").remedy(format!("type: {}", command::shown(&rustup))))
}

fn is_there() -> bool {
    let mut rustup = Command::new("rustup");
    rustup.args(["component", "list", "--installed", "--toolchain", TOOLCHAIN]);
    command::collect(&mut rustup).is_ok_and(|output| {
        let list = String::from_utf8_lossy(&output.stdout).into_owned();
        ["miri", "rust-src"]
            .iter()
            .all(|part| list.lines().any(|line| line.starts_with(part)))
    })
}
