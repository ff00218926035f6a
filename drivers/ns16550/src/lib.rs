//! Driver of the 16550 UART, the serial port of PCs.
//!
//! [`Uart`] knows the chip and is generic over its [`Registers`], so that tests run it against a
//! model of the chip that is stricter than the hardware. [`Serial`] keeps the two buffers between
//! the chip and the clients of the `serial` interface; both directions go by interrupt.
//!
//! Facts: National Semiconductor PC16550D data sheet (June 1995), cited as `DS`.

#![no_std]
#![forbid(unsafe_code)]

mod registers;
mod serial;
mod server;
mod uart;

#[cfg(test)]
mod model;

pub use registers::{Register, Registers};
pub use serial::{Arrival, Serial};
pub use server::Driver;
pub use uart::{Attention, NotAnswering, Overrun, Received, Uart};
