//! Enums, bits and errors.

use std::collections::BTreeMap;

use super::Checker;
use crate::ast::{self, Item, Name};
use crate::diagnostic::Code;
use crate::model::{Choice, Entry, Enum, Integer};

/// What may represent an enum or bits.
const REPRESENTATIONS: &[Integer] = &[Integer::U8, Integer::U16, Integer::U32];

impl Checker<'_> {
    /// Checks the errors of an interface.
    pub(super) fn errors(&mut self, item: &Item, entries: &[ast::Entry]) -> Enum {
        if item.name.text != "Error" {
            let message = format!("errors are named `{}`", item.name.text);
            self.report(
                Code::NameStyle,
                item.name.span,
                message,
                "name them `Error`",
            );
        }
        self.entries(item, Integer::U32, Choice::One, entries)
    }

    /// Checks an enum or bits.
    pub(super) fn enumeration(
        &mut self,
        item: &Item,
        repr: &Name,
        choice: Choice,
        entries: &[ast::Entry],
    ) -> Enum {
        self.type_name(&item.name, "a type");
        let repr = self.representation(repr);
        self.entries(item, repr, choice, entries)
    }

    fn entries(
        &mut self,
        item: &Item,
        repr: Integer,
        choice: Choice,
        entries: &[ast::Entry],
    ) -> Enum {
        self.not_empty(&item.name, entries.len());
        let (mut values, mut names) = (BTreeMap::new(), BTreeMap::new());
        for entry in entries {
            let name = &entry.name;
            self.in_range(entry.value, repr);
            self.unique(&mut values, entry.value.value, name, Code::DuplicateValue);
            self.unique(&mut names, name.text.clone(), name, Code::DuplicateName);
        }
        let docs = self.docs(&item.preface, &item.name);
        let entries = entries.iter().map(|entry| self.entry(entry, choice));
        Enum {
            docs,
            name: item.name.text.clone(),
            repr,
            choice,
            entries: entries.collect(),
        }
    }

    fn entry(&mut self, entry: &ast::Entry, choice: Choice) -> Entry {
        self.attributes(&entry.preface, &[]);
        match choice {
            Choice::One => self.entry_name(&entry.name, "an entry"),
            Choice::Any => self.bit(entry),
        }
        Entry {
            docs: self.docs(&entry.preface, &entry.name),
            name: entry.name.text.clone(),
            value: entry.value.value,
        }
    }

    fn bit(&mut self, entry: &ast::Entry) {
        self.upper_case(&entry.name, "a bit");
        if entry.value.value == 0 {
            let message = format!("`{}` stands for no bit at all", entry.name.text);
            let remedy = "give it a bit; no bits at all are written `empty()`";
            self.report(Code::ValueOutOfRange, entry.name.span, message, remedy);
        }
    }

    fn representation(&mut self, name: &Name) -> Integer {
        let found = Integer::from_name(&name.text);
        found
            .filter(|integer| REPRESENTATIONS.contains(integer))
            .unwrap_or_else(|| {
                let message = format!("`{}` cannot represent it", name.text);
                self.report(
                    Code::UnknownType,
                    name.span,
                    message,
                    "write u8, u16 or u32",
                );
                Integer::U32
            })
    }
}
