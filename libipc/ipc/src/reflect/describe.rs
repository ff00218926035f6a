//! Reading descriptions. What does not make sense reads as nothing, never as a panic.

/// How deep types may lie in one another: a description that says otherwise makes no sense.
const DEPTH: u8 = 16;

/// A description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Description<'a> {
    error: u8,
    count: u8,
    /// How much deeper types may lie in one another.
    left: u8,
    /// From the first method on.
    rest: Bytes<'a>,
}

/// A row of bytes that is read from the front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
        self.kind_within(DEPTH)
    }

    fn kind_within(&mut self, depth: u8) -> Option<Kind<'a>> {
        Some(match self.byte()? {
            0 => Kind::Bool,
            code @ 1..=8 => Kind::Integer(Integer(code)),
            9 => Kind::Text(self.short()?),
            10 => Kind::Bytes(self.short()?),
            11 => {
                let bound = self.short()?;
                Kind::List(self.inner(depth)?, bound)
            }
            12 => Kind::Optional(self.inner(depth)?),
            13 => Kind::Declared(self.byte()?),
            14 => Kind::Capability,
            15 => Kind::Lent,
            _ => return None,
        })
    }

    /// The type within another one, to be read when it is needed.
    fn inner(&mut self, depth: u8) -> Option<Bytes<'a>> {
        let inner = *self;
        self.kind_within(depth.checked_sub(1)?)?;
        Some(inner)
    }
}

/// A type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    Bool,
    Integer(Integer),
    Text(u16),
    Bytes(u16),
    List(Bytes<'a>, u16),
    Optional(Bytes<'a>),
    Declared(u8),
    Capability,
    Lent,
}

/// An integer's type by its code: 1 to 4 without, 5 to 8 with a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Integer(pub(super) u8);

impl Integer {
    const NAMES: [&str; 8] = ["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"];

    pub(super) fn name(self) -> &'static str {
        let place = usize::from(self.0).checked_sub(1);
        let name = place.and_then(|place| Self::NAMES.get(place));
        name.copied().unwrap_or_default()
    }

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

    fn rest(mut self) -> Option<Bytes<'a>> {
        while self.left > 0 {
            self.next()?;
        }
        Some(self.bytes)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (&'a str, Kind<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        Some((self.bytes.text()?, self.bytes.kind()?))
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
        Self {
            error,
            count,
            left: DEPTH,
            rest,
        }
    }

    pub(super) fn methods(self) -> impl Iterator<Item = Method<'a>> {
        let mut rest = self.rest;
        (0..self.count).map_while(move |_| Method::read(rest.block()?))
    }

    pub(super) fn method(self, name: &str) -> Option<Method<'a>> {
        self.methods().find(|method| method.name == name)
    }

    /// A declared type, and the description for what lies in it.
    pub(super) fn declared(self, number: u8) -> Option<(Self, Declared<'a>)> {
        let left = self.left.checked_sub(1)?;
        let mut rest = self.rest;
        for _ in 0..u16::from(self.count) + u16::from(number) {
            rest.block()?;
        }
        let mut bytes = rest.block()?;
        let declared = match bytes.byte()? {
            0 => Declared::Struct(bytes),
            1 => Declared::Table(bytes),
            2 => Declared::Union(Integer(bytes.byte()?), bytes),
            3 => Declared::Enum(Integer(bytes.byte()?), bytes),
            4 => Declared::Bits(Integer(bytes.byte()?), bytes),
            _ => return None,
        };
        Some((Self { left, ..self }, declared))
    }

    /// The name of an error.
    pub(super) fn error_number(self, name: &str) -> Option<u64> {
        match self.declared(self.error)?.1 {
            Declared::Enum(repr, bytes) => entries(repr, bytes)
                .find(|(_, other)| *other == name)
                .map(|(value, _)| value),
            _ => None,
        }
    }

    pub(super) fn error(self, number: u64) -> Option<&'a str> {
        match self.declared(self.error)?.1 {
            Declared::Enum(repr, bytes) => entries(repr, bytes)
                .find(|(value, _)| *value == number)
                .map(|(_, name)| name),
            _ => None,
        }
    }
}

/// What is read one after the other, as often as the first byte says or until it makes no sense.
fn rows<'a, R>(
    mut bytes: Bytes<'a>,
    mut read: impl FnMut(&mut Bytes<'a>) -> Option<R>,
) -> impl Iterator<Item = R> {
    let count = bytes.byte().unwrap_or(0);
    (0..count).map_while(move |_| read(&mut bytes))
}

/// The members of a table: number, name and type.
pub(super) fn members(bytes: Bytes<'_>) -> impl Iterator<Item = (u16, &str, Kind<'_>)> {
    rows(bytes, |row| Some((row.short()?, row.text()?, row.kind()?)))
}

/// The variants of a union: tag, name and the type of what it carries.
pub(super) fn variants(
    repr: Integer,
    bytes: Bytes<'_>,
) -> impl Iterator<Item = (u64, &str, Option<Kind<'_>>)> {
    rows(bytes, move |row| {
        let (tag, name) = (row.value(repr)?, row.text()?);
        let mut behind = *row;
        let payload = match behind.byte()? {
            u8::MAX => {
                *row = behind;
                None
            }
            _ => Some(row.kind()?),
        };
        Some((tag, name, payload))
    })
}

/// The entries of an enum or bits: value and name.
pub(super) fn entries(repr: Integer, bytes: Bytes<'_>) -> impl Iterator<Item = (u64, &str)> {
    rows(bytes, move |row| Some((row.value(repr)?, row.text()?)))
}
