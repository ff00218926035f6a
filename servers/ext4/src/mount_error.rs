//! Why a volume cannot be mounted, or only read-only.

use core::fmt;

use block_cache::CacheError;
use rsext4::{Ext4Error, Ext4ErrorKind};

use crate::{Features, error::operation};

/// What is wrong with a superblock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// The magic number is missing although a backup superblock is there.
    Overwritten,
    /// The checksum does not fit the content.
    Checksum,
    /// Sizes contradict each other; the place is named.
    Geometry(&'static str),
}

/// Why a volume cannot be mounted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MountError {
    /// There is no ext4 file system here.
    NotExt4,
    /// There was one, but its superblock is damaged.
    Superblock(Damage),
    /// The file system is larger than the device; both in sectors.
    Truncated {
        /// Sectors that the file system needs.
        needed: u64,
        /// Sectors of the device.
        present: u64,
    },
    /// The volume uses features that nobody here can read.
    Unsupported(Features),
    /// Blocks are larger than 4 KiB; their size is given.
    BlockSize(u64),
    /// The journal has to be replayed and the device takes no writes.
    ReplayNeedsWriting,
    /// The journal has to be replayed and may have fast commits, which only Linux and e2fsck know.
    FastCommits,
    /// Metadata contradict each other at the place named.
    Damaged(&'static str),
    /// There is not enough memory.
    NoMemory,
    /// The device failed.
    Device(CacheError),
}

/// Why a volume was mounted read-only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restriction {
    /// The caller asked for it.
    Asked,
    /// The device takes no writes.
    Device,
    /// The volume uses features that can be read but not written.
    Features(Features),
    /// An error was recorded on the volume; it needs e2fsck.
    ErrorsRecorded,
    /// It has no journal and was not unmounted; it needs e2fsck.
    NotUnmounted,
}

impl MountError {
    /// Returns what an error of the engine means at mount time.
    pub(crate) fn from_engine(error: Ext4Error) -> Self {
        match (error.kind(), operation(error)) {
            (Ext4ErrorKind::ChecksumMismatch, "metadata:checksum" | "superblock:checksum") => {
                Self::Superblock(Damage::Checksum)
            }
            (Ext4ErrorKind::BadSuperblock, place) => Self::Superblock(Damage::Geometry(place)),
            (Ext4ErrorKind::NoMemory, _) => Self::NoMemory,
            (Ext4ErrorKind::Io, _) => Self::Device(CacheError::Read(block_cache::DeviceError::Io)),
            (_, place) => Self::Damaged(place),
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overwritten => f.write_str("it was overwritten, but a backup is there"),
            Self::Checksum => f.write_str("its checksum is wrong"),
            Self::Geometry(place) => write!(f, "its sizes contradict each other, {place}"),
        }
    }
}

impl fmt::Display for MountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotExt4 => f.write_str("no ext4 file system found"),
            Self::Superblock(damage) => {
                write!(f, "the ext4 superblock is damaged ({damage}); run e2fsck")
            }
            Self::Truncated { needed, present } => write!(
                f,
                "the file system needs {needed} sectors but the device has {present}; \
                 the disk was cut short"
            ),
            Self::Unsupported(features) => {
                write!(
                    f,
                    "the volume uses features that are not supported: {features}"
                )
            }
            Self::BlockSize(size) => {
                write!(
                    f,
                    "blocks of {size} bytes are not supported; at most 4096 are"
                )
            }
            Self::ReplayNeedsWriting => {
                f.write_str("the journal must be replayed but the device is read-only")
            }
            Self::FastCommits => {
                f.write_str("the journal must be replayed and may have fast commits; run e2fsck")
            }
            Self::Damaged(place) => {
                write!(f, "the file system is damaged ({place}); run e2fsck")
            }
            Self::NoMemory => f.write_str("not enough memory to mount the volume"),
            Self::Device(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for Restriction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked => f.write_str("read-only as asked"),
            Self::Device => f.write_str("read-only because the device is"),
            Self::Features(features) => {
                write!(
                    f,
                    "read-only because writing is not supported with: {features}"
                )
            }
            Self::ErrorsRecorded => {
                f.write_str("read-only because errors are recorded on it; run e2fsck")
            }
            Self::NotUnmounted => {
                f.write_str("read-only because it has no journal and was not unmounted; run e2fsck")
            }
        }
    }
}

impl core::error::Error for MountError {}
