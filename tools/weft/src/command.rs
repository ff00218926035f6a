//! Starting other programs: one way to run them loudly, one to collect what they print.
//!
//! Cargo is always the one that runs this command, so that both use the same toolchain.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use crate::error::{Error, Outcome};

/// Folders with system programs that an ordinary user's search path may lack.
const SYSTEM_FOLDERS: [&str; 2] = ["/usr/sbin", "/sbin"];

/// A command for the Cargo that runs this program, free of what Cargo put into the environment
/// for this package.
pub fn cargo() -> Command {
    let program = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    forget_package(&mut command);
    command
}

/// Takes away what Cargo put into the environment for this package.
pub fn forget_package(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let name_text = name.to_string_lossy();
        if name_text.starts_with("CARGO_PKG_") || name_text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
}

/// Runs a command with this program's own standard output and error.
///
/// # Errors
/// If it cannot be started or does not succeed; the message names the command.
pub fn run(command: &mut Command) -> Outcome {
    let status = command
        .status()
        .map_err(|cause| not_started(command, &cause))?;
    if status.success() {
        return Ok(());
    }
    Err(Error::new(format!("`{}` failed: {status}", shown(command))))
}

/// Runs a command and collects what it prints on standard output; the rest is passed on.
///
/// # Errors
/// If it cannot be started or does not succeed.
pub fn read(command: &mut Command) -> Outcome<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|cause| not_started(command, &cause))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(Error::new(format!(
        "`{}` failed: {}",
        shown(command),
        output.status
    )))
}

/// Runs a command in silence and collects everything it prints, whether it succeeds or not.
///
/// # Errors
/// If it cannot be started.
pub fn collect(command: &mut Command) -> Outcome<Output> {
    command
        .stdin(Stdio::null())
        .output()
        .map_err(|cause| not_started(command, &cause))
}

/// Where a program is, looking in the search path and in the system folders.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(SYSTEM_FOLDERS.map(PathBuf::from))
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
}

/// A command line as a person would type it.
pub fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| quoted(&word.to_string_lossy()))
        .collect::<Vec<_>>()
        .join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn not_started(command: &Command, cause: &std::io::Error) -> Error {
    Error::new(format!("cannot start `{}`: {cause}", shown(command)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_command_can_be_typed_again() {
        let mut command = Command::new("tee");
        command.args(["/etc/a b", "it's", ""]);
        assert_eq!(shown(&command), r"tee '/etc/a b' 'it'\''s' ''");
    }

    #[test]
    fn a_failing_command_is_named() {
        let error = run(Command::new("sh").args(["-c", "exit 3"])).expect_err("it exits with 3");
        assert!(error.to_string().contains("sh -c 'exit 3'"), "{error}");
    }

    #[test]
    fn a_command_that_does_not_exist_is_named() {
        let error = read(&mut Command::new("no-such-program")).expect_err("it does not exist");
        assert!(error.to_string().contains("no-such-program"), "{error}");
    }
}
