//! From sources to what QEMU boots: kernel, components, boot image and disk.
//!
//! Cargo decides what is out of date; a composed file is written only when its bytes change, so
//! that a build without changes leaves every file as it is.

pub mod alone;
pub mod card;
pub mod catalogue;
pub mod compose;
pub mod disk;
pub mod fat;
pub mod output;
pub mod rust;
pub mod tree;
pub mod tree_blob;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use crate::board::Board;
use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::setup::{self, Need};
use card::Card;
use compose::{Parts, Plan};
use weft_spec::{Fpu, SystemSpec};

/// The driver of the Raspberry Pi's other serial port.
const OTHER: &str = "mini-uart";

/// Everything that a run of an image needs.
#[derive(Debug)]
pub struct Built {
    plan: Plan,
    /// The board's early console, as its kernel is told of it.
    pub early_console: u64,
    /// The board that it is for.
    pub board: Board,
    /// The folder with all the outputs of this image.
    pub folder: PathBuf,
    /// The kernel's ELF file.
    pub kernel: PathBuf,
    /// The kernel as the board loads it.
    pub bootable: PathBuf,
    /// The ELF files of the components, in the manifest's order.
    pub components: Vec<PathBuf>,
    /// The boot image.
    pub image: PathBuf,
    /// The disk that the image starts with, if it has one.
    pub disk: Option<PathBuf>,
    /// The card with all of that, where the board boots from cards and the disk is not in the boot image.
    pub card: Option<Card>,
}

impl Built {
    /// A boot image that runs `commands` instead of a prompt.
    ///
    /// # Errors
    /// If it cannot be composed.
    pub fn image_with(&self, commands: &str) -> Outcome<Vec<u8>> {
        compose::image(&self.plan, self.parts(commands))
    }

    /// A boot image whose specification was altered after it was checked.
    ///
    /// # Errors
    /// If it cannot be composed.
    pub fn altered_image(&self, alter: impl FnOnce(&mut SystemSpec)) -> Outcome<Vec<u8>> {
        compose::image(&self.plan.altered(alter), self.parts(""))
    }

    /// Whether a component of the image draws on a display.
    pub fn has_display(&self) -> bool {
        self.plan.has_display()
    }

    /// Where a person puts the firmware's files of the board that boots the card.
    pub fn firmware(&self, project: &Project) -> PathBuf {
        let name = format!("{}-firmware", self.plan.name());
        project.root().join("images").join(name)
    }

    /// Whether the console is at the board's other serial port.
    pub fn has_other_console(&self) -> bool {
        self.plan.programs().iter().any(|program| program == OTHER)
    }

    fn make_card(&self, project: &Project) -> Outcome<Option<Card>> {
        let boots_from_cards = self.board == Board::Raspi4b && !self.plan.holds_disk();
        let Some(root) = self.disk.as_ref().filter(|_| boots_from_cards) else {
            return Ok(None);
        };
        let content = card::Content {
            kernel: &self.bootable,
            image: &self.image,
            root,
            firmware: &self.firmware(project),
        };
        card::build(self.folder.join("card.img"), content).map(Some)
    }

    fn parts<'a>(&'a self, commands: &'a str) -> Parts<'a> {
        Parts {
            kernel: &self.kernel,
            programs: &self.components,
            disk: self.disk.as_deref(),
            commands,
        }
    }
}

/// Builds everything that the image described by `manifest` needs on its usual board.
///
/// # Errors
/// If set-up, a compiler, the composer or `mkfs.ext4` fails.
pub fn image(project: &Project, manifest: &Path) -> Outcome<Built> {
    image_for(project, manifest, None)
}

/// The same for one of the manifest's boards.
///
/// # Errors
/// If the manifest is not for that board; else as [`image`].
pub fn image_for(project: &Project, manifest: &Path, board: Option<Board>) -> Outcome<Built> {
    setup::ensure(project, &[Need::RustTargets, Need::E2fsprogs])?;
    let plan = compose::read(project, manifest, board)?;
    let board = plan.board()?;
    let side = board.user_side();
    let programs = disk::programs(project, plan.name(), side)?;
    let side_of = |program: &String| match plan.fpu(program) {
        Fpu::Absent => side,
        Fpu::Present => side.with_fpu(),
    };
    let build = |side| {
        let all = plan.programs().iter();
        let components = all.filter(|program| side_of(program) == side);
        if plan.features().is_empty() {
            return rust::user(project, (side, &[]), components, &programs);
        }
        rust::user(project, (side, plan.features()), components, &[])?;
        rust::user(project, (side, &[]), [].iter(), &programs)
    };
    let (kernel, user) = both(
        || rust::kernel(project, board),
        || build(side).and_then(|()| build(side.with_fpu())),
    );
    let kernel = kernel?;
    user?;
    let output = |program: &String| side_of(program).output_with(project, program, plan.features());
    let components: Vec<_> = plan.programs().iter().map(output).collect();
    let folder = project.image_output(plan.folder());
    output::folder(&folder)?;
    let console = compose::early_console(project, board, plan.programs())?;
    let bootable = bootable(board, (&kernel, console), &folder)?;
    let disk = disk::build(project, plan.name(), &folder, &programs)?;
    let image = folder.join("boot.img");
    let mut built = Built {
        plan,
        early_console: console,
        board,
        folder,
        kernel,
        bootable,
        components,
        image,
        disk,
        card: None,
    };
    output::write(&built.image, &built.image_with("")?)?;
    built.card = built.make_card(project)?;
    Ok(built)
}

/// Does two things at the same time: builds into different folders do not wait for each other, and one of them is at its
/// end often the work of a single processor.
pub fn both<A: Send, B>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        match one.join() {
            Ok(one) => (one, other),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// The kernel as the board loads it: its ELF file, or a flat image in `folder`, which is told of the board's early console.
///
/// # Errors
/// If it cannot be read or written, or is no kernel.
pub fn bootable(board: Board, (kernel, console): (&Path, u64), folder: &Path) -> Outcome<PathBuf> {
    if board == Board::Q35 {
        return Ok(kernel.to_owned());
    }
    let elf = fs::read(kernel).map_err(|cause| Error::io("read", kernel, &cause))?;
    let flat = image::flatten(&elf).and_then(|mut flat| {
        image::set_early_console(&mut flat, console)?;
        Ok(flat)
    });
    let flat = flat.map_err(|why| Error::new(why.to_string()))?;
    let path = folder.join("kernel.img");
    output::write(&path, &flat)?;
    if board == Board::Raspi4b {
        output::write(&folder.join(tree_blob::FILE), &tree_blob::raspberry_pi_4())?;
    }
    Ok(path)
}
