//! Driver of virtio block devices on PCI.
//!
//! [`Disk`] knows the device: set-up, one split virtqueue with many requests under way, one
//! doorbell for all that were added since the last. It is generic over the [`Registers`] and the
//! [`Memory`] that it shares with the device, so that tests run it against a model of the device
//! that is stricter than any real one. [`Driver`] serves the `block` interface with it; data goes
//! straight between the device and the client's ring pools and is never copied here.
//!
//! Facts: Virtual I/O Device (VIRTIO) Version 1.2, OASIS 2022, cited as `virtio 1.2 §…`.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod capability;
mod device;
mod disk;
mod driver;
mod memory;
mod missing;
mod queue;
mod registers;

#[cfg(test)]
mod model;

pub use capability::{Capabilities, Location, find as find_capabilities};
pub use device::{Limits, SetupError};
pub use disk::{Disk, Done, Finished, Full, Operation, Segment, SlotId};
pub use driver::{Driver, PoolMemory};
pub use memory::Memory;
pub use missing::Missing;
pub use registers::{Registers, Signals, Window};
