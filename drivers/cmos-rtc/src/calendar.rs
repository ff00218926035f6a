//! Dates of the Gregorian calendar as seconds.

/// Seconds of a day.
const DAY: i64 = 86_400;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH: i64 = 719_468;

/// A second of a day in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The year, from 1970 on.
    pub year: u16,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
}

impl Moment {
    /// Whether there is such a moment.
    pub fn exists(self) -> bool {
        self.year >= 1970
            && (1..=12).contains(&self.month)
            && (1..=self.days_of_month()).contains(&self.day)
            && self.hour < 24
            && self.minute < 60
            && self.second < 60
    }

    /// Seconds since 1970-01-01 00:00.
    ///
    /// Years are counted from March on, so that the day that only some have is the last; the months from March on
    /// then have 153 days in five.
    pub fn seconds(self) -> i64 {
        let (month, day) = (i64::from(self.month), i64::from(self.day));
        let (year, month) = match month {
            1 | 2 => (i64::from(self.year) - 1, month + 9),
            _ => (i64::from(self.year), month - 3),
        };
        let leap_days = year / 4 - year / 100 + year / 400;
        let days = year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - EPOCH;
        let clock = [self.hour, self.minute, self.second];
        let of_day = clock
            .iter()
            .fold(0, |sum, part| sum * 60 + i64::from(*part));
        days * DAY + of_day
    }

    fn days_of_month(self) -> u8 {
        let is_leap = self.year.is_multiple_of(4)
            && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        match self.month {
            2 if is_leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(year: u16, month: u8, day: u8) -> Moment {
        let (hour, minute, second) = (0, 0, 0);
        Moment {
            year,
            month,
            day,
            hour,
            minute,
            second,
        }
    }

    #[test]
    fn known_moments_are_as_many_seconds_as_others_count() {
        assert_eq!(at(1970, 1, 1).seconds(), 0);
        assert_eq!(at(2000, 2, 29).seconds(), 951_782_400);
        assert_eq!(at(2026, 1, 1).seconds(), 1_767_225_600);
        let last = Moment {
            hour: 3,
            minute: 14,
            second: 8,
            ..at(2038, 1, 19)
        };
        assert_eq!(last.seconds(), 1 << 31);
        assert_eq!(at(2100, 3, 1).seconds() - at(2100, 2, 28).seconds(), DAY);
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut expected = 0;
        for year in 1970..=2200 {
            for month in 1..=12 {
                for day in (1..=31).filter(|day| at(year, month, *day).exists()) {
                    assert_eq!(at(year, month, day).seconds(), expected);
                    expected += DAY;
                }
            }
        }
    }

    #[test]
    fn moments_that_no_calendar_has_do_not_exist() {
        let good = at(2024, 2, 29);
        assert!(good.exists());
        let bad = [
            at(2023, 2, 29),
            at(2100, 2, 29),
            at(2024, 0, 1),
            at(2024, 13, 1),
            at(2024, 4, 31),
            at(2024, 4, 0),
            at(1969, 12, 31),
            Moment { hour: 24, ..good },
            Moment { minute: 60, ..good },
            Moment { second: 60, ..good },
        ];
        assert!(bad.iter().all(|moment| !moment.exists()));
    }
}
