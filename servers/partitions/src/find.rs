//! Decides how a disk is divided.
//!
//! The signature of an MBR also ends the boot sector of a bare FAT volume, and stale superblocks
//! survive partitioning, so the order of the questions matters: a GPT announces itself; a FAT
//! volume is bare, whatever follows; then an MBR with an entry in use; then any other bare file
//! system.

use alloc::vec;

use crate::{
    Disk, FileSystem, Kind, ReadError, SECTOR_SIZE, Scheme, TableError, Volume, gpt, mbr,
    probe::{is_fat, probe},
};

/// A disk that can be read.
pub trait Sectors {
    /// Returns the number of sectors.
    fn count(&self) -> u64;

    /// Reads one sector.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if it cannot be read or is not on the disk.
    fn read(&mut self, sector: u64, output: &mut [u8; SECTOR_SIZE]) -> Result<(), ReadError>;
}

/// Finds the volumes of a disk.
///
/// # Errors
///
/// See [`TableError`].
pub fn find<S: Sectors>(disk: &mut S) -> Result<Disk, TableError> {
    if disk.count() == 0 {
        return Ok(Disk::new(Scheme::Unknown));
    }
    let mut first = [0; SECTOR_SIZE];
    disk.read(0, &mut first)?;
    let mut found = if gpt::is_announced(disk, &first) {
        gpt::read(disk)?
    } else if is_fat(&first) {
        bare(disk, Some(FileSystem::Fat))
    } else {
        without_gpt(disk, &first)?
    };
    for volume in &mut found.volumes {
        // A volume that cannot be read is still a volume.
        volume.content = probe(disk, volume.first, volume.count).unwrap_or(None);
    }
    Ok(found)
}

fn without_gpt<S: Sectors>(disk: &mut S, first: &[u8; SECTOR_SIZE]) -> Result<Disk, TableError> {
    let table = mbr::read(disk, first)?;
    if let Some(table) = table.as_ref().filter(|table| !table.volumes.is_empty()) {
        return Ok(table.clone());
    }
    let content = probe(disk, 0, disk.count())?;
    match (content, table) {
        (None, Some(table)) if !table.complaints.is_empty() => Err(TableError::Mbr),
        (None, Some(table)) => Ok(table),
        (None, None) => Ok(Disk::new(Scheme::Unknown)),
        (content, _) => Ok(bare(disk, content)),
    }
}

/// Returns a disk that is one volume.
fn bare<S: Sectors>(disk: &S, content: Option<FileSystem>) -> Disk {
    let volume = Volume {
        number: 0,
        first: 0,
        count: disk.count(),
        kind: Kind::Whole,
        content,
        name: Default::default(),
    };
    Disk {
        volumes: vec![volume],
        ..Disk::new(Scheme::Bare)
    }
}
