//! Counts per operation, with two decimals: exact to compare, and without a decimal point where there is none.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

/// A count in hundredths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Value(u64);

impl Value {
    /// A whole number.
    pub const fn whole(count: u64) -> Self {
        Self(count.saturating_mul(100))
    }

    /// One of `times` equal shares of a count, rounded to hundredths. Nothing is shared by nobody.
    pub const fn share(count: u64, times: u64) -> Self {
        match count
            .saturating_mul(100)
            .saturating_add(times / 2)
            .checked_div(times)
        {
            Some(share) => Self(share),
            None => Self(0),
        }
    }

    /// How much is left when another count is taken off; nothing if that is greater.
    pub const fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The count in hundredths.
    pub const fn hundredths(self) -> u64 {
        self.0
    }

    /// As a number for plots and ratios.
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts are far below 2^52 hundredths"
    )]
    pub const fn as_f64(self) -> f64 {
        self.0 as f64 / 100.0
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 100, self.0 % 100);
        let text = if rest == 0 {
            whole.to_string()
        } else {
            format!("{whole}.{rest:02}")
        };
        f.pad(&text)
    }
}

impl FromStr for Value {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mistake = || format!("`{text}` is not a count");
        let (whole, rest) = text.split_once('.').unwrap_or((text, "00"));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if rest.len() != 2 || !digits(whole) || !digits(rest) {
            return Err(mistake());
        }
        let whole: u64 = whole.parse().map_err(|_| mistake())?;
        let rest: u64 = rest.parse().map_err(|_| mistake())?;
        let hundredths = whole.checked_mul(100).and_then(|sum| sum.checked_add(rest));
        hundredths.map(Self).ok_or_else(mistake)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.0.is_multiple_of(100) {
            to.serialize_u64(self.0 / 100)
        } else {
            to.serialize_f64(self.as_f64())
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(from)?;
        let hundredths = (number * 100.0).round();
        if !(0.0..9.0e15).contains(&hundredths) {
            return Err(de::Error::custom(
                "a count must not be below 0 or beyond 9e13",
            ));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked just above"
        )]
        Ok(Self(hundredths as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_as_it_was_written() {
        for (text, hundredths) in [("0", 0), ("50", 5000), ("100.25", 10025), ("7.05", 705)] {
            let value: Value = text.parse().expect("a count");
            assert_eq!(value, Value(hundredths));
            assert_eq!(value.to_string(), text);
            let json = serde_json::to_string(&value).expect("a number");
            assert_eq!(
                serde_json::from_str::<Value>(&json).expect("a count"),
                value
            );
        }
    }

    #[test]
    fn shares_are_rounded_to_the_nearest_hundredth() {
        assert_eq!(Value::share(100, 8), Value(1250));
        assert_eq!(Value::share(2, 3), Value(67));
        assert_eq!(Value::share(5, 0), Value(0));
        assert_eq!(Value(7).less(Value(3)), Value(4));
        assert_eq!(Value(3).less(Value(7)), Value(0));
    }

    #[test]
    fn what_is_no_count_is_refused() {
        for text in ["", "-1", "1.5", "1.505", "x", "1.-1", "+1"] {
            assert!(text.parse::<Value>().is_err(), "{text}");
        }
        assert!(serde_json::from_str::<Value>("-1").is_err());
    }
}
