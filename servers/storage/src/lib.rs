//! Disks, the volumes on them, and the way to both.
//!
//! The server stands between drivers, of which each serves one disk, and file systems, of which
//! each uses one volume. Both sides are rings of the interface `block`; only this server's pools
//! with the drivers are reached by devices, so that a file system never holds memory that a device
//! writes to. Data is copied once, from pool to pool.
//!
//! [`Storage`] takes requests and queues them; [`Storage::work`] carries out what is queued in
//! batches, one a disk, with as many requests as pools and ring hold. It is called after every
//! event, so that what a client submitted together travels together. Working is synchronous: a
//! client's wait (a call that drains its ring) becomes this server's wait for the driver, which
//! donates time along the way and ends when the driver dies.
//!
//! [`Disk`] is one driver's ring, `catalogue` knows what is on the disks, `space` shares a pool out
//! to a batch.

#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod batch;
mod catalogue;
mod disk;
mod queue;
mod sectors;
mod server;
mod space;

#[cfg(test)]
mod tests;

pub use disk::Disk;
pub use queue::ClientPools;
pub use server::{Progress, Storage};

/// Bytes in a sector.
const SECTOR: u32 = partitions::SECTOR_SIZE as u32;
