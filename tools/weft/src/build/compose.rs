//! The boot image, made by the composer's libraries from a manifest and the components' ELF files.

use std::path::{Path, PathBuf};

use crate::error::{Error, Outcome};

/// A checked manifest.
#[derive(Debug)]
pub struct Plan {
    name: String,
    packages: Vec<String>,
}

impl Plan {
    /// The image's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The packages of its components.
    pub fn packages(&self) -> &[String] {
        &self.packages
    }
}

/// Reads and checks a manifest.
///
/// # Errors
/// If it cannot be read, or has errors; the message holds them all.
pub fn read(manifest: &Path) -> Outcome<Plan> {
    Err(Error::new("images cannot be composed yet").at(manifest.display()))
}

/// Composes the boot image; `commands` are run instead of a prompt, if there are any.
///
/// # Errors
/// If a component cannot be read or does not fit.
pub fn image(plan: &Plan, components: &[PathBuf], commands: &str) -> Outcome<Vec<u8>> {
    let _ = (components, commands);
    Err(Error::new(format!(
        "`{}` cannot be composed yet",
        plan.name
    )))
}
