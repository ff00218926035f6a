//! `build`: everything that a run of an image needs, without running it.

use std::path::Path;
use std::process::ExitCode;

use crate::build;
use crate::build::card::Card;
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
    if let Some(card) = &built.card {
        println!("card    {}", card.path.display());
        tell_of_firmware(card, &built.firmware(project));
    }
    Ok(ExitCode::SUCCESS)
}

/// Says what the card lacks, where a person gets it and where to put it.
fn tell_of_firmware(card: &Card, folder: &Path) {
    if card.missing.is_empty() {
        return;
    }
    eprintln!(
        "the card boots in QEMU, but not on the board, whose firmware is not part of this tree:"
    );
    for name in &card.missing {
        eprintln!("  {name} is missing");
    }
    eprintln!(
        "take these files from the folder `boot` of https://github.com/raspberrypi/firmware, put them into\n  {}\nand build \
         again",
        folder.display()
    );
}
