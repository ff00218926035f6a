//! Text to arguments.

use super::Trouble;
use super::describe::{Bytes, Declared, Description, Fields, Integer, Kind, Method, entry};
use super::read::{find_variant, member};
use crate::Message;
use crate::codec::Sink as _;

/// Puts arguments into a request in the order in which the method declares them.
pub(super) fn arguments<'a>(
    description: &Description<'a>,
    method: Method<'a>,
    given: &[(&'a str, &'a str)],
    to: &mut Message,
) -> Result<(), Trouble<'a>> {
    for (name, _) in given {
        let mut fields = method.arguments();
        let mut known = core::iter::from_fn(|| fields.next());
        if !known.any(|(other, _)| other == *name) {
            return Err(Trouble::NoArgument(name));
        }
    }
    let mut fields = method.arguments();
    while let Some((name, kind)) = fields.next() {
        let text = given.iter().find(|(other, _)| *other == name);
        let text = match (text, kind) {
            (_, Kind::Capability) => return Err(Trouble::Capability(name)),
            (Some((_, text)), _) => text,
            (None, Kind::Optional(_)) => "-",
            (None, _) => return Err(Trouble::Missing(name)),
        };
        whole(description, kind, text, to).ok_or(Trouble::BadValue(name))?;
    }
    Ok(())
}

/// A text that is one value. What would need quotes within another value needs none here.
fn whole(
    description: &Description<'_>,
    kind: Kind<'_>,
    text: &str,
    to: &mut Message,
) -> Option<()> {
    if let (Kind::Text(bound) | Kind::Bytes(bound), false) = (kind, text.starts_with('"')) {
        return bytes(text.as_bytes(), bound, to);
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
        let is_sign = |c: char| c.is_whitespace() || ",:|()[]{}\"".contains(c);
        let (word, rest) = text.split_at_checked(text.find(is_sign).unwrap_or(text.len()))?;
        self.0 = rest;
        Some(word).filter(|word| !word.is_empty())
    }

    /// What stands between double quotes, or a word.
    fn string(&mut self) -> Option<&'a str> {
        if self.sign('"').is_none() {
            return self.word();
        }
        let (inside, rest) = self.0.split_once('"')?;
        self.0 = rest;
        Some(inside)
    }

    fn number(&mut self) -> Option<i128> {
        let word = self.word()?;
        match word.strip_prefix("0x") {
            Some(digits) => i128::from_str_radix(digits, 16).ok(),
            None => word.parse().ok(),
        }
    }
}

fn value(
    description: &Description<'_>,
    kind: Kind<'_>,
    text: &mut Text<'_>,
    to: &mut Message,
) -> Option<()> {
    match kind {
        Kind::Bool => to.put(&text.word()?.parse::<bool>().ok()?).ok(),
        Kind::Integer(kind) => integer(kind, text.number()?, to),
        Kind::Text(bound) | Kind::Bytes(bound) => bytes(text.string()?.as_bytes(), bound, to),
        Kind::List(element, bound) => list(description, element, bound, text, to),
        Kind::Optional(mut inner) => match is_absent(text) {
            true => to.put(&false).ok(),
            false => {
                to.put(&true).ok()?;
                value(description, inner.kind()?, text, to)
            }
        },
        Kind::Declared(number) => declared(description, description.declared(number)?, text, to),
        Kind::Capability => None,
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

fn bytes(bytes: &[u8], bound: u16, to: &mut Message) -> Option<()> {
    if bytes.len() > bound.into() {
        return None;
    }
    to.bytes::<{ crate::MAX_BYTES }>(bytes).ok()
}

fn list(
    description: &Description<'_>,
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
    description: &Description<'_>,
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
    description: &Description<'_>,
    declared: Declared<'_>,
    text: &mut Text<'_>,
    to: &mut Message,
) -> Option<()> {
    match declared {
        Declared::Struct(fields) => structure(description, Fields::read(fields)?, text, to),
        Declared::Table(found) => {
            text.sign('{')?;
            let mut ahead = Text(text.0);
            let count = members(description, found, &mut ahead, &mut Message::new(0))?;
            to.put(&count).ok()?;
            members(description, found, text, to).map(|_| ())
        }
        Declared::Union(repr, variants) => {
            let name = text.word()?;
            let (tag, _, payload) = find_variant(repr, variants, |_, other| other == name)?;
            integer(repr, tag.into(), to)?;
            let Some(kind) = payload else {
                return Some(());
            };
            text.sign('(')?;
            value(description, kind, text, to)?;
            text.sign(')')
        }
        Declared::Enum(repr, entries) => {
            let name = text.word()?;
            let (number, _) = entry(repr, entries, |_, other| other == name)?;
            integer(repr, number.into(), to)
        }
        Declared::Bits(repr, entries) => integer(repr, bits(repr, entries, text)?, to),
    }
}

fn structure(
    description: &Description<'_>,
    mut fields: Fields<'_>,
    text: &mut Text<'_>,
    to: &mut Message,
) -> Option<()> {
    let mut sign = '{';
    while let Some((name, kind)) = fields.next() {
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
fn members(
    description: &Description<'_>,
    found: Bytes<'_>,
    text: &mut Text<'_>,
    to: &mut Message,
) -> Option<u64> {
    let (mut count, mut last) = (0, 0);
    while text.sign('}').is_none() {
        if count > 0 {
            text.sign(',')?;
        }
        let name = text.word()?;
        let ((number, _), kind) = member(found, |number, other| number > last && other == name)?;
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

fn bits(repr: Integer, entries: Bytes<'_>, text: &mut Text<'_>) -> Option<i128> {
    let mut all: u64 = 0;
    loop {
        let name = text.word()?;
        all |= match name {
            "0" => 0,
            _ => entry(repr, entries, |_, other| other == name)?.0,
        };
        if text.sign('|').is_none() {
            return Some(all.into());
        }
    }
}
