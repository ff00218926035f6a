//! Which packages of the workspace are tested on this machine: all but those that only exist for
//! the target.

use crate::error::Outcome;
use crate::project::Project;
use crate::rules::metadata::{self, Package};

/// Packages that are nothing but binaries for the target. They are tested by booting.
pub const TARGET_ONLY: [&str; 2] = ["weft-kernel", "examples"];

/// The packages with a library or integration tests that this machine can run.
///
/// # Errors
/// If Cargo cannot read the workspace.
pub fn host(project: &Project) -> Outcome<Vec<Package>> {
    let workspace = metadata::workspace(project)?;
    Ok(workspace.into_iter().filter(is_for_host).collect())
}

fn is_for_host(package: &Package) -> bool {
    package.has_tests() && !TARGET_ONLY.contains(&package.name.as_str())
}
