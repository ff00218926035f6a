//! Text to arguments.

use super::describe::{
    Bytes, Declared, Description, Fields, Integer, Kind, Method, entries, members, variants,
};
use super::{Trouble, Written};
use crate::Message;
use crate::codec::Sink as _;

/// Puts arguments into a request in the order in which the method declares them.
pub(super) fn arguments<'a>(
    description: Description<'a>,
    method: Method<'a>,
    given: &[(&'a str, &'a str)],
    to: &mut Message,
) -> Result<(), Trouble<'a>> {
    for (name, _) in given {
        if !method.arguments().any(|(other, _)| other == *name) {
            return Err(Trouble::NoArgument(name));
        }
    }
    for (name, kind) in method.arguments() {
        let text = given.iter().find(|(other, _)| *other == name);
        let text = match (text, kind) {
            (_, Kind::Capability | Kind::Lent) => return Err(Trouble::Capability(name)),
            (Some((_, text)), _) => text,
            (None, Kind::Optional(_)) => "-",
            (None, _) => return Err(Trouble::Missing(name, Written::new(description, kind))),
        };
        let put = whole(description, kind, text, to);
        put.ok_or(Trouble::BadValue(name, Written::new(description, kind)))?;
    }
    Ok(())
}

/// A text that is one value. What would need quotes within another value needs none here.
pub(super) fn whole(
    description: Description<'_>,
    kind: Kind<'_>,
    text: &str,
    to: &mut Message,
) -> Option<()> {
    if let (Kind::Text(bound) | Kind::Bytes(bound), false) = (kind, text.starts_with('"')) {
        if text.len() > bound.into() {
            return None;
        }
        return to.bytes::<{ crate::MAX_BYTES }>(text.as_bytes()).ok();
    }
    let mut text = Text(text);
    value(description, kind, &mut text, to)?;
    text.0.trim_start().is_empty().then_some(())
}

/// A text that is read from the front.
struct Text<'a>(&'a str);

impl<'a> Text<'a> {
    fn sign(&mut self, sign: char) -> Option<()> {
        self.0 = self.0.trim_start().strip_prefix(sign)?;
        Some(())
    }

    /// Letters, digits and what else stands in names and numbers.
    fn word(&mut self) -> Option<&'a str> {
        let text = self.0.trim_start();
        let is_sign = |c: char| c.is_whitespace() || ",:|()[]{}\"\\".contains(c);
        let (word, rest) = text.split_at_checked(text.find(is_sign).unwrap_or(text.len()))?;
        self.0 = rest;
        Some(word).filter(|word| !word.is_empty())
    }

    /// What stands between double quotes, or a word.
    fn string(&mut self) -> Option<Escaped<'a>> {
        if self.sign('"').is_none() {
            return self.word().map(Escaped);
        }
        let text = self.0;
        let mut pieces = Escaped(text);
        while !pieces.0.starts_with('"') {
            pieces.next()?;
        }
        let (inside, rest) = text.split_at_checked(text.len() - pieces.0.len())?;
        self.0 = rest;
        self.sign('"')?;
        Some(Escaped(inside))
    }

    fn number(&mut self) -> Option<i128> {
        let word = self.word()?;
        match word.strip_prefix("0x") {
            Some(digits) => i128::from_str_radix(digits, 16).ok(),
            None => word.parse().ok(),
        }
    }
}

/// A text in which a backslash gives what follows another meaning, or keeps it from having one; its pieces.
#[derive(Clone, Copy)]
struct Escaped<'a>(&'a str);

/// The bytes of one letter, or one byte.
type Piece = heapless::Vec<u8, 4>;

impl Iterator for Escaped<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let text = self.0.strip_prefix('\\');
        let is_escaped = text.is_some();
        let text = text.unwrap_or(self.0);
        let first = text.chars().next()?;
        let (piece, rest) = text.split_at_checked(first.len_utf8())?;
        self.0 = rest;
        let byte = match first {
            _ if !is_escaped => return Piece::from_slice(piece.as_bytes()).ok(),
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            '0' => 0,
            'x' => {
                let (digits, rest) = rest.split_at_checked(2)?;
                self.0 = rest;
                u8::from_str_radix(digits, 16).ok()?
            }
            _ => return Piece::from_slice(piece.as_bytes()).ok(),
        };
        Piece::from_slice(&[byte]).ok()
    }
}

fn value(
    description: Description<'_>,
    kind: Kind<'_>,
    text: &mut Text<'_>,
    to: &mut Message,
) -> Option<()> {
    match kind {
        Kind::Bool => to.put(&text.word()?.parse::<bool>().ok()?).ok(),
        Kind::Integer(kind) => integer(kind, text.number()?, to),
        Kind::Text(bound) | Kind::Bytes(bound) => string(text.string()?, bound, to),
        Kind::List(element, bound) => list(description, element, bound, text, to),
        Kind::Optional(mut inner) => match is_absent(text) {
            true => to.put(&false).ok(),
            false => {
                to.put(&true).ok()?;
                value(description, inner.kind()?, text, to)
            }
        },
        Kind::Declared(number) => {
            let (description, found) = description.declared(number)?;
            declared(description, found, text, to)
        }
        Kind::Capability | Kind::Lent => None,
    }
}

