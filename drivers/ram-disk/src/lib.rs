//! A block device in memory.
//!
//! It begins with what the volume in a file of the boot image holds, and what is done to it is gone when the
//! machine is. File systems on it wait for no device, so that what they cost can be counted, and the
//! same in every start. Rejected: a copy of another block device, which takes the host's time to read, so that all
//! that follows meets other states of the clock; an empty file system made in memory, because programs and
//! files that were laid out on the host are then missing.
//!
//! [`RamDisk`] serves the interface `block`. Data goes between the memory and the pools of the client's ring,
//! one copy a request.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod disk;

pub use disk::{Content, RamDisk};

/// Bytes in a sector.
const SECTOR: u32 = 512;

#[cfg(test)]
mod tests;
