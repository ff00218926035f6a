//! From a built image to a machine to start: what is written while it runs goes to a scratch
//! folder of this run, so that the next run finds everything as it was built.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::card::{self, Slot};
use super::display::Display;
use super::machine::{Clock, Console, DiskSignals, Machine, Model, Port, Reset};
use crate::board::Board;
use crate::build::{self, Built, output, tree_blob};
use crate::error::{Error, Outcome};

/// What a person can choose for a run.
#[derive(Debug, Clone)]
pub struct Choice<'a> {
    /// Number of cores.
    pub cores: u16,
    /// Memory, as QEMU writes it.
    pub memory: &'a str,
    /// Disks besides the image's own, used themselves.
    pub disks: &'a [PathBuf],
    /// A slot for cards on the bus.
    pub slot: Option<Slot>,
    /// Commands to run instead of a prompt.
    pub commands: Option<&'a str>,
    /// Who sits at the console if there are no commands.
    pub person: Person,
    /// What the machine's time is taken from.
    pub clock: Clock,
    /// The port of a debugger to wait for.
    pub debugger_port: Option<u16>,
    /// What shows the display, if the image drives one.
    pub display: Display,
}

/// Who sits at the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Person {
    /// Somebody at this terminal.
    Here,
    /// A program that plays somebody.
    Played,
}

/// Folders that this process has made, for a name that no other of them has.
static FOLDERS: AtomicU32 = AtomicU32::new(0);

/// A folder that is removed with everything in it when the run is over.
#[derive(Debug)]
pub struct Scratch {
    folder: PathBuf,
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next run.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Scratch {
    /// Makes such a folder for a run of this process, and removes those that killed runs left behind.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn new(folder: &Path) -> Outcome<Self> {
        let prefix = "run-";
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_dead = |process: &str| !Path::new("/proc").join(process).exists();
            let process = name
                .strip_prefix(prefix)
                .and_then(|rest| rest.split('-').next());
            if process.is_some_and(is_dead) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let folder = folder.join(format!("{prefix}{}-{number}", std::process::id()));
        output::folder(&folder)?;
        Ok(Self { folder })
    }

    /// A path inside it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// The disk that an image starts with: where the board boots from cards, that one, unless another is in the slot; where
/// the boot image holds it, none.
fn own_disk<'b>(built: &'b Built, choice: &Choice<'_>) -> Option<&'b PathBuf> {
    if built.board != Board::Raspi4b {
        return built.disk.as_ref();
    }
    let card = built.card.as_ref().filter(|_| choice.disks.is_empty())?;
    Some(&card.path)
}

/// What the board's firmware would load from a card, with the tree that it would make.
fn from_card(built: &Built, card: &Path, scratch: &Scratch) -> Outcome<(PathBuf, PathBuf)> {
    let found = build::card::unpack(card, &scratch.folder)?;
    let tree = built.bootable.with_file_name(tree_blob::FILE);
    let copied = fs::copy(&tree, scratch.path(tree_blob::FILE));
    copied.map_err(|cause| Error::io("copy", &tree, &cause))?;
    Ok(found)
}

/// Makes a machine for a built image.
///
/// # Errors
/// If a disk is not there or something cannot be written.
pub fn machine(built: &Built, choice: &Choice<'_>, scratch: &Scratch) -> Outcome<Machine> {
    let mut disks = Vec::new();
    if let Some(disk) = own_disk(built, choice) {
        let copy = scratch.path("disk.img");
        fs::copy(disk, &copy).map_err(|cause| Error::io("copy the disk", disk, &cause))?;
        disks.push(copy);
    }
    for disk in choice.disks {
        if !disk.is_file() {
            return Err(Error::new("there is no such disk image").at(disk.display()));
        }
        disks.push(disk.clone());
    }
    if built.board == Board::Raspi4b {
        card::check(&disks)?;
    }
    if let Some(slot) = &choice.slot {
        card::check_slot(slot, built.board)?;
    }
    let (kernel, image) = match disks.first().filter(|_| built.card.is_some()) {
        Some(card) => from_card(built, card, scratch)?,
        None => (built.bootable.clone(), built.image.clone()),
    };
    let image = match choice.commands {
        Some(commands) => {
            let path = scratch.path("commands.img");
            output::write(&path, &built.image_with(commands)?)?;
            path
        }
        None => image,
    };
    let console = match (choice.commands, choice.person) {
        (None, Person::Here) => Console::Terminal,
        _ => Console::Pipe,
    };
    Ok(Machine {
        board: built.board,
        model: Model::Usual,
        kernel,
        image,
        kernel_log: built.folder.join("kernel.log"),
        disks,
        slot: choice.slot.clone(),
        cores: choice.cores,
        memory: choice.memory.to_owned(),
        clock: choice.clock,
        console,
        port: match built.has_other_console() {
            true => Port::Second,
            false => Port::First,
        },
        debugger_port: choice.debugger_port,
        plugin: None,
        display: match built.has_display() {
            true => choice.display,
            false => Display::Absent,
        },
        control: None,
        disk_signals: DiskSignals::Messages,
        trace: None,
        // Where it is a device that somebody asked; elsewhere it would be a processor that is lost.
        reset: match (console, built.board) {
            (Console::Terminal, Board::Raspi4b) => Reset::Boots,
            _ => Reset::Ends,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scratch_folder_goes_away_and_takes_dead_ones_with_it() {
        let base = std::env::temp_dir().join(format!("weft-scratch-{}", std::process::id()));
        // Process numbers end well below this one (proc(5), pid_max).
        let dead = base.join("run-99999999-0");
        output::folder(&dead).expect("made");
        let other = Scratch::new(&base).expect("made");
        let scratch = Scratch::new(&base).expect("made");
        assert!(other.path("").exists());
        let path = scratch.path("disk.img");
        fs::write(&path, "x").expect("written");
        assert!(!dead.exists());
        drop(scratch);
        assert!(other.path("").exists());
        drop(other);
        assert!(!path.exists());
        fs::remove_dir_all(&base).expect("removed");
    }
}
