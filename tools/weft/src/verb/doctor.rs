//! `doctor`: what this machine has of what Weft needs, and how to get the rest.

use std::process::ExitCode;

use crate::error::Outcome;
use crate::project::Project;
use crate::setup::{ALL, Found};

/// Shows every need with what was found, and fails if one is not met.
///
/// # Errors
/// If a look at the machine itself fails.
pub fn run(project: &Project) -> Outcome<ExitCode> {
    let mut code = ExitCode::SUCCESS;
    for need in ALL {
        match need.look(project)? {
            Found::Present(found) => println!("ok       {}: {found}", need.title()),
            Found::Missing(what) => {
                println!("missing  {}: {what}", need.title());
                println!("         remedy: {}", need.remedy());
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}
