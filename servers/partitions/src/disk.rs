//! What was found on a disk.

use alloc::{string::String, vec::Vec};
use core::fmt;

use crate::{FileSystem, Guid};

/// How a disk is divided, and its volumes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disk {
    /// How it is divided.
    pub scheme: Scheme,
    /// The volumes, in the order of their table.
    pub volumes: Vec<Volume>,
    /// Entries that were left out, and a damaged primary table.
    pub complaints: Vec<Complaint>,
}

/// How a disk is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Not at all: the whole disk is one file system.
    Bare,
    /// By a master boot record.
    Mbr,
    /// By a GUID partition table.
    Gpt,
    /// There is nothing that anybody here knows.
    Unknown,
}

/// A part of a disk that may hold a file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// Its number: 0 for a whole disk, else counted from 1 as in the table; logical partitions of
    /// an MBR from 5.
    pub number: u32,
    /// First sector.
    pub first: u64,
    /// Number of sectors.
    pub count: u64,
    /// What the table says it is for.
    pub kind: Kind,
    /// What is in it, told by its first sectors.
    pub content: Option<FileSystem>,
    /// The name in the table; empty if it has none.
    pub name: String,
}

/// What a table says that a volume is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The whole disk, of which no table says anything.
    Whole,
    /// Files of Linux.
    Linux,
    /// Files in a format of Microsoft's systems.
    Microsoft,
    /// Swap space of Linux.
    Swap,
    /// What firmware boots from: the EFI system partition.
    Efi,
    /// Another type of an MBR.
    Type(u8),
    /// Another type of a GPT.
    Guid(Guid),
}

/// Something wrong with a table that is usable nevertheless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The number of the volume that was left out; 0 for the table itself.
    pub number: u32,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with an entry or a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The volume does not lie on the disk, or not where the table allows.
    OutOfRange,
    /// The volume overlaps one with a lower number.
    Overlap,
    /// The chain of logical partitions is broken here.
    BrokenChain,
    /// The primary GPT is damaged; the backup was used.
    BackupUsed,
}

impl Disk {
    /// Returns a disk of a scheme with nothing on it yet.
    pub(crate) fn new(scheme: Scheme) -> Self {
        Self {
            scheme,
            volumes: Vec::new(),
            complaints: Vec::new(),
        }
    }

    /// Adds a volume, or a complaint if it does not lie within `allowed` or overlaps another.
    pub(crate) fn add(&mut self, volume: Volume, allowed: (u64, u64)) {
        let number = volume.number;
        let end = volume.first.checked_add(volume.count);
        let inside = volume.first >= allowed.0 && end.is_some_and(|end| end <= allowed.1);
        if volume.count == 0 || !inside {
            self.complain(number, Problem::OutOfRange);
        } else if self.volumes.iter().any(|other| other.overlaps(&volume)) {
            self.complain(number, Problem::Overlap);
        } else {
            self.volumes.push(volume);
        }
    }

    pub(crate) fn complain(&mut self, number: u32, problem: Problem) {
        self.complaints.push(Complaint { number, problem });
    }
}

impl Volume {
    fn overlaps(&self, other: &Self) -> bool {
        self.first < other.first + other.count && other.first < self.first + self.count
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("whole disk"),
            Self::Linux => f.write_str("Linux"),
            Self::Microsoft => f.write_str("Microsoft"),
            Self::Swap => f.write_str("swap"),
            Self::Efi => f.write_str("EFI system"),
            Self::Type(number) => write!(f, "type {number:#04x}"),
            Self::Guid(guid) => write!(f, "type {guid}"),
        }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.problem {
            Problem::OutOfRange => "does not lie on the disk",
            Problem::Overlap => "overlaps another partition",
            Problem::BrokenChain => "has a broken link to the next logical partition",
            Problem::BackupUsed => {
                return f.write_str("the primary GPT is damaged; the backup is used");
            }
        };
        write!(f, "partition {} {text}", self.number)
    }
}
