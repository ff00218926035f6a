//! The PCI bus: finds functions, hands them to their drivers, silences them.
//!
//! Everything by which a function could harm others is done here and nowhere else: configuration
//! space, MSI-X tables, bus mastering, reset. A driver gets the memory of its register blocks and
//! its interrupts as capabilities; the block that holds the MSI-X table is never given away, since
//! whoever writes the table can raise any interrupt and write to any address.
//!
//! [`Bus`] knows the functions, over a [`Config`] that tests replace by a model; [`BusServer`]
//! serves the `pci` and `pci_control` interfaces with it, and with the kernel's [`Resources`].
//!
//! Facts: PCI Local Bus Specification 3.0 (`PCI §…`), PCI Express Base Specification 4.0
//! (`PCIe §…`). Only bus 0 is looked at, and only functions that are no bridges.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod bars;
mod bus;
mod carve;
mod config;
mod function;
mod place;
mod server;
mod vectors;

#[cfg(test)]
mod model;

pub use bars::{Bar, Space};
pub use bus::{Bus, MAX_FUNCTIONS, NotQuiet};
pub use carve::{Block, Carver, Halves};
pub use config::{Address, Config};
pub use function::{Function, Id, Pattern, WIRES};
pub use place::Window;
pub use server::{BusServer, Resources};
pub use vectors::VectorTable;
