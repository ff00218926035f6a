//! Driver of the PL011, the serial port of Arm's boards.
//!
//! [`Uart`] knows the chip and is generic over its [`Registers`], so that tests run it against a model of the chip
//! that is stricter than the hardware. The buffers and the server are those of every serial port (`serial-line`).
//!
//! Facts: Arm PrimeCell UART (PL011) technical reference manual, DDI 0183G, cited as `TRM`.

#![no_std]
#![forbid(unsafe_code)]

mod registers;
mod uart;

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;

pub use registers::{Register, Registers};
pub use uart::{NotAnswering, Uart};
