//! A look at the superblock before anything trusts the disk.
//!
//! The engine validates too, but it answers many kinds of damage alike. Here the reasons are told
//! apart that a person can act on: another file system, a cut-off disk, a feature, a lost primary
//! superblock. Offsets are those of Linux `Documentation/filesystems/ext4/super.rst`.

use core::ops::RangeInclusive;

use block_cache::{BatchDevice, BlockCache, CacheError, SECTOR_SIZE, Sector};

use rsext4::crc32c::{crc32c_append, crc32c_init};

use crate::{
    Features, MountError, Restriction,
    features::{FAST_COMMIT, HAS_JOURNAL, METADATA_CSUM, RECOVER},
    guard::Recovery,
    layout::Layout,
    mount_error::Damage,
};

/// Where the primary superblock lies, in sectors, and how long it is in bytes.
pub(crate) const PRIMARY: Sector = Sector(2);
pub(crate) const LENGTH: usize = 1024;

/// Where the checksum lies; it covers everything before it.
const CHECKSUM: usize = 0x3FC;

const MAGIC: u16 = 0xEF53;

/// Where the first backup lies: for blocks of 1, 2 and 4 KiB, in sectors.
const BACKUPS: [Sector; 3] = [Sector(8193 * 2), Sector(16384 * 4), Sector(32768 * 8)];

/// `s_state`: cleanly unmounted, errors recorded.
const CLEAN: u16 = 1;
const ERRORS: u16 = 2;

/// What the superblock says, as far as the mount needs it.
#[derive(Clone, Debug)]
pub(crate) struct Superblock {
    pub(crate) features: Features,
    /// Sizes and places, for those who write.
    pub(crate) layout: Layout,
    pub(crate) has_journal: bool,
    state: u16,
    /// The node numbers that are not the format's own.
    pub(crate) nodes: RangeInclusive<u32>,
}

impl Superblock {
    /// Reads and judges the superblock.
    ///
    /// # Errors
    ///
    /// Everything that rules out even a read-only mount, as far as it can be seen here.
    pub(crate) fn read<D: BatchDevice>(cache: &mut BlockCache<D>) -> Result<Self, MountError> {
        let sectors = cache.sector_count();
        if sectors < PRIMARY.0 + (LENGTH / SECTOR_SIZE) as u64 {
            return Err(MountError::NotExt4);
        }
        let mut bytes = [0; LENGTH];
        cache
            .read(PRIMARY, &mut bytes)
            .map_err(MountError::Device)?;
        if half(&bytes, 0x38) != MAGIC {
            let backup = has_backup(cache).map_err(MountError::Device)?;
            let overwritten = MountError::Superblock(Damage::Overwritten);
            return Err(if backup {
                overwritten
            } else {
                MountError::NotExt4
            });
        }
        let features = Features {
            incompatible: word(&bytes, 0x60),
            read_only: word(&bytes, 0x64),
        };
        check_features(features)?;
        if features.read_only & METADATA_CSUM != 0 && word(&bytes, CHECKSUM) != checksum(&bytes) {
            return Err(MountError::Superblock(Damage::Checksum));
        }
        let compatible = word(&bytes, 0x5C);
        if compatible & FAST_COMMIT != 0 && features.incompatible & RECOVER != 0 {
            return Err(MountError::FastCommits);
        }
        Ok(Self {
            features,
            layout: Layout::new(&bytes, features, sectors)?,
            has_journal: compatible & HAS_JOURNAL != 0,
            state: half(&bytes, 0x3A),
            nodes: first_node(&bytes)..=word(&bytes, 0),
        })
    }

    /// Returns why the volume must not be written, if so.
    pub(crate) fn restriction(&self) -> Option<Restriction> {
        let unwritable = self.features.unwritable();
        if !unwritable.is_empty() {
            return Some(Restriction::Features(unwritable));
        }
        if self.state & ERRORS != 0 {
            return Some(Restriction::ErrorsRecorded);
        }
        let clean = self.state & CLEAN != 0;
        (!clean && !self.has_journal).then_some(Restriction::NotUnmounted)
    }

    /// Returns whether the journal holds changes that the volume lacks.
    pub(crate) fn needs_replay(&self) -> bool {
        self.features.incompatible & RECOVER != 0
    }
}

fn check_features(features: Features) -> Result<(), MountError> {
    let unreadable = features.unreadable();
    if unreadable.is_empty() {
        Ok(())
    } else {
        Err(MountError::Unsupported(unreadable))
    }
}

/// Returns the first node number that is not reserved; old revisions do not say it.
fn first_node(bytes: &[u8; LENGTH]) -> u32 {
    match word(bytes, 0x4C) {
        0 => 11,
        _ => word(bytes, 0x54),
    }
}

/// Returns whether one of the usual places of the first backup holds a superblock.
fn has_backup<D: BatchDevice>(cache: &mut BlockCache<D>) -> Result<bool, CacheError> {
    for start in BACKUPS {
        let mut sector = [0; SECTOR_SIZE];
        match cache.read(start, &mut sector) {
            Ok(()) if half(&sector, 0x38) == MAGIC => return Ok(true),
            Ok(()) | Err(CacheError::OutOfRange | CacheError::Read(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}

/// Returns a superblock with the recovery mark set or not, and the checksum to fit.
pub(crate) fn with_recovery_mark(mut bytes: [u8; LENGTH], recovery: Recovery) -> [u8; LENGTH] {
    let features = word(&bytes, 0x60);
    let features = match recovery {
        Recovery::Needed => features | RECOVER,
        Recovery::Done => features & !RECOVER,
    };
    bytes[0x60..0x64].copy_from_slice(&features.to_le_bytes());
    if word(&bytes, 0x64) & METADATA_CSUM != 0 {
        let sum = checksum(&bytes);
        bytes[CHECKSUM..].copy_from_slice(&sum.to_le_bytes());
    }
    bytes
}

/// Returns the checksum that a superblock should have.
fn checksum(bytes: &[u8; LENGTH]) -> u32 {
    crc32c_append(crc32c_init(), &bytes[..CHECKSUM])
}

pub(crate) fn half(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

pub(crate) fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
