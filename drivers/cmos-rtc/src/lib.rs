//! Driver of the clock of PCs, which runs on a battery when the machine is off.
//!
//! [`Rtc`] knows the chip and is generic over its [`Registers`], so that tests run it against a model that changes
//! its mind between two reads. The chip is only read: who sets the machine's clock does so in its firmware.
//!
//! Facts: Motorola MC146818A data sheet (1984), cited as `DS`; the register of the century as the ACPI
//! specification has it in the FADT, by custom 0x32.

#![no_std]
#![forbid(unsafe_code)]

mod calendar;
mod rtc;
mod server;

#[cfg(test)]
mod model;

pub use calendar::Moment;
pub use rtc::{Register, Registers, Rtc};
pub use server::Clock;
