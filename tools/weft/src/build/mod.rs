//! From sources to what QEMU boots: kernel, components, boot image and disk.
//!
//! Cargo decides what is out of date; a composed file is written only when its bytes change, so
//! that a build without changes leaves every file as it is.

pub mod catalogue;
pub mod compose;
pub mod disk;
pub mod output;
pub mod rust;
pub mod tree;

use std::path::{Path, PathBuf};

use crate::error::Outcome;
use crate::project::Project;
use crate::setup::{self, Need};
use compose::{Parts, Plan};

/// Everything that a run of an image needs.
#[derive(Debug)]
pub struct Built {
    plan: Plan,
    /// The folder with all the outputs of this image.
    pub folder: PathBuf,
    /// The kernel's ELF file.
    pub kernel: PathBuf,
    /// The ELF files of the components, in the manifest's order.
    pub components: Vec<PathBuf>,
    /// The boot image.
    pub image: PathBuf,
    /// The disk that the image starts with, if it has one.
    pub disk: Option<PathBuf>,
}

impl Built {
    /// A boot image that runs `commands` instead of a prompt.
    ///
    /// # Errors
    /// If it cannot be composed.
    pub fn image_with(&self, commands: &str) -> Outcome<Vec<u8>> {
        let parts = Parts {
            kernel: &self.kernel,
            programs: &self.components,
            commands,
        };
        compose::image(&self.plan, parts)
    }
}

/// Builds everything that the image described by `manifest` needs.
///
/// # Errors
/// If set-up, a compiler, the composer or `mkfs.ext4` fails.
pub fn image(project: &Project, manifest: &Path) -> Outcome<Built> {
    setup::ensure(project, &[Need::RustTargets, Need::E2fsprogs])?;
    let plan = compose::read(project, manifest)?;
    let kernel = rust::kernel(project)?;
    let programs = disk::programs(project)?;
    rust::user(project, plan.programs(), &programs)?;
    let output = |program: &String| rust::user_output(project, program);
    let components: Vec<_> = plan.programs().iter().map(output).collect();
    let folder = project.image_output(plan.name());
    output::folder(&folder)?;
    let disk = disk::build(project, plan.name(), &folder, &programs)?;
    let image = folder.join("boot.img");
    let built = Built {
        plan,
        folder,
        kernel,
        components,
        image,
        disk,
    };
    output::write(&built.image, &built.image_with("")?)?;
    Ok(built)
}
