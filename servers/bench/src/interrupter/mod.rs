//! A device that interrupts when it is told to: the board's, as the manifest's `driver = "interrupter"` gives it.
//!
//! The two files have the same functions. Where a write to the device raises the interrupt at once, that write is the
//! last instruction before it; where a timer takes its time, a loop reads the counter until there is a gap.

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(target_arch = "x86_64")]
mod x86_64;

#[cfg(target_arch = "aarch64")]
pub(crate) use aarch64::Interrupter;
#[cfg(target_arch = "x86_64")]
pub(crate) use x86_64::Interrupter;
