//! Declarations other than methods.

use std::collections::BTreeMap;

use super::Checker;
use super::types::Place;
use crate::ast::{self, File, Item, ItemKind, Name, Number};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Choice, Constant, Entry, Enum, Field, Integer, Interface, Struct, TypeId};
use crate::source::Span;

/// What may represent an enum or bits.
const REPRESENTATIONS: &[Integer] = &[Integer::U8, Integer::U16, Integer::U32];

impl Checker<'_> {
    /// Checks one declaration and adds it to the interface.
    pub(super) fn declaration(&mut self, file: &File, item: &Item, interface: &mut Interface) {
        self.attributes(&item.preface, &[]);
        let docs = self.docs(&item.preface, &item.name);
        let name = item.name.text.clone();
        match &item.kind {
            ItemKind::Const { repr, value } => {
                self.upper_case(&item.name, "a constant");
                let repr = self.integer(repr);
                self.in_range(*value, repr);
                interface.constants.push(Constant {
                    docs,
                    name,
                    repr,
                    value: value.value,
                });
            }
            ItemKind::Struct(fields) => {
                self.type_name(&item.name, "a struct");
                self.not_empty(&item.name, fields.len());
                let fields = self.fields(file, fields, Place::Inside);
                let declared = Struct { docs, name, fields };
                let id = TypeId {
                    interface: interface.name.clone(),
                    name: declared.name.clone(),
                };
                self.structs.insert(id, declared.clone());
                interface.structs.push(declared);
            }
            ItemKind::Enum { repr, entries } => {
                self.type_name(&item.name, "a type");
                let repr = self.representation(repr);
                let found = self.enumeration(docs, &item.name, repr, Choice::One, entries);
                interface.enums.push(found);
            }
            ItemKind::Bits { repr, entries } => {
                self.type_name(&item.name, "a type");
                let repr = self.representation(repr);
                let found = self.enumeration(docs, &item.name, repr, Choice::Any, entries);
                interface.enums.push(found);
            }
            ItemKind::Error(entries) => interface.error = Some(self.errors(docs, item, entries)),
            ItemKind::Method(_) => {}
        }
    }

    fn errors(&mut self, docs: Vec<String>, item: &Item, entries: &[ast::Entry]) -> Enum {
        if item.name.text != "Error" {
            let message = format!("errors are named `{}`", item.name.text);
            self.report(Code::NameStyle, &item.name, message, "name them `Error`");
        }
        let found = self.enumeration(docs, &item.name, Integer::U32, Choice::One, entries);
        Enum {
            name: "Error".to_owned(),
            ..found
        }
    }

    fn enumeration(
        &mut self,
        docs: Vec<String>,
        name: &Name,
        repr: Integer,
        choice: Choice,
        entries: &[ast::Entry],
    ) -> Enum {
        self.not_empty(name, entries.len());
        let mut values = BTreeMap::new();
        let mut names = BTreeMap::new();
        for entry in entries {
            self.in_range(entry.value, repr);
            self.unique(
                &mut values,
                entry.value.value,
                &entry.name,
                Code::DuplicateValue,
            );
            self.unique(
                &mut names,
                entry.name.text.clone(),
                &entry.name,
                Code::DuplicateName,
            );
            if choice == Choice::Any && entry.value.value == 0 {
                let message = format!("`{}` stands for no bit at all", entry.name.text);
                let remedy = "give it a bit; no bits at all are written `empty()`";
                self.report(Code::ValueOutOfRange, &entry.name, message, remedy);
            }
        }
        let entries = entries
            .iter()
            .map(|entry| self.entry(entry, choice))
            .collect();
        Enum {
            docs,
            name: name.text.clone(),
            repr,
            choice,
            entries,
        }
    }

    fn entry(&mut self, entry: &ast::Entry, choice: Choice) -> Entry {
        self.attributes(&entry.preface, &[]);
        match choice {
            Choice::One => self.entry_name(&entry.name, "an entry"),
            Choice::Any => self.upper_case(&entry.name, "a bit"),
        }
        let docs = self.docs(&entry.preface, &entry.name);
        Entry {
            docs,
            name: entry.name.text.clone(),
            value: entry.value.value,
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
            self.unique(
                &mut names,
                field.name.text.clone(),
                &field.name,
                Code::DuplicateName,
            );
            let docs = match place {
                Place::Method => field.preface.docs.clone(),
                Place::Inside => self.docs(&field.preface, &field.name),
            };
            if let Some(kind) = self.resolve(file, &field.kind, place) {
                found.push(Field {
                    docs,
                    name: field.name.text.clone(),
                    kind,
                });
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

    fn not_empty(&mut self, name: &Name, count: usize) {
        if count == 0 {
            let message = format!("`{}` is empty", name.text);
            self.report(
                Code::Empty,
                name,
                message,
                "give it at least one entry, or remove it",
            );
        }
    }

    fn in_range(&mut self, value: Number, repr: Integer) {
        if value.value > repr.max() {
            let message = format!("{} does not fit {}", value.value, repr.name());
            let place = Name {
                text: String::new(),
                span: value.span,
            };
            let remedy = format!("choose at most {}, or a wider type", repr.max());
            self.report(Code::ValueOutOfRange, &place, message, &remedy);
        }
    }

    fn integer(&mut self, name: &Name) -> Integer {
        Integer::from_name(&name.text).unwrap_or_else(|| {
            let message = format!("`{}` is not an integer", name.text);
            self.report(
                Code::UnknownType,
                name,
                message,
                "write u8 to u64 or i8 to i64",
            );
            Integer::U64
        })
    }

    fn representation(&mut self, name: &Name) -> Integer {
        let found = Integer::from_name(&name.text);
        found
            .filter(|integer| REPRESENTATIONS.contains(integer))
            .unwrap_or_else(|| {
                let message = format!("`{}` cannot represent it", name.text);
                self.report(Code::UnknownType, name, message, "write u8, u16 or u32");
                Integer::U32
            })
    }
}
