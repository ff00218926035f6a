//! Why the volumes of a disk cannot be told.

use core::fmt;

/// A sector could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadError;

/// What is wrong with one copy of a GPT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GptDamage {
    /// There is no header.
    Missing,
    /// The header's checksum is wrong.
    HeaderChecksum,
    /// The header contradicts itself or the disk.
    HeaderContent,
    /// The checksum of the entries is wrong.
    EntriesChecksum,
    /// It cannot be read.
    Unreadable,
}

/// Why the volumes of a disk cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableError {
    /// The first sectors cannot be read.
    Read,
    /// The disk says that it has a GPT, but both copies are damaged.
    Gpt {
        /// What is wrong at the start of the disk.
        primary: GptDamage,
        /// What is wrong at its end.
        backup: GptDamage,
    },
    /// There is an MBR of which no entry makes sense.
    Mbr,
}

impl From<ReadError> for TableError {
    fn from(_: ReadError) -> Self {
        Self::Read
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sector cannot be read")
    }
}

impl fmt::Display for GptDamage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "missing",
            Self::HeaderChecksum => "the header's checksum is wrong",
            Self::HeaderContent => "the header contradicts itself or the disk",
            Self::EntriesChecksum => "the checksum of the entries is wrong",
            Self::Unreadable => "it cannot be read",
        })
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read => f.write_str("the partition table cannot be read"),
            Self::Gpt { primary, backup } => write!(
                f,
                "both copies of the GPT are damaged (primary: {primary}; backup: {backup})"
            ),
            Self::Mbr => f.write_str("no entry of the MBR makes sense"),
        }
    }
}

impl core::error::Error for ReadError {}
impl core::error::Error for TableError {}
