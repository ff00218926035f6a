//! A block device in memory.
//!
//! It begins with what another block device holds, and never writes back: what is done to it is gone when
//! the machine is. File systems on it wait for no device, so that what they cost can be counted, and a real
//! disk can be tried without risk. Rejected: making an empty file system in memory, because programs and
//! files that were laid out on the host are then missing.
//!
//! [`RamDisk`] serves the interface `block`; [`load`] reads the other device. Data goes between the memory
//! and the pools of the client's ring, one copy a request.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod disk;
mod load;

pub use disk::{Content, RamDisk};
pub use load::{LoadError, load};

/// Bytes in a sector.
const SECTOR: u32 = 512;

#[cfg(test)]
mod tests;
