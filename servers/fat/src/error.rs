//! Why a volume cannot be mounted, and why an operation on a mounted one was not carried out.

use core::fmt;

use block_cache::CacheError;
use proto::filesystem as wire;

/// What in the first sector makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bad {
    /// The size of a cluster.
    ClusterSize,
    /// The number of clusters.
    Clusters,
    /// Number or place of the tables.
    Tables,
    /// The tables have no entry for some clusters.
    TableLength,
    /// The place of the root directory.
    Root,
    /// The version of FAT32.
    Version,
}

/// Why a volume cannot be mounted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MountError {
    /// There is no FAT file system here.
    NotFat,
    /// There is one, but its first sector makes no sense.
    Bad(Bad),
    /// The file system is larger than the device; both in sectors of 512 bytes.
    Truncated {
        /// Sectors that the file system needs.
        needed: u64,
        /// Sectors of the device.
        present: u64,
    },
    /// The device failed.
    Device(CacheError),
}

/// Where a volume contradicts itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// The table leads from a cluster to one that does not exist, is bad or is free.
    Link {
        /// From here.
        cluster: u32,
        /// What the table says.
        to: u32,
    },
    /// A chain ends before its file does.
    Short {
        /// Where it begins.
        first: u32,
    },
    /// A chain is longer than anything can be.
    Endless {
        /// Where it begins.
        first: u32,
    },
    /// An entry of a directory names a cluster that does not exist.
    Start {
        /// The directory's first cluster; 1 is the root.
        directory: u32,
        /// The entry's place in it.
        index: u32,
        /// The cluster.
        cluster: u32,
    },
    /// A cluster does not begin as directories do.
    NoDirectory {
        /// The cluster.
        cluster: u32,
    },
    /// The table was to be changed behind its end.
    Table,
}

/// Why an operation was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// There is no such name, or the node does not exist.
    NotFound,
    /// The name exists already.
    Exists,
    /// A directory is needed and this is none.
    NotDirectory,
    /// This is a directory and must not be one.
    IsDirectory,
    /// The directory still has entries.
    NotEmpty,
    /// The name is not one that FAT can hold.
    InvalidName,
    /// The request makes no sense, as moving a directory into itself.
    Invalid,
    /// The file would be longer than the format allows.
    TooLarge,
    /// The volume, or the directory, is full.
    NoSpace,
    /// The server is out of memory.
    NoMemory,
    /// The volume is mounted read-only.
    ReadOnly,
    /// A write was lost earlier; nothing can be changed until the volume was checked.
    Failed,
    /// The volume contradicts itself at the place named.
    Damaged(Damage),
    /// FAT has no such thing.
    Unsupported(&'static str),
    /// The device reports an error.
    Device,
    /// The device, its driver or the storage server is gone.
    Gone,
}

impl From<CacheError> for Error {
    fn from(error: CacheError) -> Self {
        match error {
            CacheError::ReadOnly => Self::ReadOnly,
            CacheError::WriteLost(_) => Self::Failed,
            CacheError::Gone => Self::Gone,
            CacheError::NoMemory => Self::NoMemory,
            CacheError::Read(_) | CacheError::OutOfRange | CacheError::Unaligned => Self::Device,
        }
    }
}

impl From<Damage> for Error {
    fn from(damage: Damage) -> Self {
        Self::Damaged(damage)
    }
}

impl From<Error> for wire::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::NotFound,
            Error::Exists => Self::Exists,
            Error::NotDirectory => Self::NotDirectory,
            Error::IsDirectory => Self::IsDirectory,
            Error::NotEmpty => Self::NotEmpty,
            Error::InvalidName => Self::InvalidName,
            Error::Invalid => Self::Invalid,
            Error::TooLarge => Self::TooLarge,
            Error::NoSpace => Self::NoSpace,
            Error::NoMemory => Self::NoMemory,
            Error::ReadOnly => Self::ReadOnly,
            Error::Failed => Self::Failed,
            Error::Damaged(_) => Self::Damaged,
            Error::Unsupported(_) => Self::Unsupported,
            Error::Device => Self::Device,
            Error::Gone => Self::Gone,
        }
    }
}

impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClusterSize => "size of clusters",
            Self::Clusters => "number of clusters",
            Self::Tables => "tables",
            Self::TableLength => "tables too short for the clusters",
            Self::Root => "root directory",
            Self::Version => "unknown version",
        })
    }
}

impl fmt::Display for MountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFat => f.write_str("no FAT file system found"),
            Self::Bad(what) => {
                write!(f, "the FAT boot sector is damaged ({what}); run fsck.vfat")
            }
            Self::Truncated { needed, present } => write!(
                f,
                "the file system needs {needed} sectors but the device has {present}; \
                 the disk was cut short"
            ),
            Self::Device(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link { cluster, to } => {
                write!(f, "the table leads from cluster {cluster} to {to}")
            }
            Self::Short { first } => {
                write!(f, "the chain from cluster {first} ends before its file")
            }
            Self::Endless { first } => write!(f, "the chain from cluster {first} has no end"),
            Self::Start {
                directory,
                index,
                cluster,
            } => write!(
                f,
                "entry {index} of the directory at cluster {directory} begins at cluster {cluster}"
            ),
            Self::NoDirectory { cluster } => {
                write!(f, "there is no directory at cluster {cluster}")
            }
            Self::Table => f.write_str("the table is too short"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "no such file or directory",
            Self::Exists => "the name exists already",
            Self::NotDirectory => "not a directory",
            Self::IsDirectory => "is a directory",
            Self::NotEmpty => "the directory is not empty",
            Self::InvalidName => "FAT cannot hold this name",
            Self::Invalid => "the request makes no sense",
            Self::TooLarge => "the file would be too large",
            Self::NoSpace => "no space left on the volume",
            Self::NoMemory => "the file system is out of memory",
            Self::ReadOnly => "the volume is mounted read-only",
            Self::Failed => "a write was lost earlier; unmount the volume and run fsck.vfat",
            Self::Damaged(damage) => {
                return write!(f, "the volume is damaged ({damage}); run fsck.vfat");
            }
            Self::Unsupported(what) => return write!(f, "not supported ({what})"),
            Self::Device => "the device reports an error",
            Self::Gone => "the device is gone",
        })
    }
}

impl core::error::Error for MountError {}
impl core::error::Error for Error {}
