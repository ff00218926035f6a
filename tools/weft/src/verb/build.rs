//! `build`: everything that a run of an image needs, without running it.

use std::process::ExitCode;

use crate::build;
use crate::cli::BuildArgs;
use crate::error::Outcome;
use crate::project::Project;

/// Builds, and says where the outputs are.
///
/// # Errors
/// If something does not build.
pub fn run(project: &Project, args: &BuildArgs) -> Outcome<ExitCode> {
    let manifest = project.manifest(args.image.as_deref());
    let built = build::image_for(project, &manifest, args.board)?;
    println!("kernel  {}", built.kernel.display());
    println!("image   {}", built.image.display());
    if let Some(disk) = &built.disk {
        println!("disk    {}", disk.display());
    }
    Ok(ExitCode::SUCCESS)
}
