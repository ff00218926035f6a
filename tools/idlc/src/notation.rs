//! Types of the model as they are written, with the names of other interfaces in front.

use std::fmt;

use crate::model::{CapKind, Rights, Transfer, Type, TypeId};

impl fmt::Display for TypeId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.interface, self.name)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => out.write_str("bool"),
            Self::Integer(integer) => out.write_str(integer.name()),
            Self::Text(bound) => write!(out, "string<{bound}>"),
            Self::Bytes(bound) => write!(out, "bytes<{bound}>"),
            Self::List(element, bound) => write!(out, "vec<{element}, {bound}>"),
            Self::Optional(inner) => write!(out, "{inner}?"),
            Self::Struct(id) | Self::Table(id) | Self::Union(id) | Self::Number(id, ..) => {
                id.fmt(out)
            }
            Self::Lend(direction, bound) => write!(out, "lend<{}, {bound}>", direction.name()),
            Self::Cap(kind, Transfer::Moved) => write!(out, "cap<{kind}>"),
            Self::Cap(kind, Transfer::Copied(rights)) => write!(out, "cap<{kind}, {rights}>"),
            Self::Cap(kind, Transfer::Lent(rights)) => write!(out, "lent<{kind}, {rights}>"),
        }
    }
}

impl fmt::Display for CapKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interface(name) => out.write_str(name),
            Self::Object(name) => out.write_str(name),
        }
    }
}

impl fmt::Display for Rights {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.names().collect();
        out.write_str(&names.join(", "))
    }
}
