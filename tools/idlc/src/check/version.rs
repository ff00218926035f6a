//! The version of an interface: a digest of what both ends must agree on.
//!
//! Names of values and documentation are left out: changing them breaks nobody. What a declared
//! type consists of is digested once, however often it is used.

use std::collections::BTreeMap;

use crate::hash::fnv;
use crate::layout::{Shape, Shapes};
use crate::model::{CapKind, Enum, Field, Interface, Transfer, Type, TypeId};

/// Digests ordinals, types, values and errors.
pub(super) fn digest(interface: &Interface, shapes: &Shapes) -> u64 {
    let mut types = Types {
        shapes,
        known: BTreeMap::new(),
    };
    let mut text = interface.name.clone();
    for method in &interface.methods {
        let arguments = types.fields(&method.arguments);
        let results = types.fields(&method.results);
        let (ordinal, fails) = (method.ordinal, method.fails);
        text += &format!(";{ordinal}({arguments})({results}){fails:?}");
    }
    for found in interface.enums.iter().chain(&interface.error) {
        text += &values(found);
    }
    fnv(text.as_bytes())
}

fn values(found: &Enum) -> String {
    let values: Vec<_> = found
        .entries
        .iter()
        .map(|entry| entry.value.to_string())
        .collect();
    format!(";{}:{}={}", found.name, found.repr.name(), values.join(","))
}

struct Types<'a> {
    shapes: &'a Shapes,
    known: BTreeMap<TypeId, u64>,
}

impl Types<'_> {
    fn fields(&mut self, fields: &[Field]) -> String {
        let all: Vec<_> = fields.iter().map(|field| self.of(&field.kind)).collect();
        all.join(",")
    }

    fn of(&mut self, kind: &Type) -> String {
        match kind {
            Type::Bool => "bool".to_owned(),
            Type::Integer(integer) => integer.name().to_owned(),
            Type::Text(bound) => format!("string{bound}"),
            Type::Bytes(bound) => format!("bytes{bound}"),
            Type::List(element, bound) => format!("[{};{bound}]", self.of(element)),
            Type::Optional(inner) => format!("{}?", self.of(inner)),
            Type::Struct(id) | Type::Table(id) | Type::Union(id) => {
                format!("{:016x}", self.declared(id))
            }
            Type::Number(id, integer, _) => {
                format!("{}.{}:{}", id.interface, id.name, integer.name())
            }
            Type::Lend(direction, bound) => format!("lend {} {bound}", direction.name()),
            Type::Cap(kind, transfer) => capability(kind, *transfer),
        }
    }

    fn declared(&mut self, id: &TypeId) -> u64 {
        if let Some(known) = self.known.get(id) {
            return *known;
        }
        let text = match self.shapes.get(id) {
            Some(Shape::Struct(found)) => format!("{{{}}}", self.fields(&found.fields)),
            Some(Shape::Table(found)) => {
                let members = found.members.iter();
                let each =
                    members.map(|one| format!("{}:{}", one.ordinal, self.of(&one.field.kind)));
                format!("<{}>", each.collect::<Vec<_>>().join(","))
            }
            Some(Shape::Union(found)) => {
                let payload = |kind: &Option<Type>| kind.as_ref().map(|kind| self.of(kind));
                let mut payload = payload;
                let variants = found.variants.iter();
                let each =
                    variants.map(|one| (one.value, payload(&one.payload).unwrap_or_default()));
                format!("|{}{:?}", found.repr.name(), each.collect::<Vec<_>>())
            }
            None => String::new(),
        };
        let digest = fnv(text.as_bytes());
        self.known.insert(id.clone(), digest);
        digest
    }
}

fn capability(kind: &CapKind, transfer: Transfer) -> String {
    let name = match kind {
        CapKind::Interface(name) => name.as_str(),
        CapKind::Object(name) => name,
    };
    match transfer {
        Transfer::Moved => format!("cap {name}"),
        Transfer::Copied(rights) => format!("cap {name} {}", rights.0),
        Transfer::Lent(rights) => format!("lent {name} {}", rights.0),
    }
}
