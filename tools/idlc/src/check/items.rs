//! Declarations other than methods: constants and structs, and the way to the others.

use std::collections::BTreeMap;

use super::Checker;
use super::capabilities::Place;
use crate::ast::{self, File, Item, ItemKind, Name, Number, TypeRef};
use crate::diagnostic::{Code, Diagnostic};
use crate::layout::Shape;
use crate::model::{Alias, Choice, Constant, Field, Integer, Interface, Struct, TypeId};
use crate::source::Span;

impl Checker<'_> {
    /// Checks one declaration and adds it to the interface.
    pub(super) fn declaration(&mut self, file: &File, item: &Item, interface: &mut Interface) {
        self.attributes(&item.preface, &[]);
        match &item.kind {
            ItemKind::Const { repr, value } => {
                let found = self.constant_item(item, repr, *value);
                interface.constants.push(found);
            }
            ItemKind::Alias(kind) => {
                let found = self.alias_item(file, item, kind);
                interface.aliases.extend(found);
            }
            ItemKind::Table(list) => {
                let found = self.table(file, item, list);
                self.shape(file, item, Shape::Table(found.clone()));
                interface.tables.push(found);
            }
            ItemKind::Union { repr, variants } => {
                let found = self.union(file, item, repr, variants);
                self.shape(file, item, Shape::Union(found.clone()));
                interface.unions.push(found);
            }
            ItemKind::Struct(fields) => {
                let found = self.structure(file, item, fields);
                self.shape(file, item, Shape::Struct(found.clone()));
                interface.structs.push(found);
            }
            ItemKind::Enum { repr, entries } => {
                let found = self.enumeration(item, repr, Choice::One, entries);
                interface.enums.push(found);
            }
            ItemKind::Bits { repr, entries } => {
                let found = self.enumeration(item, repr, Choice::Any, entries);
                interface.enums.push(found);
            }
            ItemKind::Error { base, entries } => {
                self.errors(item, base.as_ref(), entries, interface);
            }
            ItemKind::Reserved(numbers) => self.reserve(numbers, interface),
            ItemKind::Method(_) => {}
        }
    }

    fn constant_item(&mut self, item: &Item, repr: &Name, value: Number) -> Constant {
        self.upper_case(&item.name, "a constant");
        let repr = self.integer(repr);
        self.in_range(value, repr);
        Constant {
            docs: self.docs(&item.preface, &item.name),
            name: item.name.text.clone(),
            repr,
            value: value.value,
        }
    }

    fn alias_item(&mut self, file: &File, item: &Item, kind: &TypeRef) -> Option<Alias> {
        self.type_name(&item.name, "a type");
        let docs = self.docs(&item.preface, &item.name);
        let id = type_id(file, &item.name);
        self.aliases.push(id);
        let kind = self.resolve(file, kind, Place::Inside);
        self.aliases.pop();
        Some(Alias {
            docs,
            name: item.name.text.clone(),
            kind: kind?,
        })
    }

    fn reserve(&mut self, numbers: &[Number], interface: &mut Interface) {
        for number in numbers {
            let ordinal = self.declared_ordinal(*number);
            interface.reserved.push(ordinal);
        }
    }

    fn shape(&mut self, file: &File, item: &Item, shape: Shape) {
        self.shapes.insert(type_id(file, &item.name), shape);
    }

    fn structure(&mut self, file: &File, item: &Item, fields: &[ast::Field]) -> Struct {
        self.type_name(&item.name, "a struct");
        self.not_empty(&item.name, fields.len());
        Struct {
            docs: self.docs(&item.preface, &item.name),
            name: item.name.text.clone(),
            fields: self.fields(file, fields, Place::Inside),
        }
    }

    /// Checks the fields of a struct, or arguments or results; those with a wrong type are left out.
    pub(super) fn fields(
        &mut self,
        file: &File,
        fields: &[ast::Field],
        place: Place,
    ) -> Vec<Field> {
        let mut names = BTreeMap::new();
        let mut found = Vec::new();
        for field in fields {
            self.attributes(&field.preface, &[]);
            self.value_name(&field.name);
            let key = field.name.text.clone();
            self.unique(&mut names, key, &field.name, Code::DuplicateName);
            let docs = match place {
                Place::Inside => self.docs(&field.preface, &field.name),
                _ => field.preface.docs.clone(),
            };
            if let Some(kind) = self.resolve(file, &field.kind, place) {
                let name = field.name.text.clone();
                found.push(Field { docs, name, kind });
            }
        }
        found
    }

    /// Reports `name` if its `key` was seen before.
    pub(super) fn unique<K: Ord + std::fmt::Display>(
        &mut self,
        seen: &mut BTreeMap<K, Span>,
        key: K,
        name: &Name,
        code: Code,
    ) {
        let (message, remedy) = match code {
            Code::DuplicateName => (format!("`{key}` exists already"), "rename one of the two"),
            _ => (
                format!("`{}` has the number {key}, which is taken", name.text),
                "give it another one; what is in use keeps its number",
            ),
        };
        if let Some(first) = seen.insert(key, name.span) {
            self.diagnostics.push(
                Diagnostic::new(code, name.span, message, remedy)
                    .with_related(first, "the first one is here"),
            );
        }
    }

    /// Reports something without anything in it.
    pub(super) fn not_empty(&mut self, name: &Name, count: usize) {
        if count == 0 {
            let message = format!("`{}` is empty", name.text);
            self.report(
                Code::Empty,
                name.span,
                message,
                "give it at least one entry, or remove it",
            );
        }
    }

    /// Reports a value that its type cannot hold.
    pub(super) fn in_range(&mut self, value: Number, repr: Integer) {
        if value.value > repr.max() {
            let message = format!("{} does not fit {}", value.value, repr.name());
            let place = value.span;
            let remedy = format!("choose at most {}, or a wider type", repr.max());
            self.report(Code::ValueOutOfRange, place, message, &remedy);
        }
    }

    fn integer(&mut self, name: &Name) -> Integer {
        Integer::from_name(&name.text).unwrap_or_else(|| {
            let message = format!("`{}` is not an integer", name.text);
            self.report(
                Code::UnknownType,
                name.span,
                message,
                "write u8 to u64 or i8 to i64",
            );
            Integer::U64
        })
    }
}

fn type_id(file: &File, name: &Name) -> TypeId {
    TypeId {
        interface: file.interface.name.text.clone(),
        name: name.text.clone(),
    }
}
