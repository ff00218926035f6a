//! Moments that a machine printed, against the host's clock.
//!
//! They are compared as text, `YYYY-MM-DD HH:MM` of UTC, whose order is that of time. The host's `date` writes the
//! bounds, so that no calendar of this tree judges another one of it.

use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::command;
use crate::error::{Error, Outcome};

/// The form of a moment; 0 stands for any digit.
const FORM: &[u8] = b"0000-00-00 00:00";

/// How far a machine's clock may be behind: it shows whole seconds, and was started at any part of one.
const BEHIND: Duration = Duration::from_secs(2);

/// A bound of the time in which a machine ran.
///
/// # Errors
/// If `date` cannot be run.
pub fn bound(time: SystemTime) -> Outcome<String> {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut date = Command::new("date");
    date.args(["-u", "-d", &format!("@{}", since.as_secs())]);
    let said = command::collect(date.arg("+%Y-%m-%d %H:%M"))?;
    let text = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    match is_moment(text.as_bytes()) {
        true => Ok(text),
        false => Err(Error::new(format!("`date` says `{text}`"))),
    }
}

/// The earliest moment that a machine may show that is started now.
///
/// # Errors
/// If `date` cannot be run.
pub fn earliest() -> Outcome<String> {
    bound(SystemTime::now() - BEHIND)
}

/// What is wrong if `shown` is to hold `count` moments, none before the first or after the last.
pub fn judge(shown: &str, count: usize, first: &str, last: &str) -> Option<String> {
    let moments: Vec<&str> = shown
        .as_bytes()
        .windows(FORM.len())
        .filter(|text| is_moment(text))
        .filter_map(|text| str::from_utf8(text).ok())
        .collect();
    let is_right = |moment: &&str| (first..=last).contains(moment);
    if moments.len() == count && moments.iter().all(is_right) {
        return None;
    }
    Some(format!(
        "it printed the moments {moments:?} instead of {count} from {first} to {last} in\n{shown}"
    ))
}

fn is_moment(text: &[u8]) -> bool {
    let fits = |(byte, form): (&u8, &u8)| match form {
        b'0' => byte.is_ascii_digit(),
        sign => byte == sign,
    };
    text.len() == FORM.len() && text.iter().zip(FORM).all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "2026-11-26 12:59";
    const LAST: &str = "2026-11-26 13:00";

    #[test]
    fn moments_are_found_counted_and_compared() {
        let shown = "2026-11-26 12:59:31 UTC\n-rw-r--r--  2026-11-26 13:00  größe\n1-1\n";
        assert_eq!(judge(shown, 2, FIRST, LAST), None);
        assert!(judge(shown, 1, FIRST, LAST).is_some());
        assert!(judge(shown, 3, FIRST, LAST).is_some());
        assert!(judge(shown, 2, LAST, LAST).is_some());
        assert!(judge(shown, 2, FIRST, FIRST).is_some());
        assert_eq!(judge("none", 0, FIRST, LAST), None);
    }

    #[test]
    fn bounds_are_those_of_the_calendar() {
        let time = UNIX_EPOCH + Duration::from_secs(951_782_459);
        assert_eq!(bound(time), Ok("2000-02-29 00:00".to_owned()));
        assert!(
            earliest().is_ok_and(|first| bound(SystemTime::now()).is_ok_and(|now| first <= now))
        );
    }
}
