//! Driver of the Ethernet controller of the Raspberry Pi 4: Broadcom's GENET, version 5, with a BCM54213PE as its PHY.
//!
//! [`Genet`] is the controller: it is reset, its two rings are set up, and frames go through memory of the driver's own, a
//! buffer for each descriptor. Nothing of a client's is ever within the controller's reach, so that one that does not come to
//! rest writes where nobody else reads. [`Ethernet`] serves the `ethernet` interface with it. Only the default queue (16) is
//! used, one interrupt for both directions, and no checksums are made by the controller.
//!
//! The rings are only on while there is a link. When it goes they are stopped, and begin anew, at the indices that the
//! controller has then, when there is one: it does not let all of them be written.
//!
//! All is generic over the [`Registers`], over the frames' [`Memory`] and over what is waited by, so that tests run it against
//! a model of controller, PHY and line that is stricter than real ones and fails when it is told to. It has not run on
//! hardware yet.
//!
//! Facts: there is no public manual. Registers are named and described after the FreeBSD driver's list (`sys/arm64/broadcom/genet/
//! if_genetreg.h`), after what the Linux (`drivers/net/ethernet/broadcom/genet`) and U-Boot (`drivers/net/bcmgenet.c`) drivers
//! do for interrupts, errors, the end of DMA and the indices, cited as `FreeBSD`, `Linux` and `U-Boot`; the PHY's after IEEE
//! 802.3-2018 clause 22 (`802.3 §…`) and FreeBSD's `brgphyreg.h`.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod address;
mod controller;
mod counts;
mod failure;
mod line;
mod mdio;
mod memory;
mod missing;
mod phy;
mod registers;
mod ring;
mod server;

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;

pub use address::Address;
pub use controller::{Genet, Received};
pub use failure::{Broken, Failure};
pub use line::{Duplex, Line, Speed};
pub use memory::{BUFFER, MEMORY_BYTES, Memory};
pub use missing::Missing;
pub use registers::{PLACE, Registers};
pub use server::Ethernet;

/// Bytes of the longest frame: with a VLAN tag, without its checksum.
pub const MAX_FRAME: usize = 1518;
/// Bytes of the shortest: two addresses and a type.
pub const MIN_FRAME: usize = 14;
