//! The version of an interface: a digest of what both ends must agree on.
//!
//! Names of values and documentation are left out: changing them breaks nobody.

use crate::hash::fnv;
use crate::layout::Structs;
use crate::model::{CapKind, Enum, Field, Interface, Type};

/// Digests ordinals, types, values and errors.
pub(super) fn digest(interface: &Interface, structs: &Structs) -> u64 {
    let mut text = interface.name.clone();
    for method in &interface.methods {
        let arguments = fields(structs, &method.arguments);
        let results = fields(structs, &method.results);
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

fn fields(structs: &Structs, fields: &[Field]) -> String {
    let all: Vec<_> = fields
        .iter()
        .map(|field| shape(structs, &field.kind))
        .collect();
    all.join(",")
}

fn shape(structs: &Structs, kind: &Type) -> String {
    match kind {
        Type::Bool => "bool".to_owned(),
        Type::Integer(integer) => integer.name().to_owned(),
        Type::Text(bound) => format!("string{bound}"),
        Type::Bytes(bound) => format!("bytes{bound}"),
        Type::List(element, bound) => format!("[{};{bound}]", shape(structs, element)),
        Type::Struct(id) => structs.get(id).map_or_else(String::new, |found| {
            format!("{{{}}}", self::fields(structs, &found.fields))
        }),
        Type::Number(id, integer) => format!("{}.{}:{}", id.interface, id.name, integer.name()),
        Type::Cap(CapKind::Interface(name)) => format!("cap {name}"),
        Type::Cap(CapKind::Object(name)) => format!("cap {name}"),
    }
}