/// Whether a lone `-` stands here; it is then taken.
fn is_absent(text: &mut Text<'_>) -> bool {
    let before = text.0;
    let is_dash = text.word() == Some("-");
    if !is_dash {
        text.0 = before;
    }
    is_dash
}

fn integer(kind: Integer, number: i128, to: &mut Message) -> Option<()> {
    match kind.0 {
        1 => to.put(&u8::try_from(number).ok()?),
        2 => to.put(&u16::try_from(number).ok()?),
        3 => to.put(&u32::try_from(number).ok()?),
        4 => to.put(&u64::try_from(number).ok()?),
        5 => to.put(&i8::try_from(number).ok()?),
        6 => to.put(&i16::try_from(number).ok()?),
        7 => to.put(&i32::try_from(number).ok()?),
        _ => to.put(&i64::try_from(number).ok()?),
    }
    .ok()
}

fn string(pieces: Escaped<'_>, bound: u16, to: &mut Message) -> Option<()> {
    let length: usize = pieces.map(|piece| piece.len()).sum();
    let length = u16::try_from(length).ok()?;
    if length > bound {
        return None;
    }
    to.put(&u32::from(length)).ok()?;
    for piece in pieces {
        to.append(&piece).ok()?;
    }
    Some(())
}

fn list(
    description: Description<'_>,
    element: Bytes<'_>,
    bound: u16,
    text: &mut Text<'_>,
    to: &mut Message,
) -> Option<()> {
    text.sign('[')?;
    // The length comes first, so that the elements are read twice.
    let mut ahead = Text(text.0);
    let mut scratch = Message::new(0);
    let count = elements(description, element, &mut ahead, &mut scratch)?;
    if count > u32::from(bound) {
        return None;
    }
    to.put(&count).ok()?;
    elements(description, element, text, to).map(|_| ())
}

fn elements(
    description: Description<'_>,
    element: Bytes<'_>,
    text: &mut Text<'_>,
    to: &mut Message,
) -> Option<u32> {
    let mut count = 0;
    while text.sign(']').is_none() {
        if count > 0 {
            text.sign(',')?;
        }
        let mut element = element;
        value(description, element.kind()?, text, to)?;
        count += 1;
    }
    Some(count)
}

fn declared(
    description: Description<'_>,
    declared: Declared<'_>,
    text: &mut Text<'_>,
    to: &mut Message,
) -> Option<()> {
    match declared {
        Declared::Struct(fields) => structure(description, Fields::read(fields)?, text, to),
        Declared::Table(bytes) => {
            text.sign('{')?;
            let mut ahead = Text(text.0);
            let count = table(description, bytes, &mut ahead, &mut Message::new(0))?;
            to.put(&count).ok()?;
            table(description, bytes, text, to).map(|_| ())
        }
        Declared::Union(repr, bytes) => {
            let name = text.word()?;
            let (tag, _, payload) = variants(repr, bytes).find(|(_, other, _)| *other == name)?;
            integer(repr, tag.into(), to)?;
            let Some(kind) = payload else {
                return Some(());
            };
            text.sign('(')?;
            value(description, kind, text, to)?;
            text.sign(')')
        }
        Declared::Enum(repr, bytes) => {
            let name = text.word()?;
            let (number, _) = entries(repr, bytes).find(|(_, other)| *other == name)?;
            integer(repr, number.into(), to)
        }
        Declared::Bits(repr, bytes) => integer(repr, bits(repr, bytes, text)?.into(), to),
    }
}

fn structure(
    description: Description<'_>,
    fields: Fields<'_>,
    text: &mut Text<'_>,
    to: &mut Message,
) -> Option<()> {
    let mut sign = '{';
    for (name, kind) in fields {
        text.sign(sign)?;
        if text.word()? != name {
            return None;
        }
        text.sign(':')?;
        value(description, kind, text, to)?;
        sign = ',';
    }
    text.sign('}')
}

/// The members of a table in ascending order of their numbers, and how many there are.
fn table(
    description: Description<'_>,
    bytes: Bytes<'_>,
    text: &mut Text<'_>,
    to: &mut Message,
) -> Option<u64> {
    let (mut count, mut last) = (0, 0);
    while text.sign('}').is_none() {
        if count > 0 {
            text.sign(',')?;
        }
        let name = text.word()?;
        let (number, _, kind) =
            members(bytes).find(|(number, other, _)| *number > last && *other == name)?;
        text.sign(':')?;
        let mut inside = Message::new(0);
        value(description, kind, text, &mut inside)?;
        let length = u64::try_from(inside.length()).ok()?;
        to.put(&(u64::from(number) | length << 16)).ok()?;
        to.append(inside.payload()).ok()?;
        to.align(size_of::<u64>()).ok()?;
        (count, last) = (count + 1, number);
    }
    Some(count)
}

fn bits(repr: Integer, bytes: Bytes<'_>, text: &mut Text<'_>) -> Option<u64> {
    let mut all = 0;
    loop {
        let name = text.word()?;
        let mut entries = entries(repr, bytes);
        all |= match name {
            "0" => 0,
            _ => entries.find(|(_, other)| *other == name)?.0,
        };
        if text.sign('|').is_none() {
            return Some(all);
        }
    }
}
