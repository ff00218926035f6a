//! Tells a file system by its first sectors.
//!
//! Only what is needed to say "this is a disk of another type": magic numbers, no validation.

use core::fmt;

use crate::{
    ReadError, SECTOR_SIZE, Sectors,
    bytes::{u16_at, u32_at},
};

/// A format that is recognised, whether or not it can be mounted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileSystem {
    /// ext2, ext3 or ext4.
    Ext,
    /// FAT12, FAT16 or FAT32.
    Fat,
    /// exFAT.
    ExFat,
    /// NTFS.
    Ntfs,
    /// XFS.
    Xfs,
    /// Btrfs.
    Btrfs,
    /// SquashFS.
    SquashFs,
    /// A CD or DVD.
    Iso9660,
    /// Swap space of Linux.
    Swap,
}

/// A magic number: where it is, in bytes, and what.
const MAGIC: [(u64, &[u8], FileSystem); 8] = [
    (0, b"XFSB", FileSystem::Xfs),
    (0, b"hsqs", FileSystem::SquashFs),
    (3, b"EXFAT   ", FileSystem::ExFat),
    (3, b"NTFS    ", FileSystem::Ntfs),
    (1024 + 0x38, &[0x53, 0xEF], FileSystem::Ext),
    (4086, b"SWAPSPACE2", FileSystem::Swap),
    (0x8001, b"CD001", FileSystem::Iso9660),
    (0x1_0040, b"_BHRfS_M", FileSystem::Btrfs),
];

/// Tells what is in the `count` sectors from `first` on.
///
/// # Errors
///
/// [`ReadError`] if a sector cannot be read.
pub fn probe<S: Sectors>(
    disk: &mut S,
    first: u64,
    count: u64,
) -> Result<Option<FileSystem>, ReadError> {
    let mut bytes = [0; SECTOR_SIZE];
    for (at, magic, format) in MAGIC {
        let sector = at / SECTOR_SIZE as u64;
        if sector >= count {
            continue;
        }
        disk.read(first.saturating_add(sector), &mut bytes)?;
        let offset = (at % SECTOR_SIZE as u64) as usize;
        if bytes
            .get(offset..)
            .is_some_and(|rest| rest.starts_with(magic))
        {
            return Ok(Some(format));
        }
    }
    if count == 0 {
        return Ok(None);
    }
    disk.read(first, &mut bytes)?;
    Ok(is_fat(&bytes).then_some(FileSystem::Fat))
}

/// Returns whether a boot sector describes a FAT volume (Microsoft FAT specification §3.1).
///
/// FAT has no magic number of its own, so the fields have to make sense together.
pub(crate) fn is_fat(sector: &[u8; SECTOR_SIZE]) -> bool {
    let jump = matches!(sector[0], 0xEB | 0xE9);
    let bytes_per_sector = u16_at(sector, 11);
    let per_cluster = sector[13];
    let (reserved, fats) = (u16_at(sector, 14), sector[16]);
    let total = u32::from(u16_at(sector, 19)).max(u32_at(sector, 32));
    let media = sector[21] == 0xF0 || sector[21] >= 0xF8;
    jump && matches!(bytes_per_sector, 512 | 1024 | 2048 | 4096)
        && per_cluster.is_power_of_two()
        && reserved != 0
        && (1..=2).contains(&fats)
        && total != 0
        && media
}

impl fmt::Display for FileSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ext => "ext2, ext3 or ext4",
            Self::Fat => "FAT",
            Self::ExFat => "exFAT",
            Self::Ntfs => "NTFS",
            Self::Xfs => "XFS",
            Self::Btrfs => "Btrfs",
            Self::SquashFs => "SquashFS",
            Self::Iso9660 => "ISO 9660",
            Self::Swap => "swap",
        })
    }
}
