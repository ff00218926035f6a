//! `image`: work on manifests.

use std::process::ExitCode;

use crate::build::compose;
use crate::cli::{ImageAction, ImageArgs};
use crate::error::Outcome;
use crate::project::Project;

/// Does the action.
///
/// # Errors
/// If the manifest cannot be read, or has errors; the message holds them all.
pub fn run(project: &Project, args: &ImageArgs) -> Outcome<ExitCode> {
    let ImageAction::Check { image } = &args.action;
    let manifest = project.manifest(image.as_deref());
    let plan = compose::read(project, &manifest)?;
    println!(
        "{}: the image `{}` is sound",
        manifest.display(),
        plan.name()
    );
    for name in plan.masters() {
        println!("  the device of `{name}` can reach all memory: this board has no IOMMU");
    }
    Ok(ExitCode::SUCCESS)
}
