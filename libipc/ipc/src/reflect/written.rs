//! Types as people read them.

use core::fmt::{self, Write as _};

use super::describe::{Bytes, Declared, Description, Fields, Kind, entries, members, variants};

/// A type as the interface language writes it; a declared one by what it consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written<'a> {
    description: Description<'a>,
    kind: Kind<'a>,
}

impl<'a> Written<'a> {
    pub(super) fn new(description: Description<'a>, kind: Kind<'a>) -> Self {
        Self { description, kind }
    }

    fn inner(&self, mut kind: Bytes<'a>, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = kind.kind().ok_or(fmt::Error)?;
        fmt::Display::fmt(&Self::new(self.description, kind), out)
    }
}

impl fmt::Display for Written<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Bool => out.write_str("true|false"),
            Kind::Integer(integer) => out.write_str(integer.name()),
            Kind::Text(bound) => write!(out, "string<{bound}>"),
            Kind::Bytes(bound) => write!(out, "bytes<{bound}>"),
            Kind::List(element, bound) => {
                out.write_str("vec<")?;
                self.inner(element, out)?;
                write!(out, ", {bound}>")
            }
            Kind::Optional(inner) => {
                self.inner(inner, out)?;
                out.write_char('?')
            }
            Kind::Capability => out.write_str("a capability"),
            Kind::Lent => out.write_str("a lent buffer"),
            Kind::Declared(number) => {
                let found = self.description.declared(number);
                let (description, declared) = found.ok_or(fmt::Error)?;
                write_declared(description, declared, out)
            }
        }
    }
}

fn write_declared(
    description: Description<'_>,
    declared: Declared<'_>,
    out: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    match declared {
        Declared::Struct(bytes) => {
            let fields = Fields::read(bytes).ok_or(fmt::Error)?;
            write_fields(description, fields, out)
        }
        Declared::Table(bytes) => {
            let fields = members(bytes).map(|(_, name, kind)| (name, kind));
            write_fields(description, fields, out)
        }
        Declared::Union(repr, bytes) => {
            let mut separator = "";
            for (_, name, payload) in variants(repr, bytes) {
                write!(out, "{separator}{name}")?;
                if let Some(kind) = payload {
                    write!(out, "({})", Written::new(description, kind))?;
                }
                separator = "|";
            }
            Ok(())
        }
        Declared::Enum(repr, bytes) | Declared::Bits(repr, bytes) => {
            let mut separator = "";
            for (_, name) in entries(repr, bytes) {
                write!(out, "{separator}{name}")?;
                separator = "|";
            }
            Ok(())
        }
    }
}

fn write_fields<'a>(
    description: Description<'a>,
    fields: impl Iterator<Item = (&'a str, Kind<'a>)>,
    out: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let mut separator = "{";
    for (name, kind) in fields {
        write!(
            out,
            "{separator}{name}: {}",
            Written::new(description, kind)
        )?;
        separator = ", ";
    }
    out.write_char('}')
}
