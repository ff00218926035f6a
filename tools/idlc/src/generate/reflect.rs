//! Descriptions of interfaces for programs that know them only when they run.
//!
//! `libipc::reflect` reads them; its documentation says how they are laid out.

use std::collections::BTreeMap;

use crate::layout::{Shape, Shapes};
use crate::model::{Answer, Choice, Enum, Fails, Field, Integer, Interface, Method, Type, TypeId};

/// The module of all descriptions.
pub(super) fn module(shapes: &Shapes, interfaces: &[Interface]) -> String {
    let mut served: Vec<_> = interfaces.iter().collect();
    served.retain(|one| !one.methods.is_empty());
    served.sort_by(|left, right| left.name.cmp(&right.name));
    let mut text =
        "//! Descriptions of all interfaces, for `libipc::reflect`. Made by `idlc`.\n//!\n\
        //! A program has those that it names, and no others.\n\n\
        use libipc::reflect::Described;\n"
            .to_owned();
    for interface in &served {
        text += &constant(interface, &description(shapes, interfaces, interface));
    }
    text += "\n/// All of them, in the order of their names.\npub const ALL: &[Described] = &[\n";
    for interface in &served {
        text += &format!("    {},\n", interface.name.to_uppercase());
    }
    text + "];\n"
}

/// The description of each interface that has methods, with its name.
pub(super) fn descriptions(shapes: &Shapes, interfaces: &[Interface]) -> Vec<(String, Vec<u8>)> {
    let served = interfaces.iter().filter(|one| !one.methods.is_empty());
    let described = served.map(|one| (one.name.clone(), description(shapes, interfaces, one)));
    described.collect()
}

fn constant(interface: &Interface, bytes: &[u8]) -> String {
    let escaped: String = bytes
        .iter()
        .flat_map(|byte| std::ascii::escape_default(*byte))
        .map(char::from)
        .collect();
    let (name, constant) = (&interface.name, interface.name.to_uppercase());
    format!(
        "\n/// Describes `{name}` in {} bytes.\npub const {constant}: Described = Described {{\n    \
         interface: \"{name}\",\n    description: b\"{escaped}\",\n}};\n",
        bytes.len()
    )
}

fn description(shapes: &Shapes, interfaces: &[Interface], interface: &Interface) -> Vec<u8> {
    let enums = interfaces.iter().flat_map(|one| {
        let id = |found: &Enum| TypeId {
            interface: one.name.clone(),
            name: found.name.clone(),
        };
        one.enums
            .iter()
            .chain(&one.error)
            .map(move |found| (id(found), found))
    });
    let mut writer = Writer {
        shapes,
        enums: enums.collect(),
        bytes: Vec::new(),
        types: Vec::new(),
    };
    writer.interface(interface);
    writer.bytes
}

struct Writer<'a> {
    shapes: &'a Shapes,
    enums: BTreeMap<TypeId, &'a Enum>,
    bytes: Vec<u8>,
    /// Declared types that were named, in the order of their numbers.
    types: Vec<TypeId>,
}

