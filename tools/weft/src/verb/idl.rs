//! `idl`: work on interfaces, which the interface compiler does.

use std::env;
use std::process::ExitCode;

use crate::cli::IdlArgs;
use crate::error::{Error, Outcome};
use crate::project::Project;

/// Does what was asked for. Paths are those of the tree's root, wherever the command is typed.
///
/// # Errors
/// If something is wrong with the interfaces, or they cannot be read.
pub fn run(project: &Project, args: IdlArgs) -> Outcome<ExitCode> {
    let root = project.root();
    env::set_current_dir(root).map_err(|cause| Error::io("go to", root, &cause))?;
    match args.verb.run() {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(problem) => Err(Error::new(problem.to_string())),
    }
}
