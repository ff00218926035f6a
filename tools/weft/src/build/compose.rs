//! The boot image, made by the composer's libraries from a manifest and the components' ELF files.

use std::fs;
use std::path::{Path, PathBuf};

use image::{BootFile, Contents, ProgramFile};
use manifest::Source;
use weft_spec::{Fpu, SystemSpec, What};

use super::{catalogue, rust};
use crate::board::Board;
use crate::error::{Error, Outcome};
use crate::project::Project;

/// The name by which a manifest means the image's disk as a file.
const DISK: &str = "disk";
/// The connection of a display's driver to the console.
const SCREEN: &str = "screen";

/// A checked manifest.
#[derive(Debug)]
pub struct Plan {
    name: String,
    folder: String,
    spec: SystemSpec,
}

impl Plan {
    /// The image's name, which is that of its manifest.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of the folder with its outputs: the image's, with the board's where that is not the usual one.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// The board that it is for.
    ///
    /// # Errors
    /// If this command cannot start such a board.
    pub fn board(&self) -> Outcome<Board> {
        known_board(&self.spec.board)
    }

    /// The same plan with a specification that nobody checked: for tests of what the system makes of it.
    pub fn altered(&self, alter: impl FnOnce(&mut SystemSpec)) -> Self {
        let mut spec = self.spec.clone();
        alter(&mut spec);
        let (name, folder) = (self.name.clone(), self.folder.clone());
        Self { name, folder, spec }
    }

    /// The components whose devices can reach all memory, because nothing translates their addresses.
    pub fn masters(&self) -> impl Iterator<Item = &str> {
        self.spec.masters().map(|component| component.name.as_str())
    }

    /// Whether the boot image holds the disk.
    pub fn holds_disk(&self) -> bool {
        self.holds(DISK)
    }

    /// Whether a component draws on a display: one that is given what the console shows.
    pub fn has_display(&self) -> bool {
        let mut grants = self.spec.components.iter().flat_map(|one| &one.grants);
        grants.any(|grant| matches!(grant.what, What::Client { .. }) && grant.name == SCREEN)
    }

    /// Whether a component is given a file.
    fn holds(&self, file: &str) -> bool {
        let mut regions = self.spec.components.iter().flat_map(|one| &one.regions);
        regions.any(|region| {
            region.name == file && matches!(region.source, weft_spec::Source::File { .. })
        })
    }

    /// Whether a program is built for vector registers: a component that runs it has them.
    pub fn fpu(&self, program: &str) -> Fpu {
        let components = self.spec.components.iter();
        let mut fpu = components.filter(|component| {
            let name = self.spec.programs.get(component.program.0 as usize);
            name.is_some_and(|name| name == program)
        });
        match fpu.any(|component| component.fpu == Fpu::Present) {
            true => Fpu::Present,
            false => Fpu::Absent,
        }
    }

    /// The features that its programs are built with.
    pub fn features(&self) -> &'static [&'static str] {
        match self.spec.meters {
            true => &["libipc/meter"],
            false => &[],
        }
    }

    /// The programs that the image holds, in its order; each is a package of its name.
    pub fn programs(&self) -> &[String] {
        &self.spec.programs
    }
}

/// Reads and checks a manifest for one of its boards, or for its usual one.
///
/// # Errors
/// If it cannot be read, or has errors; the message holds them all.
pub fn read(project: &Project, path: &Path, asked: Option<Board>) -> Outcome<Plan> {
    let text = text_of(path)?;
    let shown = path
        .strip_prefix(project.root())
        .unwrap_or(path)
        .display()
        .to_string();
    let board = board(project, &text, asked)?;
    let board_path = board
        .strip_prefix(project.root())
        .unwrap_or(&board)
        .display()
        .to_string();
    let board_text = if board.is_file() {
        text_of(&board)?
    } else {
        String::new()
    };
    let spec = manifest::check(
        Source {
            path: &shown,
            text: &text,
        },
        Source {
            path: &board_path,
            text: &board_text,
        },
        &catalogue::read(project)?,
    );
    let spec = spec.map_err(|mistakes| {
        let all: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
        Error::new(format!(
            "the manifest has {} mistakes\n{}",
            all.len(),
            all.join("\n")
        ))
    })?;
    let name = rust::stem(path);
    let usual = manifest::board_names(&text).first() == Some(&spec.board);
    Ok(Plan {
        folder: if usual {
            name.clone()
        } else {
            format!("{name}-{}", spec.board)
        },
        name,
        spec,
    })
}

