//! Single TOML values as what a manifest means by them; whatever is not right is reported.

use toml::Spanned;
use toml::de::DeValue;
use weft_abi::layout::PAGE;

use crate::{
    diagnostic::{At, FileId, Place, Report},
    units,
};

/// A value that is `true` or `false`.
pub(crate) fn as_flag(
    value: &At<&DeValue<'_>>,
    what: &str,
    report: &mut Report<'_>,
) -> Option<At<bool>> {
    match value.value.as_bool() {
        Some(flag) => Some(At {
            value: flag,
            place: value.place,
        }),
        None => {
            wrong_kind(value, what, "`true` or `false`", report);
            None
        }
    }
}

/// A value and its place.
pub(crate) fn at<'t, 's>(value: &'t Spanned<DeValue<'s>>, file: FileId) -> At<&'t DeValue<'s>> {
    At {
        value: value.get_ref(),
        place: Place {
            file,
            offset: value.span().start,
        },
    }
}

/// Reports a value of the wrong kind.
pub(crate) fn wrong_kind(
    value: &At<&DeValue<'_>>,
    what: &str,
    wanted: &str,
    report: &mut Report<'_>,
) {
    let message = format!(
        "{what} is a value of the wrong kind ({})",
        value.value.type_str()
    );
    report.error(value.place, message, format!("write {wanted}"));
}

/// A string; anything else is reported.
pub(crate) fn as_string(
    value: &At<&DeValue<'_>>,
    what: &str,
    report: &mut Report<'_>,
) -> Option<At<String>> {
    match value.value.as_str() {
        Some(text) => Some(At {
            value: text.to_owned(),
            place: value.place,
        }),
        None => {
            wrong_kind(value, what, "a string, as in \"name\"", report);
            None
        }
    }
}

/// The strings of a list; anything else is reported and left out.
pub(crate) fn as_strings(
    value: &At<&DeValue<'_>>,
    what: &str,
    report: &mut Report<'_>,
) -> Vec<At<String>> {
    let Some(array) = value.value.as_array() else {
        wrong_kind(value, what, "a list of strings, as in [\"name\"]", report);
        return Vec::new();
    };
    let items: Vec<_> = array
        .iter()
        .map(|item| at(item, value.place.file))
        .collect();
    items
        .iter()
        .filter_map(|item| as_string(item, &format!("an item of {what}"), report))
        .collect()
}

/// The whole numbers of a list, each between two limits; anything else is reported and left out.
pub(crate) fn as_numbers(
    value: &At<&DeValue<'_>>,
    what: &str,
    limits: (u64, u64),
    report: &mut Report<'_>,
) -> Vec<At<u64>> {
    let Some(array) = value.value.as_array() else {
        wrong_kind(value, what, "a list of numbers, as in [0, 2]", report);
        return Vec::new();
    };
    let items = array.iter().map(|item| at(item, value.place.file));
    items
        .filter_map(|item| as_number(&item, &format!("an item of {what}"), limits, report))
        .collect()
}

/// A whole number between two limits; anything else is reported.
pub(crate) fn as_number(
    value: &At<&DeValue<'_>>,
    what: &str,
    (least, most): (u64, u64),
    report: &mut Report<'_>,
) -> Option<At<u64>> {
    let Some(integer) = value.value.as_integer() else {
        wrong_kind(
            value,
            what,
            &format!("a whole number from {least} to {most}"),
            report,
        );
        return None;
    };
    match u64::from_str_radix(integer.as_str(), integer.radix()) {
        Ok(number) if (least..=most).contains(&number) => Some(At {
            value: number,
            place: value.place,
        }),
        _ => {
            let message = format!("{what} is out of range: {}", integer.as_str());
            report.error(
                value.place,
                message,
                format!("write a whole number from {least} to {most}"),
            );
            None
        }
    }
}

/// Pages of a size between two limits in bytes; anything else is reported.
pub(crate) fn as_pages(
    value: &At<&DeValue<'_>>,
    what: &str,
    (least, most): (u64, u64),
    report: &mut Report<'_>,
) -> Option<u32> {
    let text = as_string(value, what, report)?;
    let (wrong, remedy) = match units::bytes(&text.value) {
        None => (
            "is no size",
            "write a number and KiB, MiB or GiB, as in \"64 KiB\"".to_owned(),
        ),
        Some(bytes) if bytes % PAGE != 0 => (
            "is not a whole number of pages",
            "write a multiple of 4 KiB".to_owned(),
        ),
        Some(bytes) if !(least..=most).contains(&bytes) => (
            "is out of range",
            format!(
                "write a size from {} KiB to {} KiB",
                least >> 10,
                most >> 10
            ),
        ),
        Some(bytes) => return u32::try_from(bytes / PAGE).ok(),
    };
    report.error(
        text.place,
        format!("{what} {wrong}: \"{}\"", text.value),
        remedy,
    );
    None
}
