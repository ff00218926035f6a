//! Driver of SD cards behind host controllers of the SD association's kind (SDHCI).
//!
//! [`Disk`] is one card: it is identified, switched to four data lines and then read and written in runs of blocks,
//! by the processor or by the controller itself (ADMA2). What fails is tried again a few times, the card is asked
//! whether it is still there, and everything has an end in time: the controller's own, and one of the driver's for a
//! controller that says nothing. [`Driver`] serves the `block` interface with it.
//!
//! All is generic over the [`Registers`], over what is waited by (time, and the interrupt) and over the memory of the
//! descriptors, so that tests run it against a model of controller and card that is stricter than real ones and
//! fails when it is told to. A request is carried out before the next is looked at: a card does one thing at a time.
//!
//! Facts: SD Host Controller Simplified Specification 3.00, cited as `SDHC §…`, and SD Physical Layer Simplified
//! Specification 6.00, cited as `SD §…`.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod card;
mod command;
mod disk;
mod driver;
mod failure;
mod host;
mod identify;
mod inject;
pub mod program;
mod registers;
mod table;
mod transfer;

#[cfg(test)]
mod model;

pub use card::{Access, Addressing, Card};
pub use disk::Disk;
pub use driver::{Driver, Find, PoolMemory, Pools};
pub use failure::Failure;
pub use host::{Setup, await_card};
pub use inject::{Injector, Plan, UnknownSlot};
pub use registers::{Register, Registers};
pub use table::{NoTable, Table};
pub use transfer::Buffer;

/// Bytes in a block, which is a sector.
pub const BLOCK: usize = 512;
