//! Mistakes of the TOML text itself, and names that are given twice.
//!
//! The parser goes on behind a mistake, so all of them are reported. For a name given twice it only tells
//! the second place; the first is looked up here: a table's header in the text, a key in what was read.

use toml::de::{DeTable, DeValue, Error};

use crate::diagnostic::{FileId, Place, Report};

/// Whether the text could be read as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// It could, though names may be given twice.
    Readable,
    /// Parts are missing; what they would say is not known.
    Damaged,
}

/// Reports what the TOML parser found.
pub(crate) fn report_syntax(
    text: &str,
    file: FileId,
    table: &DeTable<'_>,
    errors: &[Error],
    report: &mut Report<'_>,
) -> Syntax {
    let mut syntax = Syntax::Readable;
    let mut repeated_table = 0..0;
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        let place = Place {
            file,
            offset: span.start,
        };
        if error.message() != "duplicate key" {
            let message = format!("this is no TOML: {}", error.message());
            report.error(
                place,
                message,
                "correct the text; https://toml.io describes the format",
            );
            syntax = Syntax::Damaged;
        } else if !repeated_table.contains(&span.start) {
            let name = text.get(span.clone()).unwrap_or("").trim_matches('"');
            let first = match header(text, span.start) {
                Some(line) => {
                    repeated_table = span.start..table_end(text, span.start);
                    first_header(text, line, span.start)
                }
                None => first_key(table, name, span.start),
            };
            duplicate(name, place, first, report);
        }
    }
    syntax
}

fn duplicate(name: &str, place: Place, first: Option<usize>, report: &mut Report<'_>) {
    let note = |offset| {
        (
            Place { offset, ..place },
            format!("`{name}` is first given here"),
        )
    };
    let others: Vec<_> = first.map(note).into_iter().collect();
    report.conflict(
        place,
        format!("duplicate name `{name}`"),
        &others,
        "rename or remove one of the two",
    );
}

/// The line around an offset, if it is the header of a table.
fn header(text: &str, offset: usize) -> Option<&str> {
    let begin = text.get(..offset)?.rfind('\n').map_or(0, |end| end + 1);
    let line = text.get(begin..)?.lines().next()?.trim();
    line.starts_with('[').then_some(line)
}

/// Where the table ends whose header is at an offset: at the next header, or with the text.
fn table_end(text: &str, offset: usize) -> usize {
    let rest = text.get(offset..).unwrap_or("");
    rest.find("\n[")
        .map_or(text.len(), |length| offset + length)
}

/// Where the same header stands first, at the place of its last name.
fn first_header(text: &str, line: &str, before: usize) -> Option<usize> {
    let begin = text.get(..before)?.find(line)?;
    let name = line.rfind('.').map_or(1, |dot| dot + 1);
    Some(begin + name).filter(|offset| *offset < before)
}

/// The last place before `before` where a key of this name stands.
fn first_key(table: &DeTable<'_>, name: &str, before: usize) -> Option<usize> {
    let own = table
        .iter()
        .filter(|(key, _)| key.get_ref() == name)
        .map(|(key, _)| key.span().start);
    let inner = table.iter().filter_map(|(_, value)| match value.get_ref() {
        DeValue::Table(inner) => first_key(inner, name, before),
        _ => None,
    });
    own.chain(inner).filter(|offset| *offset < before).max()
}
