//! How a message is laid out, row by row: what stands where and how long it can be.

use crate::layout::{Measure, Shape, Shapes, TABLE_WORD};
use crate::model::{Field, Integer, Table, Type, TypeId, Union};

/// How long something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bytes {
    /// Always so many bytes.
    Exactly(u64),
    /// Up to so many bytes.
    UpTo(u64),
}

/// One part of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it begins, if that is always the same place.
    pub at: Option<u64>,
    /// How long it is.
    pub bytes: Bytes,
    /// What it is called; empty if it is padding.
    pub name: String,
    /// What it is.
    pub what: String,
}

/// The rows of a message that carries `fields`; capabilities take no room.
pub fn rows(shapes: &Shapes, fields: &[Field]) -> Vec<Row> {
    let mut walk = Walk {
        shapes,
        at: Some(0),
        rows: Vec::new(),
    };
    for field in fields {
        walk.value(&field.name, &field.kind);
    }
    walk.rows
}

struct Walk<'a> {
    shapes: &'a Shapes,
    /// Where the next part begins, as long as that is always the same place.
    at: Option<u64>,
    rows: Vec<Row>,
}

impl Walk<'_> {
    fn value(&mut self, name: &str, kind: &Type) {
        match kind {
            Type::Bool => self.scalar(name, 1, "bool".to_owned()),
            Type::Integer(integer) => self.scalar(name, integer.bytes(), kind.to_string()),
            Type::Number(_, integer, _) => {
                self.scalar(
                    name,
                    integer.bytes(),
                    format!("{kind}, a {}", integer.name()),
                );
            }
            Type::Text(bound) | Type::Bytes(bound) => {
                self.scalar(&format!("{name}.length"), 4, "u32".to_owned());
                self.varying(name, *bound, kind.to_string());
            }
            Type::List(element, bound) => self.list(name, element, *bound),
            Type::Optional(inner) => {
                self.scalar(
                    &format!("{name}?"),
                    1,
                    "0: absent, 1: it follows".to_owned(),
                );
                self.sometimes(name, inner);
            }
            Type::Struct(id) | Type::Table(id) | Type::Union(id) => self.declared(name, id),
            Type::Lend(..) => {
                self.scalar(&format!("{name}.offset"), 4, "u32".to_owned());
                self.scalar(&format!("{name}.length"), 4, "u32".to_owned());
            }
            Type::Cap(..) => {}
        }
    }

    fn declared(&mut self, name: &str, id: &TypeId) {
        match self.shapes.get(id) {
            Some(Shape::Struct(found)) => {
                for field in &found.fields {
                    self.value(&format!("{name}.{}", field.name), &field.kind);
                }
            }
            Some(Shape::Table(found)) => self.table(name, found),
            Some(Shape::Union(found)) => self.union(name, found),
            None => {}
        }
    }

    fn table(&mut self, name: &str, found: &Table) {
        let what = "how many members follow".to_owned();
        self.scalar(&format!("{name}.members"), TABLE_WORD, what);
        for member in &found.members {
            let name = format!("{name}.{}", member.field.name);
            let longest = self.longest(&member.field.kind, 0);
            let what = format!("member {}: {}", member.ordinal, member.field.kind);
            let padded = longest.next_multiple_of(TABLE_WORD);
            self.varying(&name, padded.saturating_add(TABLE_WORD), what);
        }
    }

    fn union(&mut self, name: &str, found: &Union) {
        let repr = found.repr;
        self.scalar(
            &format!("{name}.tag"),
            repr.bytes(),
            format!("a {}", repr.name()),
        );
        let start = self.at;
        for variant in &found.variants {
            if let Some(kind) = &variant.payload {
                self.at = start;
                self.sometimes(&format!("{name}.{}", variant.name), kind);
            }
        }
        self.at = None;
    }

    /// A value that need not be there.
    fn sometimes(&mut self, name: &str, kind: &Type) {
        let longest = self.longest(kind, self.at.unwrap_or_default());
        self.varying(name, longest, kind.to_string());
    }

    fn list(&mut self, name: &str, element: &Type, bound: u64) {
        self.scalar(&format!("{name}.length"), 4, Integer::U32.name().to_owned());
        let kind = Type::List(Box::new(element.clone()), bound);
        let longest = self.longest(&kind, 0).saturating_sub(4);
        self.varying(name, longest, kind.to_string());
    }

    fn longest(&self, kind: &Type, at: u64) -> u64 {
        let end = Measure::new(self.shapes).end_of(kind, at);
        end.saturating_sub(at)
    }

    fn scalar(&mut self, name: &str, bytes: u64, what: String) {
        if let Some(at) = self.at {
            let start = at.next_multiple_of(bytes);
            if start > at {
                self.row(
                    Some(at),
                    Bytes::Exactly(start - at),
                    "",
                    "padding".to_owned(),
                );
            }
            self.row(Some(start), Bytes::Exactly(bytes), name, what);
            self.at = Some(start + bytes);
        } else {
            let what = match bytes {
                1 => what,
                _ => format!("{what}, at the next multiple of {bytes}"),
            };
            self.row(None, Bytes::Exactly(bytes), name, what);
        }
    }

    fn varying(&mut self, name: &str, longest: u64, what: String) {
        self.row(self.at, Bytes::UpTo(longest), name, what);
        self.at = None;
    }

    fn row(&mut self, at: Option<u64>, bytes: Bytes, name: &str, what: String) {
        let name = name.to_owned();
        self.rows.push(Row {
            at,
            bytes,
            name,
            what,
        });
    }
}
