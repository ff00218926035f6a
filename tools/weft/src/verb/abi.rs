//! `abi`: the reference of the system calls, from the kernel's own tables.

use std::fs;
use std::process::ExitCode;

use crate::cli::AbiArgs;
use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::reference;

/// Writes the reference, or compares it.
///
/// # Errors
/// If a file cannot be written; with `--check`, if one is not what would be written.
pub fn run(project: &Project, args: &AbiArgs) -> Outcome<ExitCode> {
    for (path, text) in reference::files() {
        let file = project.root().join(path);
        if fs::read_to_string(&file).is_ok_and(|found| found == text) {
            continue;
        }
        if args.check {
            let what = format!("{path} is not what the tables of the ABI make");
            return Err(Error::new(what).remedy("type: cargo weft abi"));
        }
        fs::write(&file, text).map_err(|error| Error::io("write", &file, &error))?;
        println!("{path} is written");
    }
    Ok(ExitCode::SUCCESS)
}
