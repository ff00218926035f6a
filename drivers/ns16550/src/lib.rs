//! Driver of the 16550 UART, the serial port of PCs.
//!
//! [`Uart`] knows the chip and is generic over its [`Registers`], so that tests run it against a
//! model of the chip that is stricter than the hardware. The buffers and the server are those of every serial port
//! (`serial-line`).
//!
//! Facts: National Semiconductor PC16550D data sheet (June 1995), cited as `DS`.

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
