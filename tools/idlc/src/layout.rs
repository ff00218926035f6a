//! Greatest sizes of messages, and structs that contain themselves.
//!
//! The greatest size is found by laying every value out at its greatest length: alignment never
//! moves a later value before an earlier one, so longer values never make a shorter message.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Field, Struct, Type, TypeId};

/// The greatest message in bytes; the codec and the kernel have the same limit.
pub const MAX_MESSAGE: u64 = 2048;
/// The greatest number of capabilities in a message.
pub const MAX_CAPS: usize = 4;
/// What fits into a ring's slot.
pub const MAX_RING_REQUEST: u64 = 40;
/// What fits into a ring's completion.
pub const MAX_RING_REPLY: u64 = 4;

/// Where counting stops, so that its time is bounded whatever the source says.
const FAR_TOO_LARGE: u64 = 16 * MAX_MESSAGE;

/// All structs by their names.
pub type Structs = BTreeMap<TypeId, Struct>;

/// The end of `fields` when laid out from `start`, all at their greatest.
pub fn end(structs: &Structs, fields: &[Field], start: u64) -> u64 {
    fields
        .iter()
        .fold(start, |at, field| end_of(structs, &field.kind, at))
}

fn end_of(structs: &Structs, kind: &Type, at: u64) -> u64 {
    if at > FAR_TOO_LARGE {
        return at;
    }
    match kind {
        Type::Bool => at.saturating_add(1),
        Type::Integer(integer) | Type::Number(_, integer) => scalar(at, integer.bytes()),
        Type::Text(bound) | Type::Bytes(bound) => scalar(at, 4).saturating_add(*bound),
        Type::List(element, bound) => {
            (0..*bound).fold(scalar(at, 4), |at, _| end_of(structs, element, at))
        }
        Type::Struct(id) => structs
            .get(id)
            .map_or(at, |found| end(structs, &found.fields, at)),
        Type::Cap(_) => at,
    }
}

fn scalar(at: u64, bytes: u64) -> u64 {
    at.checked_next_multiple_of(bytes)
        .unwrap_or(u64::MAX)
        .saturating_add(bytes)
}

/// The structs that contain themselves, each with the field that leads back.
pub fn cycles(structs: &Structs) -> Vec<(TypeId, String)> {
    let leads_back = |id: &TypeId, field: &Field| reaches(structs, &field.kind, id);
    let mut found = Vec::new();
    for (id, declared) in structs {
        if let Some(field) = declared.fields.iter().find(|field| leads_back(id, field)) {
            found.push((id.clone(), field.name.clone()));
        }
    }
    found
}

/// Whether `kind` contains `target`, itself or through other structs.
fn reaches(structs: &Structs, kind: &Type, target: &TypeId) -> bool {
    let mut seen = BTreeSet::new();
    let mut pending = vec![kind];
    while let Some(next) = pending.pop() {
        match next {
            Type::List(element, _) => pending.push(element),
            Type::Struct(id) if id == target => return true,
            Type::Struct(id) if seen.insert(id) => {
                let fields = structs.get(id).map(|found| found.fields.as_slice());
                pending.extend(fields.unwrap_or_default().iter().map(|field| &field.kind));
            }
            _ => {}
        }
    }
    false
}
