//! Driver of the PL031, the clock of ARM boards, which counts the seconds since 1970.
//!
//! The chip is only read: who sets the machine's clock does so in its firmware. It is generic over its
//! [`Registers`], so that tests run it against a pretended chip.
//!
//! Facts: ARM PrimeCell Real Time Clock (PL031) Technical Reference Manual, DDI 0224, cited as `TRM`.

#![no_std]
#![forbid(unsafe_code)]

use libipc::Caller;
use proto::clock::{Error, Server};

/// A register, by its offset (TRM §3.2, table 3-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Register {
    /// The seconds.
    Data = 0x000,
    /// Bit 0: the clock runs.
    Control = 0x00c,
    /// Bits 0 to 7 of the part's number.
    Part0 = 0xfe0,
    /// Bits 8 to 11 of it, in bits 0 to 3.
    Part1 = 0xfe4,
}

/// Access to the registers.
pub trait Registers {
    /// Reads a register.
    fn read(&mut self, register: Register) -> u32;
}

/// The number of this chip (TRM §3.3.9).
const PART: u32 = 0x031;
const RUNS: u32 = 1 << 0;

/// The chip.
#[derive(Debug)]
pub struct Clock<R> {
    registers: R,
}

impl<R: Registers> Clock<R> {
    /// The chip behind these registers.
    pub fn new(registers: R) -> Self {
        Self { registers }
    }

    fn part(&mut self) -> u32 {
        let low = self.registers.read(Register::Part0) & 0xff;
        let high = self.registers.read(Register::Part1) & 0xf;
        (high << 8) | low
    }
}

impl<R: Registers> Server for Clock<R> {
    fn now(&mut self, _: Caller) -> Result<i64, Error> {
        if self.part() != PART {
            return Err(Error::Device);
        }
        if self.registers.read(Register::Control) & RUNS == 0 {
            return Err(Error::Unset);
        }
        Ok(self.registers.read(Register::Data).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A chip with this part's number, control register and time.
    struct Chip(u32, u32, u32);

    impl Registers for Chip {
        fn read(&mut self, register: Register) -> u32 {
            match register {
                Register::Data => self.2,
                Register::Control => self.1,
                // The other bits belong to somebody else.
                Register::Part0 => (self.0 & 0xff) | 0xab00,
                Register::Part1 => (self.0 >> 8) | 0x10,
            }
        }
    }

    fn read(chip: Chip) -> Result<i64, Error> {
        Clock::new(chip).now(Caller::new(1, 0))
    }

    #[test]
    fn the_seconds_are_read_also_beyond_2038() {
        assert_eq!(read(Chip(PART, 1, 1_767_225_600)), Ok(1_767_225_600));
        assert_eq!(read(Chip(PART, 1, u32::MAX)), Ok(0xffff_ffff));
    }

    #[test]
    fn a_clock_that_stands_says_so_and_another_chip_is_none() {
        assert_eq!(read(Chip(PART, 0, 7)), Err(Error::Unset));
        assert_eq!(read(Chip(0x011, 1, 7)), Err(Error::Device));
        assert_eq!(read(Chip(0x131, 1, 7)), Err(Error::Device));
    }
}
