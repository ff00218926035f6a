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
    let boards = compose::boards_of(&manifest)?;
    // A manifest without a board is refused with all its other mistakes.
    let boards = if boards.is_empty() {
        vec![None]
    } else {
        boards.into_iter().map(Some).collect()
    };
    for board in boards {
        let plan = compose::read(project, &manifest, board)?;
        let (file, name, board) = (manifest.display(), plan.name(), plan.board()?.name());
        println!("{file}: the image `{name}` is sound on {board}");
        for name in plan.masters() {
            println!("  the device of `{name}` can reach all memory: this board has no IOMMU");
        }
    }
    Ok(ExitCode::SUCCESS)
}
