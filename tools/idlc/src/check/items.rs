//! Declarations other than methods: constants and structs, and the way to the others.

use std::collections::BTreeMap;

use super::Checker;
use super::types::Place;
use crate::ast::{self, File, Item, ItemKind, Name, Number};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Choice, Constant, Field, Integer, Interface, Struct, TypeId};
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
            ItemKind::Struct(fields) => {
                let found = self.structure(file, item, fields);
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
            ItemKind::Error(entries) => interface.error = Some(self.errors(item, entries)),
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

    fn structure(&mut self, file: &File, item: &Item, fields: &[ast::Field]) -> Struct {
        self.type_name(&item.name, "a struct");
        self.not_empty(&item.name, fields.len());
        let found = Struct {
            docs: self.docs(&item.preface, &item.name),
            name: item.name.text.clone(),
            fields: self.fields(file, fields, Place::Inside),
        };
        let id = TypeId {
            interface: file.interface.name.text.clone(),
            name: found.name.clone(),
        };
        self.structs.insert(id, found.clone());
        found
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
                Place::Method => field.preface.docs.clone(),
                Place::Inside => self.docs(&field.preface, &field.name),
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
