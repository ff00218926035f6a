//! The chip: reading a moment that belongs together.
//!
//! The chip counts on while it is read. It says when it is about to change its registers (DS, "Update Cycle"), but
//! the reader may be interrupted for longer than that lasts. So everything is read until two readings agree.

use proto::clock::Error;

use crate::Moment;

/// A register of the chip (DS, "Address Map").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Register {
    /// Seconds.
    Second = 0x00,
    /// Minutes.
    Minute = 0x02,
    /// Hours; with a clock of 12 hours, bit 7 is set after noon.
    Hour = 0x04,
    /// Day of the month.
    Day = 0x07,
    /// Month.
    Month = 0x08,
    /// Year of the century.
    Year = 0x09,
    /// Bit 7: an update is under way or about to begin.
    A = 0x0a,
    /// Bit 2: numbers are binary, else decimal digits; bit 1: hours count to 24.
    B = 0x0b,
    /// Bit 7: the battery has kept the time.
    D = 0x0d,
    /// Century, as decimal digits or binary as the others.
    Century = 0x32,
}

/// Access to the registers.
pub trait Registers {
    /// Reads a register.
    fn read(&mut self, register: Register) -> u8;
}

const UPDATING: u8 = 1 << 7;
const BINARY: u8 = 1 << 2;
const HOURS_24: u8 = 1 << 1;
const AFTERNOON: u8 = 1 << 7;
const KEPT: u8 = 1 << 7;

/// How often the chip is asked whether its update is over. It takes 2 ms (DS, "Update Cycle"), a read about 1 µs.
const PATIENCE: u32 = 100_000;
/// How many readings there are until two agree. An update a second cannot come between all of them.
const READINGS: u32 = 5;

/// The chip.
#[derive(Debug)]
pub struct Rtc<R> {
    registers: R,
}

/// What the registers of a moment held.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Reading {
    second: u8,
    minute: u8,
    hour: u8,
    day: u8,
    month: u8,
    year: u8,
    century: u8,
    mode: u8,
}

impl<R: Registers> Rtc<R> {
    /// The chip behind these registers.
    pub fn new(registers: R) -> Self {
        Self { registers }
    }

    /// Reads the time.
    ///
    /// # Errors
    /// `Device` if there is no such chip, or what it holds is no moment; `Unset` if it has lost the time.
    pub fn now(&mut self) -> Result<Moment, Error> {
        let mut last = self.reading()?;
        for _ in 0..READINGS {
            let next = self.reading()?;
            if next == last {
                return self.judge(next);
            }
            last = next;
        }
        Err(Error::Device)
    }

    fn judge(&mut self, reading: Reading) -> Result<Moment, Error> {
        if self.registers.read(Register::D) & KEPT == 0 {
            return Err(Error::Unset);
        }
        let moment = reading.moment().ok_or(Error::Device)?;
        moment.exists().then_some(moment).ok_or(Error::Device)
    }

    fn reading(&mut self) -> Result<Reading, Error> {
        let mut left = PATIENCE;
        while self.registers.read(Register::A) & UPDATING != 0 {
            left = left.checked_sub(1).ok_or(Error::Device)?;
        }
        let mut read = |register| self.registers.read(register);
        Ok(Reading {
            second: read(Register::Second),
            minute: read(Register::Minute),
            hour: read(Register::Hour),
            day: read(Register::Day),
            month: read(Register::Month),
            year: read(Register::Year),
            century: read(Register::Century),
            mode: read(Register::B),
        })
    }
}

impl Reading {
    fn moment(self) -> Option<Moment> {
        let century = self.number(self.century).filter(|century| *century >= 19);
        // A chip without this register has something else there; this system is younger than the century.
        let century = century.unwrap_or(20);
        Some(Moment {
            year: u16::from(century) * 100 + u16::from(self.number(self.year)?),
            month: self.number(self.month)?,
            day: self.number(self.day)?,
            hour: self.hour()?,
            minute: self.number(self.minute)?,
            second: self.number(self.second)?,
        })
    }

    /// The hour of 24. A clock of 12 hours calls midnight 12.
    fn hour(self) -> Option<u8> {
        if self.mode & HOURS_24 != 0 {
            return self.number(self.hour);
        }
        let hour = self.number(self.hour & !AFTERNOON)?;
        let hour = (1..=12).contains(&hour).then_some(hour % 12)?;
        Some(if self.hour & AFTERNOON != 0 {
            hour + 12
        } else {
            hour
        })
    }

    /// A number below 100; `None` if the bits are none.
    fn number(self, bits: u8) -> Option<u8> {
        let number = match self.mode & BINARY != 0 {
            true => bits,
            false if bits & 0xf > 9 => return None,
            false => (bits >> 4) * 10 + (bits & 0xf),
        };
        (number < 100).then_some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Chip, Format};

    const MOMENT: Moment = Moment {
        year: 2026,
        month: 11,
        day: 26,
        hour: 12,
        minute: 5,
        second: 59,
    };

    fn read(chip: Chip) -> Result<Moment, Error> {
        Rtc::new(chip).now()
    }

    #[test]
    fn every_format_of_the_registers_gives_the_same_moment() {
        for format in Format::ALL {
            for hour in 0..24 {
                let moment = Moment { hour, ..MOMENT };
                assert_eq!(read(Chip::new(moment, format)), Ok(moment), "{format:?}");
            }
        }
    }

    #[test]
    fn a_change_between_two_reads_is_not_mixed_into_one_moment() {
        let next = Moment {
            minute: 6,
            second: 0,
            ..MOMENT
        };
        for reads in 0..40 {
            let chip = Chip::new(MOMENT, Format::DECIMAL_24).then(reads, next);
            let read = read(chip);
            assert!(read == Ok(MOMENT) || read == Ok(next), "{reads}: {read:?}");
        }
    }

    #[test]
    fn an_update_is_waited_for_and_not_for_ever() {
        let mut chip = Chip::new(MOMENT, Format::DECIMAL_24);
        chip.updating = 1000;
        assert_eq!(read(chip), Ok(MOMENT));
        let mut chip = Chip::new(MOMENT, Format::DECIMAL_24);
        chip.updating = u32::MAX;
        assert_eq!(read(chip), Err(Error::Device));
    }

    #[test]
    fn a_clock_that_lost_the_time_says_so() {
        let mut chip = Chip::new(MOMENT, Format::DECIMAL_24);
        chip.kept = false;
        assert_eq!(read(chip), Err(Error::Unset));
    }

    #[test]
    fn a_chip_without_a_century_is_of_this_one() {
        for century in [0, 0xff, 0x18] {
            let mut chip = Chip::new(MOMENT, Format::DECIMAL_24);
            chip.century = Some(century);
            assert_eq!(read(chip), Ok(MOMENT));
        }
    }

    #[test]
    fn what_is_no_moment_is_an_error() {
        let bad = [
            Moment {
                month: 13,
                ..MOMENT
            },
            Moment { day: 0, ..MOMENT },
            Moment {
                second: 60,
                ..MOMENT
            },
        ];
        for moment in bad {
            let chip = Chip::new(moment, Format::DECIMAL_24);
            assert_eq!(read(chip), Err(Error::Device), "{moment:?}");
        }
    }

    #[test]
    fn ports_behind_which_nothing_is_are_an_error() {
        struct Nothing;
        impl Registers for Nothing {
            fn read(&mut self, _: Register) -> u8 {
                u8::MAX
            }
        }
        assert_eq!(Rtc::new(Nothing).now(), Err(Error::Device));
    }
}
