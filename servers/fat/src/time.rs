//! Times as directories hold them: the local time to two seconds, from 1980 on; here that is UTC.
//!
//! Civil dates from days and back: H. Hinnant, "chrono-compatible low-level date algorithms".

/// Date and time of an entry: the two words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) date: u16,
    pub(crate) time: u16,
}

/// Seconds of a day.
const DAY: i64 = 86_400;
/// 1980-01-01 and 2107-12-31 23:59:58 in seconds since 1970: the first and the last that there is.
const FIRST: i64 = 315_532_800;
const LAST: i64 = 4_354_819_198;

impl Stamp {
    /// The stamp of a time in seconds since 1970; the nearest that there is.
    pub(crate) fn of(seconds: i64) -> Self {
        let seconds = seconds.clamp(FIRST, LAST);
        let (days, rest) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
        let (year, month, day) = civil(days);
        let date = (year - 1980) << 9 | month << 5 | day;
        let time = (rest / 3600) << 11 | (rest / 60 % 60) << 5 | (rest % 60 / 2);
        Self {
            date: date as u16,
            time: time as u16,
        }
    }

    /// The time in seconds since 1970; 0 if it is none.
    pub(crate) fn seconds(self) -> i64 {
        let (date, time) = (i64::from(self.date), i64::from(self.time));
        let (month, day) = (date >> 5 & 15, date & 31);
        if !(1..=12).contains(&month) || day == 0 {
            return 0;
        }
        let days = days_of(1980 + (date >> 9), month, day);
        days * DAY + (time >> 11) * 3600 + (time >> 5 & 63) * 60 + (time & 31) * 2
    }
}

fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let years = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * years + years / 4 - years / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = (shifted_month + 2) % 12 + 1;
    (years + era * 400 + i64::from(month <= 2), month, day)
}

fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_back_to_two_seconds() {
        // date -ud '2024-02-29 23:59:59' +%s
        for time in [FIRST, LAST, 1_709_251_199, 951_782_400, 1_800_000_000] {
            assert_eq!(Stamp::of(time).seconds(), time / 2 * 2, "{time}");
        }
        let stamp = Stamp::of(1_709_251_199);
        assert_eq!(stamp.date, (44 << 9) | (2 << 5) | 29);
        assert_eq!(stamp.time, (23 << 11) | (59 << 5) | 29);
    }

    #[test]
    fn times_that_cannot_be_held_are_the_nearest() {
        assert_eq!(Stamp::of(0).seconds(), FIRST);
        assert_eq!(Stamp::of(i64::MAX).seconds(), LAST);
        assert_eq!(Stamp::default().seconds(), 0);
    }
}