/// The boards that a manifest is for, the usual one first; without checking anything else of it.
///
/// # Errors
/// If the manifest cannot be read, or names a board that this command cannot start.
pub fn boards_of(path: &Path) -> Outcome<Vec<Board>> {
    let names = manifest::board_names(&text_of(path)?);
    names.iter().map(|name| known_board(name)).collect()
}

fn known_board(name: &str) -> Outcome<Board> {
    Board::named(name).ok_or_else(|| {
        let names = Board::ALL.map(Board::name).join(" or ");
        Error::new(format!("there is no way to start the board `{name}`"))
            .remedy(format!("make the manifest for {names}"))
    })
}

/// The file of the board that was asked for, or of the first that a manifest names.
fn board(project: &Project, text: &str, asked: Option<Board>) -> Outcome<PathBuf> {
    let folder = project.root().join("images/boards");
    let asked = asked.map(|board| board.name().to_owned());
    let Some(name) = asked.or_else(|| manifest::board_names(text).into_iter().next()) else {
        return Ok(folder);
    };
    let path = folder.join(format!("{name}.toml"));
    if path.is_file() {
        return Ok(path);
    }
    Err(Error::new(format!(
        "the manifest is for the board `{name}`, which does not exist"
    ))
    .at(path.display())
    .remedy("name a board that has a file in images/boards"))
}

/// The early console of a board in an image with these programs, as its kernel is told of it.
///
/// # Errors
/// If the board's file cannot be read.
pub fn early_console(project: &Project, board: Board, programs: &[String]) -> Outcome<u64> {
    let file = format!("images/boards/{}.toml", board.name());
    let text = text_of(&project.root().join(file))?;
    Ok(manifest::early_console(&text, programs))
}

fn text_of(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).map_err(|cause| Error::io("read the manifest", path, &cause))
}

/// What a boot image is composed of, besides the plan.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    /// The kernel's ELF file, for its symbols.
    pub kernel: &'a Path,
    /// The programs' ELF files, in the plan's order.
    pub programs: &'a [PathBuf],
    /// The disk that the image starts with, if it has one.
    pub disk: Option<&'a Path>,
    /// Commands to run instead of a prompt, if there are any.
    pub commands: &'a str,
}

/// Composes the boot image.
///
/// # Errors
/// If a program cannot be read or does not fit.
pub fn image(plan: &Plan, parts: Parts<'_>) -> Outcome<Vec<u8>> {
    let kernel = bytes_of(parts.kernel)?;
    let files = parts
        .programs
        .iter()
        .map(|path| bytes_of(path))
        .collect::<Outcome<Vec<_>>>()?;
    let named = plan.programs().iter().zip(&files);
    let programs: Vec<_> = named.map(|(name, elf)| ProgramFile { name, elf }).collect();
    let disk = match parts.disk.filter(|_| plan.holds_disk()) {
        Some(path) => Some(weft_sparse::pack(&bytes_of(path)?)),
        None => None,
    };
    let file = |bytes| BootFile { name: DISK, bytes };
    let files: Vec<_> = disk.as_deref().map(file).into_iter().collect();
    let contents = Contents {
        spec: &plan.spec,
        programs: &programs,
        files: &files,
        boot_args: parts.commands,
        kernel: Some(&kernel),
    };
    image::compose(&contents).map_err(|error| Error::new(error.to_string()))
}

fn bytes_of(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|cause| Error::io("read", path, &cause))
}
