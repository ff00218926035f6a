//! The volumes on a disk: itself, or the partitions of its MBR, each as a file that the host's tools can look at.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use super::tool;
use crate::build::{card, fat};
use crate::command;
use crate::error::{Error, Outcome};

/// Where in the folder that a disk was made from everything is that stands on its FAT volume.
pub(super) const FAT_FOLDER: &str = "fat";

/// What a volume is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Ext4,
    Fat,
}

/// A volume of a disk.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) format: Format,
    /// The disk itself, or a copy of its part.
    pub(super) path: PathBuf,
}

impl Part {
    /// What the host's checker says, which changes nothing or repairs what it can.
    pub(super) fn check(&self, repair: Repair) -> Outcome<Output> {
        let (program, option) = match (self.format, repair) {
            (Format::Ext4, Repair::No) => ("e2fsck", "-fn"),
            (Format::Ext4, Repair::Yes) => ("e2fsck", "-fy"),
            (Format::Fat, Repair::No) => ("fsck.vfat", "-n"),
            (Format::Fat, Repair::Yes) => ("fsck.vfat", "-a"),
        };
        command::collect(tool(program).arg(option).arg(&self.path))
    }

    /// Its checker's name.
    pub(super) fn checker(&self) -> &'static str {
        match self.format {
            Format::Ext4 => "e2fsck",
            Format::Fat => "fsck.vfat",
        }
    }

    /// What a file of a FAT volume holds, if it is there.
    pub(super) fn fat_file(&self, path: &str) -> Outcome<Option<Vec<u8>>> {
        let unreadable = |cause| Error::io("read", &self.path, &cause);
        let bytes = fs::read(&self.path).map_err(unreadable)?;
        fat::read(&bytes, path).map_err(unreadable)
    }
}

/// Whether a checker may repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repair {
    No,
    Yes,
}

/// The volumes of a disk. Partitions are copied to files whose names begin as `scratch`.
///
/// # Errors
/// If a file cannot be read or written.
pub(super) fn of(disk: &Path, scratch: &Path) -> Outcome<Vec<Part>> {
    let bytes = fs::read(disk).map_err(|cause| Error::io("read", disk, &cause))?;
    let partitions = match format(&bytes) {
        Format::Fat => Vec::new(),
        Format::Ext4 => card::partitions(&bytes),
    };
    if partitions.is_empty() {
        let (format, path) = (format(&bytes), disk.to_owned());
        return Ok(vec![Part { format, path }]);
    }
    let copy = |(number, (start, length)): (usize, (usize, usize))| {
        let part = bytes.get(start..start + length).unwrap_or_default();
        let path = scratch.with_extension(format!("part{number}"));
        fs::write(&path, part).map_err(|cause| Error::io("write", &path, &cause))?;
        let format = format(part);
        Ok(Part { format, path })
    };
    partitions.into_iter().enumerate().map(copy).collect()
}

/// What a volume is, told by the names that formatting writes into first sectors.
fn format(volume: &[u8]) -> Format {
    let is_fat = [0x36, 0x52].iter().any(|at| {
        let name = volume.get(*at..*at + 3);
        name == Some(b"FAT")
    });
    if is_fat { Format::Fat } else { Format::Ext4 }
}
