//! Reading descriptions. What does not make sense reads as nothing, never as a panic.

use core::fmt;

/// A description.
#[derive(Clone, Copy)]
pub(super) struct Description<'a> {
    error: u8,
    count: u8,
    /// From the first method on.
    rest: Bytes<'a>,
}

/// A row of bytes that is read from the front.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    pub(super) fn short(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_le_bytes)
    }

    /// A number of as many bytes as its type has.
    pub(super) fn value(&mut self, kind: Integer) -> Option<u64> {
        let bytes = self.take(kind.size())?.iter().rev();
        Some(bytes.fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        let length = self.byte()?;
        core::str::from_utf8(self.take(length.into())?).ok()
    }

    fn block(&mut self) -> Option<Bytes<'a>> {
        let length = self.short()?;
        self.take(length.into()).map(Bytes)
    }

    pub(super) fn kind(&mut self) -> Option<Kind<'a>> {
        Some(match self.byte()? {
            0 => Kind::Bool,
            code @ 1..=8 => Kind::Integer(Integer(code)),
            9 => Kind::Text(self.short()?),
            10 => Kind::Bytes(self.short()?),
            11 => {
                let bound = self.short()?;
                Kind::List(self.inner()?, bound)
            }
            12 => Kind::Optional(self.inner()?),
            13 => Kind::Declared(self.byte()?),
            14 => Kind::Capability,
            _ => return None,
        })
    }

    /// The type within another one, to be read when it is needed.
    fn inner(&mut self) -> Option<Bytes<'a>> {
        let inner = *self;
        self.kind()?;
        Some(inner)
    }
}

/// A type.
#[derive(Clone, Copy)]
pub(super) enum Kind<'a> {
    Bool,
    Integer(Integer),
    Text(u16),
    Bytes(u16),
    List(Bytes<'a>, u16),
    Optional(Bytes<'a>),
    Declared(u8),
    Capability,
}

/// An integer's type by its code: 1 to 4 without, 5 to 8 with a sign.
#[derive(Clone, Copy)]
pub(super) struct Integer(pub(super) u8);

impl Integer {
    /// How many bytes it has.
    fn size(self) -> usize {
        1 << (self.0.wrapping_sub(1) & 3)
    }
}

/// A declared type: its parts are in the bytes.
#[derive(Clone, Copy)]
pub(super) enum Declared<'a> {
    Struct(Bytes<'a>),
    Table(Bytes<'a>),
    Union(Integer, Bytes<'a>),
    Enum(Integer, Bytes<'a>),
    Bits(Integer, Bytes<'a>),
}

/// Names and types in a row.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    left: u8,
    bytes: Bytes<'a>,
}

impl<'a> Fields<'a> {
    pub(super) fn read(mut bytes: Bytes<'a>) -> Option<Self> {
        let left = bytes.byte()?;
        Some(Self { left, bytes })
    }

    /// The next name and type.
    pub(super) fn next(&mut self) -> Option<(&'a str, Kind<'a>)> {
        self.left = self.left.checked_sub(1)?;
        Some((self.bytes.text()?, self.bytes.kind()?))
    }

    fn rest(mut self) -> Option<Bytes<'a>> {
        while self.left > 0 {
            self.next()?;
        }
        Some(self.bytes)
    }
}

/// A method.
#[derive(Clone, Copy)]
pub(super) struct Method<'a> {
    pub(super) name: &'a str,
    pub(super) ordinal: u16,
    flags: u8,
    arguments: Fields<'a>,
    results: Fields<'a>,
}

impl<'a> Method<'a> {
    fn read(mut bytes: Bytes<'a>) -> Option<Self> {
        let (name, ordinal, flags) = (bytes.text()?, bytes.short()?, bytes.byte()?);
        let arguments = Fields::read(bytes)?;
        let results = Fields::read(arguments.rest()?)?;
        Some(Self {
            name,
            ordinal,
            flags,
            arguments,
            results,
        })
    }

    pub(super) fn is_unanswered(self) -> bool {
        self.flags & 2 != 0
    }

    pub(super) fn arguments(self) -> Fields<'a> {
        self.arguments
    }

    pub(super) fn results(self) -> Fields<'a> {
        self.results
    }
}

