//! Driver of the 58 pins of the BCM2711, the chip of the Raspberry Pi 4.
//!
//! [`Pins`] knows the registers: what each pin does, its level, what it is drawn to, and which changes of it are events;
//! the server of the interface `gpio` over it is in `server`. Both are generic over the [`Registers`], so that tests run
//! them against pretended pins.
//!
//! Facts: BCM2711 ARM Peripherals (2020), chapter 5, cited as `§5.…`.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod pins;
mod server;

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;

pub use pins::{Pins, Register, Registers};
pub use server::Gpio;