impl Writer<'_> {
    fn interface(&mut self, interface: &Interface) {
        let error = interface.fails_with.as_ref();
        let error = error.map_or(u8::MAX, |id| self.number(id));
        self.byte(error);
        self.length(interface.methods.len());
        for method in &interface.methods {
            self.block(|writer| writer.method(method));
        }
        let mut next = 0;
        while let Some(id) = self.types.get(next).cloned() {
            self.block(|writer| writer.declared(&id));
            next += 1;
        }
    }

    fn method(&mut self, method: &Method) {
        self.text(&method.name);
        self.short(method.ordinal);
        let fails = u8::from(method.fails == Fails::WithError);
        let unanswered = u8::from(method.answer == Answer::Never);
        self.byte(fails | unanswered << 1);
        self.fields(&method.arguments);
        self.fields(&method.results);
    }

    fn fields(&mut self, fields: &[Field]) {
        self.length(fields.len());
        for field in fields {
            self.text(&field.name);
            self.kind(&field.kind);
        }
    }

    fn kind(&mut self, kind: &Type) {
        match kind {
            Type::Bool => self.byte(0),
            Type::Integer(integer) => self.byte(code(*integer)),
            Type::Text(bound) => self.bounded(9, *bound),
            Type::Bytes(bound) => self.bounded(10, *bound),
            Type::List(element, bound) => {
                self.bounded(11, *bound);
                self.kind(element);
            }
            Type::Optional(inner) => {
                self.byte(12);
                self.kind(inner);
            }
            Type::Struct(id) | Type::Table(id) | Type::Union(id) | Type::Number(id, ..) => {
                let number = self.number(id);
                self.bytes.extend([13, number]);
            }
            Type::Cap(..) => self.byte(14),
            Type::Lend(..) => self.byte(15),
        }
    }

    fn declared(&mut self, id: &TypeId) {
        match self.shapes.get(id) {
            Some(Shape::Struct(found)) => {
                self.byte(0);
                self.fields(&found.fields);
            }
            Some(Shape::Table(found)) => {
                self.byte(1);
                self.length(found.members.len());
                for member in &found.members {
                    self.short(member.ordinal);
                    self.text(&member.field.name);
                    self.kind(&member.field.kind);
                }
            }
            Some(Shape::Union(found)) => {
                self.bytes.extend([2, code(found.repr)]);
                self.length(found.variants.len());
                for variant in &found.variants {
                    self.value(found.repr, variant.value);
                    self.text(&variant.name);
                    match &variant.payload {
                        Some(kind) => self.kind(kind),
                        None => self.byte(u8::MAX),
                    }
                }
            }
            None => {
                if let Some(found) = self.enums.get(id).copied() {
                    self.numbers(found);
                }
            }
        }
    }

    fn numbers(&mut self, found: &Enum) {
        let kind = match found.choice {
            Choice::One => 3,
            Choice::Any => 4,
        };
        self.bytes.extend([kind, code(found.repr)]);
        self.length(found.entries.len());
        for entry in &found.entries {
            self.value(found.repr, entry.value);
            self.text(&entry.name);
        }
    }

    /// The number of a declared type, which it gets when it is first named.
    fn number(&mut self, id: &TypeId) -> u8 {
        let known = self.types.iter().position(|other| other == id);
        let place = known.unwrap_or_else(|| {
            self.types.push(id.clone());
            self.types.len() - 1
        });
        u8::try_from(place).unwrap_or(u8::MAX)
    }

    /// What `write` writes, with its length before it.
    fn block(&mut self, write: impl FnOnce(&mut Self)) {
        let start = self.bytes.len();
        self.bytes.extend([0; 2]);
        write(self);
        let length = self.bytes.len() - start - 2;
        let length = u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes();
        if let Some(place) = self.bytes.get_mut(start..start + 2) {
            place.copy_from_slice(&length);
        }
    }

    fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    fn short(&mut self, number: u16) {
        self.bytes.extend(number.to_le_bytes());
    }

    /// As many bytes of a number as its type has.
    fn value(&mut self, kind: Integer, number: u64) {
        let bytes = number.to_le_bytes();
        self.bytes
            .extend(bytes.into_iter().take(kind.bytes() as usize));
    }

    fn bounded(&mut self, kind: u8, bound: u64) {
        self.byte(kind);
        self.short(u16::try_from(bound).unwrap_or(u16::MAX));
    }

    fn length(&mut self, length: usize) {
        self.byte(u8::try_from(length).unwrap_or(u8::MAX));
    }

    fn text(&mut self, text: &str) {
        self.length(text.len());
        self.bytes.extend(text.bytes());
    }
}

fn code(integer: Integer) -> u8 {
    match integer {
        Integer::U8 => 1,
        Integer::U16 => 2,
        Integer::U32 => 3,
        Integer::U64 => 4,
        Integer::I8 => 5,
        Integer::I16 => 6,
        Integer::I32 => 7,
        Integer::I64 => 8,
    }
}
