//! Greatest sizes of messages, and types that contain themselves.
//!
//! The greatest size is found by laying every value out at its greatest length: alignment never
//! moves a later value before an earlier one, so longer values never make a shorter message. How
//! much a declared type moves the end depends on where it begins only by the rest modulo eight, so
//! each is measured at most eight times however often it is used.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Field, Interface, Struct, Table, Type, TypeId, Union};

/// The greatest message in bytes; the codec and the kernel have the same limit.
pub const MAX_MESSAGE: u64 = 2048;
/// The longest buffer that can be lent.
pub const MAX_LENT: u64 = 1 << 24;
/// The greatest number of capabilities in a message.
pub const MAX_CAPS: usize = 4;
/// What fits into a ring's slot.
pub const MAX_RING_REQUEST: u64 = 40;
/// What fits into a ring's completion.
pub const MAX_RING_REPLY: u64 = 4;
/// The word before a table, and the one before each member.
pub const TABLE_WORD: u64 = 8;

/// Where counting stops, so that its time is bounded whatever the source says.
const FAR_TOO_LARGE: u64 = 16 * MAX_MESSAGE;

/// How deeply declared types may lie in one another.
const MAX_DEPTH: usize = 32;

/// A declared type with parts.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A struct.
    Struct(Struct),
    /// A table.
    Table(Table),
    /// A union.
    Union(Union),
}

impl Shape {
    /// The types of its parts.
    pub fn parts(&self) -> Vec<&Type> {
        match self {
            Self::Struct(found) => found.fields.iter().map(|field| &field.kind).collect(),
            Self::Table(found) => {
                let members = found.members.iter();
                members.map(|member| &member.field.kind).collect()
            }
            Self::Union(found) => {
                let variants = found.variants.iter();
                variants.filter_map(|one| one.payload.as_ref()).collect()
            }
        }
    }

    /// The part through which it leads to what `leads` says, by its name.
    fn part(&self, leads: impl Fn(&Type) -> bool) -> Option<&str> {
        match self {
            Self::Struct(found) => {
                let field = found.fields.iter().find(|field| leads(&field.kind));
                field.map(|field| field.name.as_str())
            }
            Self::Table(found) => {
                let mut members = found.members.iter().map(|member| &member.field);
                let member = members.find(|field| leads(&field.kind));
                member.map(|field| field.name.as_str())
            }
            Self::Union(found) => {
                let mut variants = found.variants.iter();
                let carries = variants.find(|one| one.payload.as_ref().is_some_and(&leads));
                carries.map(|one| one.name.as_str())
            }
        }
    }
}

/// All structs, tables and unions by their names.
pub type Shapes = BTreeMap<TypeId, Shape>;

/// The structs, tables and unions of interfaces.
pub fn shapes(interfaces: &[Interface]) -> Shapes {
    let mut shapes = Shapes::new();
    for interface in interfaces {
        let mut add = |name: &str, shape| {
            let (interface, name) = (interface.name.clone(), name.to_owned());
            shapes.insert(TypeId { interface, name }, shape);
        };
        for found in &interface.structs {
            add(&found.name, Shape::Struct(found.clone()));
        }
        for found in &interface.tables {
            add(&found.name, Shape::Table(found.clone()));
        }
        for found in &interface.unions {
            add(&found.name, Shape::Union(found.clone()));
        }
    }
    shapes
}

/// Measures types.
#[derive(Debug)]
pub struct Measure<'a> {
    shapes: &'a Shapes,
    known: BTreeMap<(TypeId, u64), u64>,
    depth: usize,
}

impl<'a> Measure<'a> {
    /// Measures types of which those with parts are among `shapes`.
    pub fn new(shapes: &'a Shapes) -> Self {
        Self {
            shapes,
            known: BTreeMap::new(),
            depth: 0,
        }
    }

    /// The end of `fields` when laid out from `start`, all at their greatest.
    pub fn end(&mut self, fields: &[Field], start: u64) -> u64 {
        let kinds = fields.iter().map(|field| &field.kind);
        kinds.fold(start, |at, kind| self.end_of(kind, at))
    }

    /// The end of a value of type `kind` at its greatest that begins at `at`, padding included.
    pub fn end_of(&mut self, kind: &Type, at: u64) -> u64 {
        if at > FAR_TOO_LARGE {
            return at;
        }
        match kind {
            Type::Bool => at.saturating_add(1),
            Type::Integer(integer) | Type::Number(_, integer, _) => scalar(at, integer.bytes()),
            Type::Text(bound) | Type::Bytes(bound) => scalar(at, 4).saturating_add(*bound),
            Type::List(element, bound) => {
                (0..*bound).fold(scalar(at, 4), |at, _| self.end_of(element, at))
            }
            Type::Optional(inner) => self.end_of(inner, at.saturating_add(1)),
            Type::Struct(id) | Type::Table(id) | Type::Union(id) => self.declared(id, at),
            Type::Lend(..) => scalar(at, 8),
            Type::Cap(..) => at,
        }
    }

    fn declared(&mut self, id: &TypeId, at: u64) -> u64 {
        let key = (id.clone(), at % 8);
        if let Some(length) = self.known.get(&key) {
            return at.saturating_add(*length);
        }
        if self.depth == MAX_DEPTH {
            return FAR_TOO_LARGE.saturating_add(1);
        }
        self.depth += 1;
        let end = match self.shapes.get(id) {
            Some(Shape::Struct(found)) => self.end(&found.fields, at),
            Some(Shape::Table(found)) => self.table(found, at),
            Some(Shape::Union(found)) => self.union(found, at),
            None => at,
        };
        self.depth -= 1;
        self.known.insert(key, end.saturating_sub(at));
        end
    }

    fn table(&mut self, found: &Table, at: u64) -> u64 {
        let start = scalar(at, TABLE_WORD);
        found.members.iter().fold(start, |at, member| {
            let start = at.saturating_add(TABLE_WORD);
            let end = self.end_of(&member.field.kind, start);
            end.checked_next_multiple_of(TABLE_WORD).unwrap_or(end)
        })
    }

    fn union(&mut self, found: &Union, at: u64) -> u64 {
        let start = scalar(at, found.repr.bytes());
        let payloads = found.variants.iter().filter_map(|one| one.payload.as_ref());
        payloads.fold(start, |end, kind| end.max(self.end_of(kind, start)))
    }
}

/// The end of a scalar of so many bytes whose place is the next that fits it from `at` on.
pub fn scalar(at: u64, bytes: u64) -> u64 {
    at.checked_next_multiple_of(bytes)
        .unwrap_or(u64::MAX)
        .saturating_add(bytes)
}

/// The types that contain themselves, each with the part that leads back.
pub fn cycles(shapes: &Shapes) -> Vec<(TypeId, String)> {
    let mut found = Vec::new();
    for (id, declared) in shapes {
        if let Some(part) = declared.part(|kind| reaches(shapes, kind, id)) {
            found.push((id.clone(), part.to_owned()));
        }
    }
    found
}

/// Whether `kind` contains `target`, itself or through others.
fn reaches(shapes: &Shapes, kind: &Type, target: &TypeId) -> bool {
    let mut seen = BTreeSet::new();
    let mut pending = vec![kind];
    while let Some(next) = pending.pop() {
        match next {
            Type::List(element, _) | Type::Optional(element) => pending.push(element),
            Type::Struct(id) | Type::Table(id) | Type::Union(id) => {
                if id == target {
                    return true;
                }
                if seen.insert(id) {
                    pending.extend(shapes.get(id).map(Shape::parts).unwrap_or_default());
                }
            }
            _ => {}
        }
    }
    false
}
