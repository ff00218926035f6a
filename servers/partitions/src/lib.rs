//! Finds the volumes on a disk: bare file systems, MBR and GPT.
//!
//! [`find`] reads a few sectors and returns a [`Disk`]: how it is divided and the volumes on it.
//! Whatever stands in the sectors, it ends soon and never panics: chains and tables are bounded,
//! every range is checked against the disk, and a damaged table is an error that says which.
//! A bad entry in a good table does not hide the other entries; it is left out with a complaint.
//!
//! Sectors have 512 bytes, as everywhere on the block interface.

#![cfg_attr(not(test), no_std)]

extern crate alloc;

mod bytes;
mod checksum;
mod disk;
mod error;
mod find;
mod gpt;
mod guid;
mod mbr;
mod probe;

pub use disk::{Complaint, Disk, Kind, Problem, Scheme, Volume};
pub use error::{GptDamage, ReadError, TableError};
pub use find::{Sectors, find};
pub use guid::Guid;
pub use probe::{FileSystem, probe};

/// Bytes in a sector.
pub const SECTOR_SIZE: usize = 512;
