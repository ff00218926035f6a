//! Why an operation on a mounted volume was not carried out.

use core::fmt;

use rsext4::{ErrorContext, Ext4Error, Ext4ErrorKind};

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
    /// This is neither a file nor a link.
    NotFile,
    /// The directory still has entries.
    NotEmpty,
    /// The name is empty, longer than 255 bytes, `.` or `..`, or has `/` or NUL in it.
    InvalidName,
    /// The request makes no sense, as moving a directory into itself.
    Invalid,
    /// The directory changed its form since the cursor was made; read it again from the start.
    StaleCursor,
    /// The node has as many names as it can have.
    TooManyLinks,
    /// The file would be longer than the format allows.
    TooLarge,
    /// The volume is full.
    NoSpace,
    /// The server is out of memory.
    NoMemory,
    /// The volume is mounted read-only.
    ReadOnly,
    /// A write was lost earlier; nothing can be changed until the volume was checked.
    Failed,
    /// The volume contradicts itself at the place named and needs e2fsck.
    Damaged(&'static str),
    /// The object uses a feature that is not supported.
    Unsupported(&'static str),
    /// The device reports an error.
    Device,
    /// The device, its driver or the storage server is gone.
    Gone,
    /// The volume is not mounted any more.
    Unmounted,
}

impl Error {
    pub(crate) fn from_engine(error: Ext4Error) -> Self {
        let place = operation(error);
        match error.kind() {
            Ext4ErrorKind::NotFound => Self::NotFound,
            Ext4ErrorKind::AlreadyExists => Self::Exists,
            Ext4ErrorKind::NotDirectory => Self::NotDirectory,
            Ext4ErrorKind::IsDirectory => Self::IsDirectory,
            Ext4ErrorKind::NotEmpty => Self::NotEmpty,
            Ext4ErrorKind::NoSpace | Ext4ErrorKind::QuotaExceeded => Self::NoSpace,
            Ext4ErrorKind::NoMemory => Self::NoMemory,
            Ext4ErrorKind::TooManyLinks => Self::TooManyLinks,
            Ext4ErrorKind::FileTooLarge | Ext4ErrorKind::Overflow => Self::TooLarge,
            Ext4ErrorKind::ReadOnly | Ext4ErrorKind::PermissionDenied => Self::ReadOnly,
            Ext4ErrorKind::JournalAborted => Self::Failed,
            Ext4ErrorKind::InvalidInput | Ext4ErrorKind::BadFileDescriptor => Self::Invalid,
            Ext4ErrorKind::Busy => Self::Unsupported(place),
            Ext4ErrorKind::Io | Ext4ErrorKind::Timeout => Self::Device,
            Ext4ErrorKind::Corrupted
            | Ext4ErrorKind::ChecksumMismatch
            | Ext4ErrorKind::BadSuperblock
            | Ext4ErrorKind::InvalidMagic => Self::Damaged(place),
            Ext4ErrorKind::UnsupportedFeature
            | Ext4ErrorKind::UnsupportedCapability
            | Ext4ErrorKind::Unsupported => Self::Unsupported(place),
        }
    }
}

/// Returns where in the format the engine was when it found an error.
pub(crate) fn operation(error: Ext4Error) -> &'static str {
    match error.context() {
        Some(ErrorContext::Operation { op }) => op,
        Some(ErrorContext::Capability { name }) => name,
        _ => match error.kind() {
            Ext4ErrorKind::ChecksumMismatch => "metadata:checksum",
            _ => "metadata",
        },
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::NotFound => "no such file or directory",
            Self::Exists => "the name exists already",
            Self::NotDirectory => "not a directory",
            Self::IsDirectory => "is a directory",
            Self::NotFile => "neither a file nor a link",
            Self::NotEmpty => "the directory is not empty",
            Self::InvalidName => "the name is not valid",
            Self::Invalid => "the request makes no sense",
            Self::StaleCursor => "the directory changed; read it again from the start",
            Self::TooManyLinks => "too many links",
            Self::TooLarge => "the file would be too large",
            Self::NoSpace => "no space left on the volume",
            Self::NoMemory => "the file system is out of memory",
            Self::ReadOnly => "the volume is mounted read-only",
            Self::Failed => "a write was lost earlier; unmount the volume and run e2fsck",
            Self::Damaged(place) => {
                return write!(f, "the volume is damaged ({place}); run e2fsck");
            }
            Self::Unsupported(what) => return write!(f, "not supported ({what})"),
            Self::Device => "the device reports an error",
            Self::Gone => "the device is gone",
            Self::Unmounted => "the volume is not mounted",
        };
        f.write_str(text)
    }
}

impl core::error::Error for Error {}