impl<'a> Description<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let mut rest = Bytes(bytes);
        let error = rest.byte().unwrap_or(u8::MAX);
        let count = rest.byte().unwrap_or(0);
        Self { error, count, rest }
    }

    pub(super) fn methods(&self) -> impl Iterator<Item = Method<'a>> {
        let mut rest = self.rest;
        (0..self.count).map_while(move |_| Method::read(rest.block()?))
    }

    pub(super) fn method(&self, name: &str) -> Option<Method<'a>> {
        self.methods().find(|method| method.name == name)
    }

    pub(super) fn declared(&self, number: u8) -> Option<Declared<'a>> {
        let mut rest = self.rest;
        for _ in 0..u16::from(self.count) + u16::from(number) {
            rest.block()?;
        }
        let mut bytes = rest.block()?;
        Some(match bytes.byte()? {
            0 => Declared::Struct(bytes),
            1 => Declared::Table(bytes),
            2 => Declared::Union(Integer(bytes.byte()?), bytes),
            3 => Declared::Enum(Integer(bytes.byte()?), bytes),
            4 => Declared::Bits(Integer(bytes.byte()?), bytes),
            _ => return None,
        })
    }

    /// The name of an error.
    pub(super) fn error(&self, number: u64) -> Option<&'a str> {
        match self.declared(self.error)? {
            Declared::Enum(repr, entries) => {
                entry(repr, entries, |value, _| value == number).map(|one| one.1)
            }
            _ => None,
        }
    }

    pub(super) fn write_kind(&self, kind: Kind<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
        match kind {
            Kind::Bool => out.write_str("true|false"),
            Kind::Integer(_) => out.write_str("NUMBER"),
            Kind::Text(bound) | Kind::Bytes(bound) => write!(out, "TEXT..{bound}"),
            Kind::List(_, bound) => write!(out, "[..{bound}]"),
            Kind::Optional(inner) => {
                out.write_str("-|")?;
                let mut inner = inner;
                inner
                    .kind()
                    .map_or(Ok(()), |kind| self.write_kind(kind, out))
            }
            Kind::Capability => out.write_str("CAPABILITY"),
            Kind::Declared(number) => match self.declared(number) {
                Some(Declared::Enum(repr, entries) | Declared::Bits(repr, entries)) => {
                    let mut first = true;
                    each(repr, entries, |_, name| {
                        let separator = if core::mem::take(&mut first) { "" } else { "|" };
                        write!(out, "{separator}{name}")
                    })
                }
                Some(Declared::Union(..)) => out.write_str("NAME(...)"),
                _ => out.write_str("{...}"),
            },
        }
    }
}

/// The first entry of an enum or bits that `is_it` accepts.
pub(super) fn entry<'a>(
    repr: Integer,
    mut entries: Bytes<'a>,
    is_it: impl Fn(u64, &str) -> bool,
) -> Option<(u64, &'a str)> {
    for _ in 0..entries.byte()? {
        let (value, name) = (entries.value(repr)?, entries.text()?);
        if is_it(value, name) {
            return Some((value, name));
        }
    }
    None
}

/// Does something with each entry of an enum or bits.
pub(super) fn each(
    repr: Integer,
    mut entries: Bytes<'_>,
    mut act: impl FnMut(u64, &str) -> fmt::Result,
) -> fmt::Result {
    for _ in 0..entries.byte().unwrap_or(0) {
        let (Some(value), Some(name)) = (entries.value(repr), entries.text()) else {
            break;
        };
        act(value, name)?;
    }
    Ok(())
}
