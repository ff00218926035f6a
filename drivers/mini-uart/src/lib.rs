//! Driver of the mini-UART, the auxiliary serial port of the Raspberry Pi's chips.
//!
//! It is like a 16550 with less: 8 data bits, no parity, a FIFO of 8 bytes each way, no errors but overruns. Its rate follows
//! the clock of the bus, which only firmware knows: firmware sets it (`enable_uart=1`), and the driver leaves it. [`Uart`] is
//! generic over its [`Registers`], so that tests run it against a model.
//!
//! Facts: BCM2711 ARM Peripherals (2020), §2.2, cited as `§2.2.…`, where bits 0 and 1 of the interrupt enables are exchanged
//! and the size of a byte has two bits (elinux.org, "BCM2835 datasheet errata"): both as in a 16550.

#![no_std]
#![forbid(unsafe_code)]

mod uart;

#[cfg(test)]
mod tests;

pub use uart::{NotAnswering, Register, Registers, Uart};
