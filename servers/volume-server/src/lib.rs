//! What the servers of all file systems share: a volume behind the storage server's ring, served.
//!
//! A file system implements [`Volume`] over a [`BlockCache`](block_cache::BlockCache) and knows nothing of processes or
//! messages. Around it stand [`RingDisk`], the device behind the ring; [`places`], which finds the volume; [`Mounted`],
//! which answers the interface `filesystem`; and [`start`], what programs do before they serve.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod clients;
mod disk;
mod gather;
mod mounted;
mod pieces;
pub mod places;
mod service;
pub mod start;
mod volume;

pub use disk::RingDisk;
pub use mounted::{Again, Mounted};
pub use volume::{Entries, Volume};
