//! Images whose only program is in the place of root: no manifest, and nothing else that runs.

use std::fs;
use std::path::{Path, PathBuf};

use image::{Contents, ProgramFile};
use weft_spec::{Coherence, SystemSpec};

use super::compose::early_console;
use super::{bootable, output, rust};
use crate::board::Board;
use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::qemu::display::Display;
use crate::qemu::machine::{Clock, Console, DiskSignals, Machine, Model, Port, Reset};
use crate::setup::{self, Need};

/// Such an image, built.
#[derive(Debug)]
pub struct Alone {
    /// The board that it is for.
    pub board: Board,
    /// The folder with all its outputs.
    pub folder: PathBuf,
    /// The kernel's ELF file.
    pub kernel: PathBuf,
    /// The program's ELF file.
    pub program: PathBuf,
    bootable: PathBuf,
    image: PathBuf,
}

impl Alone {
    /// Builds it of a package with one program, with features; the board's name ends that of its folder.
    ///
    /// # Errors
    /// If something does not build.
    pub fn build(
        project: &Project,
        board: Board,
        (package, features): (&str, &[&str]),
        name: &str,
    ) -> Outcome<Self> {
        setup::ensure(project, &[Need::RustTargets, board.emulator_need()])?;
        let kernel = rust::kernel(project, board)?;
        let program = rust::program_with(project, board.user_side(), package, features)?;
        let folder = project.image_output(&format!("{name}-{}", board.name()));
        output::folder(&folder)?;
        let console = early_console(project, board, &[])?;
        Ok(Self {
            board,
            bootable: bootable(board, (&kernel, console), &folder)?,
            image: compose(package, &kernel, &program, &folder)?,
            folder,
            kernel,
            program,
        })
    }

    /// A machine that boots it.
    pub fn machine(&self, cores: u16, memory: &str, clock: Clock) -> Machine {
        Machine {
            board: self.board,
            model: Model::Usual,
            kernel: self.bootable.clone(),
            image: self.image.clone(),
            kernel_log: self.folder.join("kernel.log"),
            disks: Vec::new(),
            slot: None,
            cores,
            memory: memory.to_owned(),
            clock,
            console: Console::Pipe,
            port: Port::First,
            debugger_port: None,
            plugin: None,
            display: Display::Absent,
            control: None,
            disk_signals: DiskSignals::Messages,
            trace: None,
            reset: Reset::Ends,
        }
    }
}

fn compose(package: &str, kernel: &Path, program: &Path, folder: &Path) -> Outcome<PathBuf> {
    let spec = SystemSpec {
        meters: false,
        coherence: Coherence::Coherent,
        name: package.to_owned(),
        board: String::new(),
        programs: vec![package.to_owned()],
        components: Vec::new(),
        rings: Vec::new(),
    };
    let (kernel, elf) = (bytes(kernel)?, bytes(program)?);
    let programs = [ProgramFile {
        name: package,
        elf: &elf,
    }];
    let contents = Contents {
        files: &[],
        spec: &spec,
        programs: &programs,
        boot_args: "",
        kernel: Some(&kernel),
    };
    let image = image::compose(&contents).map_err(|why| Error::new(why.to_string()))?;
    let path = folder.join("boot.img");
    output::write(&path, &image)?;
    Ok(path)
}

/// Reads a file.
///
/// # Errors
/// If it cannot be read.
pub fn bytes(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|cause| Error::io("read", path, &cause))
}
