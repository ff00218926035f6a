//! Sizes (`"64 KiB"`) and durations (`"5 ms"`).

const SIZES: [(&str, u64); 4] = [
    ("B", 1),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];
const TIMES: [(&str, u64); 4] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
];

/// Bytes of a size such as `"64 KiB"`; `None` if it is no size.
pub(crate) fn bytes(text: &str) -> Option<u64> {
    quantity(text, &SIZES)
}

/// Nanoseconds of a duration such as `"5 ms"`; `None` if it is no duration.
pub(crate) fn nanoseconds(text: &str) -> Option<u64> {
    quantity(text, &TIMES)
}

fn quantity(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(digits)?;
    let (_, factor) = units.iter().find(|(name, _)| *name == unit.trim_start())?;
    number.parse::<u64>().ok()?.checked_mul(*factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_durations_have_a_number_and_a_unit() {
        assert_eq!(bytes("64 KiB"), Some(65536));
        assert_eq!(bytes("1GiB"), Some(1 << 30));
        assert_eq!(nanoseconds("5 ms"), Some(5_000_000));
    }

    #[test]
    fn anything_else_is_none() {
        for text in [
            "",
            "64",
            "KiB",
            "64 kb",
            "-1 KiB",
            "99999999999999999999 B",
            "99999999999 GiB",
            "1.5 MiB",
        ] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }
}
