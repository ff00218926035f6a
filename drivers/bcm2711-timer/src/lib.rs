//! Driver of the system timer of the Raspberry Pi's chips: a counter of 1 MHz, and moments at which it interrupts.
//!
//! The processors have timers of their own, by which the kernel tells the time. This one has another clock: it does not depend on what a
//! firmware told the processors of theirs, so that the two can be compared. Of its four moments the VideoCore uses the first and the
//! third; the driver has the second.
//!
//! A wait ends with the interrupt, or when the counter is seen to have come there: a moment that has passed before it was written does not
//! interrupt, and QEMU does not connect the interrupt. At the latest it ends when an eighth more has passed by the processor's clock.
//!
//! Facts: BCM2711 ARM Peripherals (2020), chapter 10.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

use device_wait::Pace;
use libipc::Caller;
use proto::system_timer::{Error, Server};

#[cfg(test)]
mod tests;

/// A register, by its offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Register {
    /// Which moments have come: a bit each, which a write of 1 clears.
    Status = 0x00,
    /// The counter's lower half.
    Low = 0x04,
    /// Its upper half.
    High = 0x08,
    /// The second moment: it has come when the lower half is equal.
    Moment = 0x10,
}

/// Access to the registers.
pub trait Registers {
    /// Reads a register.
    fn read(&mut self, register: Register) -> u32;

    /// Writes a register.
    fn write(&mut self, register: Register, value: u32);
}

/// The status bit of the second moment.
const HAS_COME: u32 = 1 << 1;
/// The longest wait, in microseconds.
const LONGEST: u32 = 1_000_000;
/// How much longer than asked it may take by the processor's clock, in nanoseconds, for waits of a few microseconds.
const GRACE_NS: u64 = 1_000_000;

/// The timer.
#[derive(Debug)]
pub struct SystemTimer<R, P> {
    registers: R,
    pace: P,
}

impl<R: Registers, P: Pace> SystemTimer<R, P> {
    /// The timer behind these registers, whose interrupt is waited for by `pace`.
    pub fn new(registers: R, pace: P) -> Self {
        Self { registers, pace }
    }

    /// The counter, of whose halves the lower may begin anew between two reads.
    fn count(&mut self) -> u64 {
        loop {
            let high = self.registers.read(Register::High);
            let low = self.registers.read(Register::Low);
            if self.registers.read(Register::High) == high {
                return u64::from(high) << 32 | u64::from(low);
            }
        }
    }

    /// Waits for a moment of the counter, at most until one of the processor's clock. Returns what the counter stands at.
    fn wait_until(&mut self, moment: u64, until_ns: u64) -> u64 {
        self.registers.write(Register::Status, HAS_COME);
        self.registers.write(Register::Moment, moment as u32);
        loop {
            let now = self.count();
            if now >= moment || self.pace.now_ns() >= until_ns {
                // The interrupt is let go, so that it can be told again.
                self.registers.write(Register::Status, HAS_COME);
                return now;
            }
            // By then it should have come, also where nothing interrupts.
            let left_ns = (moment - now) * 1000;
            self.pace.wait(until_ns.min(self.pace.now_ns() + left_ns));
        }
    }
}

impl<R: Registers, P: Pace> Server for SystemTimer<R, P> {
    fn now(&mut self, _: Caller) -> u64 {
        self.count()
    }

    fn wait(&mut self, _: Caller, us: u32) -> Result<(u64, u64), Error> {
        if !(1..=LONGEST).contains(&us) {
            return Err(Error::Range);
        }
        let (begun, begun_ns) = (self.count(), self.pace.now_ns());
        let time_ns = u64::from(us) * 1000;
        let until_ns = begun_ns + time_ns + time_ns / 8 + GRACE_NS;
        let passed = self.wait_until(begun + u64::from(us), until_ns) - begun;
        match passed {
            0 => Err(Error::Stopped),
            _ => Ok((passed, self.pace.now_ns() - begun_ns)),
        }
    }
}
