//! Disks, the volumes on them, and the way to both.
//!
//! The server stands between drivers, of which each serves one disk, and file systems, of which
//! each uses one volume. Both sides are rings of the interface `block`; only this server's pools
//! with the drivers are reached by devices, so that a file system never holds memory that a device
//! writes to. Data is copied once, from pool to pool.
//!
//! [`Storage`] takes requests and queues them, a queue a disk; [`Storage::work`] submits as many as
//! pools and ring hold, with one doorbell a disk, and answers those that the drivers have answered.
//! It is called after every event, so that what a client submitted together travels together. It
//! never waits: each request is a future (`job`), and a disk that is slow delays nobody but those
//! who asked for it. That a driver is gone is told by the kernel, as of a client that is gone.
//!
//! [`Disk`] is one driver's ring, `catalogue` knows what is on the disks; only its search for
//! partitions, before anything is served, waits.

#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod catalogue;
mod disk;
mod job;
mod queue;
mod sectors;
mod server;

#[cfg(test)]
mod tests;

pub use disk::Disk;
pub use queue::ClientPools;
pub use server::{Drivers, Progress, Storage};

/// Bytes in a sector.
const SECTOR: u32 = partitions::SECTOR_SIZE as u32;
