//! A model of the chip: it holds one moment, and another one after so many reads.

use crate::{Moment, Register, Registers};

/// How the chip writes numbers and hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Format(u8);

impl Format {
    pub(crate) const DECIMAL_24: Self = Self(0b010);
    pub(crate) const ALL: [Self; 4] = [Self(0), Self(0b010), Self(0b100), Self(0b110)];

    fn is_binary(self) -> bool {
        self.0 & 0b100 != 0
    }

    fn has_24_hours(self) -> bool {
        self.0 & 0b010 != 0
    }

    fn number(self, number: u8) -> u8 {
        if self.is_binary() {
            number
        } else {
            ((number / 10) << 4) | (number % 10)
        }
    }

    fn hour(self, hour: u8) -> u8 {
        if self.has_24_hours() {
            return self.number(hour);
        }
        let afternoon = if hour >= 12 { 1 << 7 } else { 0 };
        let hour = (hour + 11) % 12 + 1;
        self.number(hour) | afternoon
    }
}

pub(crate) struct Chip {
    moment: Moment,
    format: Format,
    next: Option<(u32, Moment)>,
    /// For how many reads of register A an update is under way.
    pub(crate) updating: u32,
    pub(crate) kept: bool,
    /// What is in the place of the century.
    pub(crate) century: Option<u8>,
}

impl Chip {
    pub(crate) fn new(moment: Moment, format: Format) -> Self {
        Self {
            moment,
            format,
            next: None,
            updating: 0,
            kept: true,
            century: None,
        }
    }

    /// The same, with another moment after so many reads.
    pub(crate) fn then(mut self, reads: u32, next: Moment) -> Self {
        self.next = Some((reads, next));
        self
    }

    fn count(&mut self) {
        match &mut self.next {
            Some((0, next)) => self.moment = *next,
            Some((reads, _)) => *reads -= 1,
            None => {}
        }
    }
}

impl Registers for Chip {
    fn read(&mut self, register: Register) -> u8 {
        self.count();
        let Moment {
            year,
            month,
            day,
            hour,
            minute,
            second,
        } = self.moment;
        let is_updating = self.updating > 0;
        match register {
            Register::A => {
                self.updating = self.updating.saturating_sub(1);
                (u8::from(is_updating) << 7) | 0x26
            }
            Register::B => self.format.0,
            Register::D => u8::from(self.kept) << 7,
            // DS: the registers are undefined during an update.
            _ if is_updating => 0x55,
            Register::Second => self.format.number(second),
            Register::Minute => self.format.number(minute),
            Register::Hour => self.format.hour(hour),
            Register::Day => self.format.number(day),
            Register::Month => self.format.number(month),
            Register::Year => self.format.number((year % 100) as u8),
            Register::Century => self
                .century
                .unwrap_or_else(|| self.format.number((year / 100) as u8)),
        }
    }
}
