//! The Rust targets that components are built for.
//!
//! `rust-toolchain.toml` lists them and rustup installs them by itself when it installs the
//! toolchain, unless it has been told not to or the toolchain was there before. A target is there
//! when its folder in the toolchain is: no program needs to run to find out.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde::Deserialize;

use super::Found;
use crate::command;
use crate::error::{Error, Outcome};
use crate::project::Project;

#[derive(Deserialize)]
struct ToolchainFile {
    toolchain: Toolchain,
}

#[derive(Deserialize)]
struct Toolchain {
    targets: Vec<String>,
}

/// Looks which targets the toolchain has.
///
/// # Errors
/// If `rust-toolchain.toml` or the toolchain itself cannot be read.
pub fn look(project: &Project) -> Outcome<Found> {
    let missing = missing(project)?;
    if missing.is_empty() {
        return Ok(Found::Present(wanted(project)?.join(", ")));
    }
    Ok(Found::Missing(format!(
        "the toolchain lacks the Rust targets {}",
        missing.join(", ")
    )))
}

/// Adds the missing targets with rustup.
///
/// # Errors
/// If rustup is not there or cannot get them.
pub fn install(project: &Project) -> Outcome {
    let missing = missing(project)?;
    let mut rustup = Command::new("rustup");
    rustup
        .current_dir(project.root())
        .args(["target", "add"])
        .args(&missing);
    eprintln!("set-up: running `{}`", command::shown(&rustup));
    command::run(&mut rustup).map_err(|error| {
        error.remedy(format!(
            "make sure that rustup reaches its server, then type: rustup target add {}",
            missing.join(" ")
        ))
    })
}

fn missing(project: &Project) -> Outcome<Vec<String>> {
    let libraries = sysroot()?.join("lib/rustlib");
    let is_missing = |target: &String| !libraries.join(target).join("lib").is_dir();
    Ok(wanted(project)?.into_iter().filter(is_missing).collect())
}

fn wanted(project: &Project) -> Outcome<Vec<String>> {
    let path = project.root().join("rust-toolchain.toml");
    let text = fs::read_to_string(&path).map_err(|cause| Error::io("read", &path, &cause))?;
    targets(&text).map_err(|cause| Error::new(cause).at(path.display()))
}

fn targets(text: &str) -> Result<Vec<String>, String> {
    let file: ToolchainFile = toml::from_str(text).map_err(|error| error.to_string())?;
    Ok(file.toolchain.targets)
}

fn sysroot() -> Outcome<PathBuf> {
    let shown = command::read(Command::new("rustc").args(["--print", "sysroot"]))?;
    Ok(PathBuf::from(shown.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_from_the_toolchain_file() {
        let text = "[toolchain]\nchannel = \"1.95.0\"\ntargets = [\"a-b\", \"c-d\"]\n";
        assert_eq!(targets(text), Ok(vec!["a-b".to_owned(), "c-d".to_owned()]));
    }

    #[test]
    fn a_toolchain_file_without_targets_is_refused() {
        assert!(targets("[toolchain]\nchannel = \"1.95.0\"\n").is_err());
    }
}
