//! Driver of the watchdog of the Raspberry Pi's chips, which also resets and halts the machine.
//!
//! It is a part of the block for power management. A reset is a watchdog that ends at once; a halt is a reset after which
//! the firmware is asked to boot from a partition that means "do not". It counts at 65,536 Hz in 20 bits, so that it is fed
//! at least every 16 seconds. The chip's maker has not published it: the registers and their use are those of Linux
//! (`drivers/watchdog/bcm2835_wdt.c`), and elinux.org, "BCM2835 registers", has their names.
//!
//! The program has no waits and no interrupts. It is generic over its [`Registers`], so that tests run it against a pretended
//! block that refuses what the real one ignores.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

use libipc::Caller;
use proto::watchdog::{Error, Server};

#[cfg(test)]
mod tests;

/// A register, by its offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Register {
    /// What a watchdog that ends does.
    Control = 0x1c,
    /// Why the machine started, and which partition to boot from.
    Status = 0x20,
    /// What is left to count.
    Count = 0x24,
}

/// Access to the registers.
pub trait Registers {
    /// Reads a register.
    fn read(&mut self, register: Register) -> u32;

    /// Writes a register.
    fn write(&mut self, register: Register, value: u32);
}

/// Without it nothing is written.
const PASSWORD: u32 = 0x5a << 24;
const VALUE: u32 = !(0xff << 24);
/// What a watchdog that ends does, and that it resets everything.
const AT_THE_END: u32 = 0x30;
const RESETS: u32 = 0x20;
/// The control register of a watchdog that does not count.
const STOPPED: u32 = 0x102;
/// Every other bit is of the partition; all of them are partition 63, from which nothing is booted.
const PARTITION: u32 = 0x555;

const HZ: u64 = 1 << 16;
const GREATEST: u64 = (1 << 20) - 1;
/// Enough for the registers to be written, and for an answer.
const AT_ONCE: u32 = (HZ / 1000) as u32;

/// The watchdog.
#[derive(Debug)]
pub struct Watchdog<R> {
    registers: R,
    /// What it counts from.
    ticks: u32,
}

impl<R: Registers> Watchdog<R> {
    /// The watchdog behind these registers, as it was left: one that counts goes on, until somebody stops it.
    pub fn new(registers: R) -> Self {
        Self {
            registers,
            ticks: 0,
        }
    }

    fn write(&mut self, register: Register, value: u32) {
        self.registers.write(register, PASSWORD | value & VALUE);
    }

    fn counts(&mut self) -> bool {
        self.registers.read(Register::Control) & AT_THE_END == RESETS
    }

    /// Counts from `ticks`, and then boots from a partition.
    fn count(&mut self, ticks: u32, partition: u32) {
        let status = self.registers.read(Register::Status) & !PARTITION;
        self.write(Register::Status, status | partition);
        self.write(Register::Count, ticks);
        let control = self.registers.read(Register::Control) & !AT_THE_END;
        self.write(Register::Control, control | RESETS);
    }

    #[cfg(test)]
    fn registers(&mut self) -> &mut R {
        &mut self.registers
    }
}

fn milliseconds(ticks: u32) -> u32 {
    // Less than 16 seconds.
    (u64::from(ticks) * 1000 / HZ) as u32
}

impl<R: Registers> Server for Watchdog<R> {
    fn set(&mut self, _: Caller, timeout_ms: u32) -> Result<(), Error> {
        let ticks = u64::from(timeout_ms) * HZ / 1000;
        if !(1..=GREATEST).contains(&ticks) {
            return Err(Error::Range);
        }
        self.ticks = ticks as u32;
        self.count(self.ticks, 0);
        Ok(())
    }

    fn feed(&mut self, _: Caller) -> Result<(), Error> {
        if self.ticks == 0 || !self.counts() {
            return Err(Error::Disabled);
        }
        self.count(self.ticks, 0);
        Ok(())
    }

    fn disable(&mut self, _: Caller) {
        self.ticks = 0;
        self.write(Register::Control, STOPPED);
    }

    fn left(&mut self, _: Caller) -> Result<(u32, u32), Error> {
        if !self.counts() {
            return Err(Error::Disabled);
        }
        let left = self.registers.read(Register::Count) & GREATEST as u32;
        Ok((milliseconds(left), milliseconds(self.ticks)))
    }

    fn reset(&mut self, _: Caller) {
        self.count(AT_ONCE, 0);
    }

    fn halt(&mut self, _: Caller) {
        self.count(AT_ONCE, PARTITION);
    }
}
