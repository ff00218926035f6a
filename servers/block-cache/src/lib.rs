//! Read-ahead and write-back between a synchronous file system and a batched block device.
//!
//! A file system asks for one block at a time and waits; a block device behind a shared ring is
//! fast only when many requests travel together. [`BlockCache`] stands between the two: it turns
//! sequential reads into few large batches, gathers writes until a batch is worth sending, and
//! keeps the one order that journals depend on:
//!
//! > Everything written before [`BlockCache::flush`] is durable on the device before anything
//! > written after it leaves the cache.
//!
//! Between two flushes the device may see writes in any order, or only the last of several to one
//! block. Nothing here waits, starts threads or does I/O of its own: the owner supplies a
//! [`BatchDevice`], whose `submit` is one batch on the ring and returns when all of it completed.
//!
//! Failures never turn into silence. A failed write-back makes the cache read-only for good and is
//! reported by every later flush; a device that went away answers every call with an error.

#![cfg_attr(not(test), no_std)]

extern crate alloc;

mod cache;
mod device;
mod error;
mod fetch;
mod memory;
mod readahead;
mod slots;
mod statistics;
mod units;
mod valid;
mod write_back;

pub use cache::BlockCache;
pub use device::{BatchDevice, Operation, Request};
pub use error::{CacheError, DeviceError};
pub use memory::MemoryDevice;
pub use statistics::Statistics;
pub use units::{BLOCK_SIZE, BlockNumber, Capacity, MAX_BATCH, MAX_RUN, SECTOR_SIZE, Sector};
