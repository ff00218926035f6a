//! Driver of the mailbox by which the firmware of the Raspberry Pi answers questions.
//!
//! The firmware runs on a processor of its own, the VideoCore, for as long as the board does. [`Mailbox`] writes a
//! question into a letter in memory, tells the firmware where it is, and reads the answer there; [`Firmware`] serves
//! the interface `firmware` with it. Both are generic over the [`Registers`], over the memory of the [`Letter`] and over
//! what is waited by, so that tests run them against a firmware that is stricter than the real one.
//!
//! Facts: BCM2835 ARM Peripherals and BCM2711 ARM Peripherals (2020, §1.2) for addresses, and the pages of the firmware's
//! documentation on mailboxes, properties and revision codes, cited as `firmware, …`.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod letter;
mod mailbox;
mod picture;
mod revision;
mod server;

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;

pub use letter::Letter;
pub use mailbox::{Failure, Mailbox, Register, Registers};
pub use server::Firmware;
