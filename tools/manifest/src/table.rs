//! Typed access to a TOML table: a wrong kind of value, a missing or an unknown key becomes a mistake
//! of the report instead of an end of reading.

use toml::de::{DeTable, DeValue};

use crate::{
    diagnostic::{At, FileId, Place, Report},
    suggest, units,
    values::{as_flag, as_number, as_pages, as_string, as_strings, at, wrong_kind},
};

/// A table that is being read.
pub(crate) struct Fields<'t, 's> {
    table: &'t DeTable<'s>,
    file: FileId,
    /// What holds where this table says nothing.
    beneath: Option<Beneath<'t, 's>>,
    /// Where the table begins, for what is missing.
    pub(crate) place: Place,
    /// What it is, for people: "component `vfs`".
    what: String,
    known: Vec<&'static str>,
}

/// A table under another one.
struct Beneath<'t, 's> {
    table: &'t DeTable<'s>,
    file: FileId,
    /// What it is, for people.
    what: String,
}

impl<'t, 's> Fields<'t, 's> {
    pub(crate) fn new(table: &'t DeTable<'s>, place: Place, what: impl Into<String>) -> Self {
        Self {
            table,
            file: place.file,
            beneath: None,
            place,
            what: what.into(),
            known: Vec::new(),
        }
    }

    /// The same, over another table: a key that this one has not is looked up there.
    pub(crate) fn over(mut self, table: &'t DeTable<'s>, file: FileId, what: String) -> Self {
        self.beneath = Some(Beneath { table, file, what });
        self
    }

    /// What the table is, for people.
    pub(crate) fn what(&self) -> &str {
        &self.what
    }

    /// A value and its place, of whatever kind.
    pub(crate) fn value(&mut self, key: &'static str) -> Option<At<&'t DeValue<'s>>> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        let own = self.table.get(key).map(|value| at(value, self.file));
        own.or_else(|| {
            let beneath = self.beneath.as_ref()?;
            beneath.table.get(key).map(|value| at(value, beneath.file))
        })
    }

    pub(crate) fn string(
        &mut self,
        key: &'static str,
        report: &mut Report<'_>,
    ) -> Option<At<String>> {
        let value = self.value(key)?;
        let text = as_string(&value, &format!("`{key}`"), report)?;
        if text.value.is_empty() {
            report.error(text.place, format!("`{key}` is empty"), "write a name");
            return None;
        }
        Some(text)
    }

    /// A string that must be there; the empty one stands for it where it is not.
    pub(crate) fn required(&mut self, key: &'static str, report: &mut Report<'_>) -> At<String> {
        if self.value(key).is_none() {
            report.error(
                self.place,
                format!("{} has no `{key}`", self.what),
                format!("add `{key} = \"…\"`"),
            );
        }
        self.string(key, report).unwrap_or(At {
            value: String::new(),
            place: self.place,
        })
    }

    /// `true` or `false`.
    pub(crate) fn flag(&mut self, key: &'static str, report: &mut Report<'_>) -> Option<At<bool>> {
        let value = self.value(key)?;
        as_flag(&value, &format!("`{key}`"), report)
    }

    /// A number between two limits.
    pub(crate) fn number(
        &mut self,
        key: &'static str,
        (least, most): (u64, u64),
        report: &mut Report<'_>,
    ) -> Option<At<u64>> {
        let value = self.value(key)?;
        as_number(&value, &format!("`{key}`"), (least, most), report)
    }

    /// Pages of a size between two limits in bytes.
    pub(crate) fn pages(
        &mut self,
        key: &'static str,
        limits: (u64, u64),
        report: &mut Report<'_>,
    ) -> Option<u32> {
        let value = self.value(key)?;
        as_pages(&value, &format!("`{key}`"), limits, report)
    }

    /// Nanoseconds of a duration, at least ten microseconds and at most ten seconds.
    pub(crate) fn duration(
        &mut self,
        key: &'static str,
        report: &mut Report<'_>,
    ) -> Option<At<u64>> {
        let text = self.string(key, report)?;
        match units::nanoseconds(&text.value) {
            Some(ns @ 10_000..=10_000_000_000) => Some(At {
                value: ns,
                place: text.place,
            }),
            _ => {
                let message = format!(
                    "`{key}` is no duration from 10 us to 10 s: \"{}\"",
                    text.value
                );
                report.error(
                    text.place,
                    message,
                    "write a number and ns, us, ms or s, as in \"5 ms\"",
                );
                None
            }
        }
    }

    /// A list of strings; empty where it is missing.
    pub(crate) fn strings(
        &mut self,
        key: &'static str,
        report: &mut Report<'_>,
    ) -> Vec<At<String>> {
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        as_strings(&value, &format!("`{key}`"), report)
    }

    /// A table's keys and values in the order of the text; empty where it is missing.
    pub(crate) fn pairs(
        &mut self,
        key: &'static str,
        report: &mut Report<'_>,
    ) -> Vec<(At<String>, At<&'t DeValue<'s>>)> {
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        let Some(table) = value.value.as_table() else {
            wrong_kind(&value, &format!("`{key}`"), "a table", report);
            return Vec::new();
        };
        in_order(table, value.place.file)
    }

    /// Reports the keys that nothing asked for.
    pub(crate) fn finish(self, report: &mut Report<'_>) {
        unknown_keys(self.table, self.file, &self.what, &self.known, report);
        if let Some(Beneath { table, file, what }) = &self.beneath {
            // A driver has no driver.
            let known: Vec<_> = self
                .known
                .iter()
                .copied()
                .filter(|key| *key != "driver")
                .collect();
            unknown_keys(table, *file, what, &known, report);
        }
    }
}

fn unknown_keys(
    table: &DeTable<'_>,
    file: FileId,
    what: &str,
    known: &[&'static str],
    report: &mut Report<'_>,
) {
    for (key, _) in in_order(table, file) {
        if !known.contains(&key.value.as_str()) {
            let message = format!("unknown key `{}` in {what}", key.value);
            let remedy = suggest::remedy(&key.value, known.iter().copied());
            report.error(key.place, message, remedy);
        }
    }
}

/// A table's keys and values in the order of the text.
pub(crate) fn in_order<'t, 's>(
    table: &'t DeTable<'s>,
    file: FileId,
) -> Vec<(At<String>, At<&'t DeValue<'s>>)> {
    let mut pairs: Vec<_> = table
        .iter()
        .map(|(key, value)| {
            let place = Place {
                file,
                offset: key.span().start,
            };
            (
                At {
                    value: key.get_ref().to_string(),
                    place,
                },
                at(value, file),
            )
        })
        .collect();
    pairs.sort_by_key(|(key, _)| key.place.offset);
    pairs
}
