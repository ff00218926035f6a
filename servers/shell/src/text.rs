//! Numbers and names as people read them.

use core::fmt::{self, Write};

use proto::filesystem::NodeKind;

/// Nanoseconds, shown in seconds with three places: `0.012 s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seconds(pub(crate) u64);

impl fmt::Display for Seconds {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = self.0 / 1_000_000;
        write!(out, "{}.{:03} s", milliseconds / 1000, milliseconds % 1000)
    }
}

/// Bytes, shown as a number of at most four digits with a binary unit: `64 KiB`, `1.5 MiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) u64);

const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

impl fmt::Display for Size {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 1024 {
            return write!(out, "{} B", self.0);
        }
        let power = (self.0.ilog2() / 10) as usize;
        let unit = UNITS.get(power - 1).copied().unwrap_or_default();
        let tenths = (u128::from(self.0) * 10) >> (10 * power);
        match (tenths / 10, tenths % 10) {
            (whole, tenth) if whole < 10 && tenth != 0 => write!(out, "{whole}.{tenth} {unit}"),
            (whole, _) => write!(out, "{whole} {unit}"),
        }
    }
}

/// A name from a disk: bytes that are not UTF-8, and control characters, are shown as `\x1b`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name<'a>(pub(crate) &'a [u8]);

impl fmt::Display for Name<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for character in chunk.valid().chars() {
                if character.is_control() {
                    write!(out, "\\x{:02x}", character as u32)?;
                } else {
                    out.write_char(character)?;
                }
            }
            for byte in chunk.invalid() {
                write!(out, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

/// Kind and permissions of a file: `drwxr-xr-x`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mode(pub(crate) NodeKind, pub(crate) u16);

impl fmt::Display for Mode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_char(match self.0 {
            NodeKind::File => '-',
            NodeKind::Directory => 'd',
            NodeKind::Link => 'l',
            NodeKind::Special => '?',
        })?;
        for (index, letter) in "rwxrwxrwx".chars().enumerate() {
            let bit = 0o400 >> index;
            out.write_char(if self.1 & bit != 0 { letter } else { '-' })?;
        }
        Ok(())
    }
}

/// Seconds since 1970, shown as a day and time of UTC: `2026-11-22 19:05`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Date(pub(crate) i64);

const DAY: i64 = 86_400;

impl fmt::Display for Date {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil(self.0.div_euclid(DAY));
        let minutes = self.0.rem_euclid(DAY) / 60;
        let (hour, minute) = (minutes / 60, minutes % 60);
        write!(out, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}")
    }
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar.
///
/// Years are counted from March, so that the leap day is the last one of its year, and in eras of 400 years,
/// which all have as many days.
fn civil(day: i64) -> (i64, i64, i64) {
    const ERA: i64 = 146_097;
    let from_march = day + 719_468;
    let (era, day) = (from_march.div_euclid(ERA), from_march.rem_euclid(ERA));
    let year = (day - day / 1_460 + day / 36_524 - day / (ERA - 1)) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    (era * 400 + year + next, month, day)
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::string::ToString;

    #[test]
    fn times_have_three_places() {
        assert_eq!(Seconds(12_345_678).to_string(), "0.012 s");
        assert_eq!(Seconds(61_000_000_000).to_string(), "61.000 s");
    }

    #[test]
    fn sizes_have_the_unit_that_fits() {
        let shown = [0, 1023, 1024, 1536, 10 << 20, u64::MAX].map(|size| Size(size).to_string());
        assert_eq!(
            shown,
            ["0 B", "1023 B", "1 KiB", "1.5 KiB", "10 MiB", "15 EiB"]
        );
    }

    #[test]
    fn names_cannot_disturb_the_terminal() {
        assert_eq!(Name("größe\x1b[2J".as_bytes()).to_string(), "größe\\x1b[2J");
        assert_eq!(Name(b"a\xffb\n").to_string(), "a\\xffb\\x0a");
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        let shown = [0, -1, 951_782_400, 1_795_374_300, 253_402_300_799];
        assert_eq!(
            shown.map(|seconds| Date(seconds).to_string()),
            [
                "1970-01-01 00:00",
                "1969-12-31 23:59",
                "2000-02-29 00:00",
                "2026-11-22 19:05",
                "9999-12-31 23:59"
            ]
        );
    }

    #[test]
    fn modes_are_shown_as_letters() {
        assert_eq!(Mode(NodeKind::Directory, 0o755).to_string(), "drwxr-xr-x");
        assert_eq!(Mode(NodeKind::File, 0o4640).to_string(), "-rw-r-----");
    }
}
