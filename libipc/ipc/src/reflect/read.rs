//! Results to text.

use core::fmt::Write;

use super::describe::{
    Bytes, Declared, Description, Fields, Integer, Kind, Method, entries, members, variants,
};
use crate::codec::{Decoder, Malformed, table};

/// Writes the results of a method, a line each; `None` if the answer is malformed.
pub(super) fn results<'a>(
    description: Description<'a>,
    method: Method<'a>,
    from: &mut Decoder<'_>,
    out: &mut dyn Write,
) -> Option<()> {
    for (name, kind) in method.results() {
        write!(out, "{name}: ").ok()?;
        if matches!(kind, Kind::Capability) {
            drop(from.cap::<()>().ok()?);
            out.write_str("a capability").ok()?;
        } else {
            value(description, kind, from, out)?;
        }
        out.write_char('\n').ok()?;
    }
    from.finish().ok()
}

/// Writes an argument or a result of a message whose capabilities are not at hand.
pub(super) fn recorded(
    description: Description<'_>,
    kind: Kind<'_>,
    from: &mut Decoder<'_>,
    out: &mut dyn Write,
) -> Option<()> {
    match kind {
        Kind::Capability => out.write_str("capability").ok(),
        Kind::Lent => write!(out, "{:#x}", from.get::<u64>().ok()?).ok(),
        _ => value(description, kind, from, out),
    }
}

fn value(
    description: Description<'_>,
    kind: Kind<'_>,
    from: &mut Decoder<'_>,
    out: &mut dyn Write,
) -> Option<()> {
    match kind {
        Kind::Bool => write!(out, "{}", from.get::<bool>().ok()?).ok(),
        Kind::Integer(kind) => integer(kind, from, out),
        Kind::Text(_) | Kind::Bytes(_) => text(from.bytes::<{ crate::MAX_BYTES }>().ok()?, out),
        Kind::List(element, bound) => list(description, element, bound, from, out),
        Kind::Optional(mut inner) => match from.get::<bool>().ok()? {
            true => value(description, inner.kind()?, from, out),
            false => out.write_char('-').ok(),
        },
        Kind::Declared(number) => {
            let (description, found) = description.declared(number)?;
            declared(description, found, from, out)
        }
        Kind::Capability | Kind::Lent => None,
    }
}

fn integer(kind: Integer, from: &mut Decoder<'_>, out: &mut dyn Write) -> Option<()> {
    match kind.0 {
        5 => write!(out, "{}", from.get::<i8>().ok()?).ok(),
        6 => write!(out, "{}", from.get::<i16>().ok()?).ok(),
        7 => write!(out, "{}", from.get::<i32>().ok()?).ok(),
        8 => write!(out, "{}", from.get::<i64>().ok()?).ok(),
        _ => write!(out, "{}", unsigned(kind, from)?).ok(),
    }
}

fn unsigned(kind: Integer, from: &mut Decoder<'_>) -> Option<u64> {
    match kind.0 {
        1 => from.get::<u8>().ok().map(u64::from),
        2 => from.get::<u16>().ok().map(u64::from),
        3 => from.get::<u32>().ok().map(u64::from),
        _ => from.get::<u64>().ok(),
    }
}

/// Between double quotes, with what cannot be shown as in Rust.
fn text(bytes: &[u8], out: &mut dyn Write) -> Option<()> {
    out.write_char('"').ok()?;
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            match letter {
                '"' | '\\' => write!(out, "\\{letter}"),
                '\n' => out.write_str("\\n"),
                '\r' => out.write_str("\\r"),
                '\t' => out.write_str("\\t"),
                '\0' => out.write_str("\\0"),
                _ if letter.is_ascii_control() => write!(out, "\\x{:02x}", u32::from(letter)),
                _ => out.write_char(letter),
            }
            .ok()?;
        }
        for byte in chunk.invalid() {
            write!(out, "\\x{byte:02x}").ok()?;
        }
    }
    out.write_char('"').ok()
}

fn list(
    description: Description<'_>,
    element: Bytes<'_>,
    bound: u16,
    from: &mut Decoder<'_>,
    out: &mut dyn Write,
) -> Option<()> {
    let count = from.get::<u32>().ok()?;
    if count > bound.into() {
        return None;
    }
    out.write_char('[').ok()?;
    for index in 0..count {
        out.write_str(if index == 0 { "" } else { ", " }).ok()?;
        let mut element = element;
        value(description, element.kind()?, from, out)?;
    }
    out.write_char(']').ok()
}

fn declared(
    description: Description<'_>,
    declared: Declared<'_>,
    from: &mut Decoder<'_>,
    out: &mut dyn Write,
) -> Option<()> {
    match declared {
        Declared::Struct(fields) => structure(description, Fields::read(fields)?, from, out),
        Declared::Table(bytes) => table(description, bytes, from, out),
        Declared::Union(repr, bytes) => variant(description, repr, bytes, from, out),
        Declared::Enum(repr, bytes) => {
            let number = unsigned(repr, from)?;
            let (_, name) = entries(repr, bytes).find(|(value, _)| *value == number)?;
            out.write_str(name).ok()
        }
        Declared::Bits(repr, bytes) => bits(repr, bytes, unsigned(repr, from)?, out),
    }
}

fn structure(
    description: Description<'_>,
    fields: Fields<'_>,
    from: &mut Decoder<'_>,
    out: &mut dyn Write,
) -> Option<()> {
    let mut separator = "{";
    for (name, kind) in fields {
        write!(out, "{separator}{name}: ").ok()?;
        value(description, kind, from, out)?;
        separator = ", ";
    }
    out.write_char('}').ok()
}

fn table(
    description: Description<'_>,
    bytes: Bytes<'_>,
    from: &mut Decoder<'_>,
    out: &mut dyn Write,
) -> Option<()> {
    let mut separator = "{";
    table::members(from, |number, from| {
        let Some((_, name, kind)) = members(bytes).find(|(other, ..)| *other == number) else {
            return Ok(table::Member::Unknown);
        };
        let written = write!(out, "{separator}{name}: ").ok();
        separator = ", ";
        let written = written.and_then(|()| value(description, kind, from, out));
        written.map(|()| table::Member::Known).ok_or(Malformed)
    })
    .ok()?;
    let end = if separator == "{" { "{}" } else { "}" };
    out.write_str(end).ok()
}

fn variant(
    description: Description<'_>,
    repr: Integer,
    bytes: Bytes<'_>,
    from: &mut Decoder<'_>,
    out: &mut dyn Write,
) -> Option<()> {
    let tag = unsigned(repr, from)?;
    let (_, name, payload) = variants(repr, bytes).find(|(other, ..)| *other == tag)?;
    out.write_str(name).ok()?;
    let Some(kind) = payload else {
        return Some(());
    };
    out.write_char('(').ok()?;
    value(description, kind, from, out)?;
    out.write_char(')').ok()
}

fn bits(repr: Integer, bytes: Bytes<'_>, number: u64, out: &mut dyn Write) -> Option<()> {
    let mut separator = "";
    for (_, name) in entries(repr, bytes).filter(|(bit, _)| number & bit == *bit) {
        write!(out, "{separator}{name}").ok()?;
        separator = "|";
    }
    match separator {
        "" => out.write_char('0').ok(),
        _ => Some(()),
    }
}
