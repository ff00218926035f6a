//! Things with numbers: enums, bits, errors, unions and tables.

use std::collections::BTreeMap;

use super::Checker;
use super::capabilities::Place;
use crate::ast::{self, File, Item, Name, Number, Numbered};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Choice, Entry, Enum, Integer, Member, Table, Union, Variant};

/// What may represent an enum or bits.
const REPRESENTATIONS: &[Integer] = &[Integer::U8, Integer::U16, Integer::U32];

impl Checker<'_> {
    /// Checks an enum or bits.
    pub(super) fn enumeration(
        &mut self,
        item: &Item,
        repr: &Name,
        choice: Choice,
        list: &Numbered<ast::Entry>,
    ) -> Enum {
        self.type_name(&item.name, "a type");
        let repr = self.representation(repr);
        self.entries(item, repr, choice, list)
    }

    /// Checks the entries of an enum, bits or errors.
    pub(super) fn entries(
        &mut self,
        item: &Item,
        repr: Integer,
        choice: Choice,
        list: &Numbered<ast::Entry>,
    ) -> Enum {
        let named = list.entries.iter().map(|entry| (&entry.name, entry.value));
        self.numbers(&item.name, repr, named.collect(), &list.reserved);
        let docs = self.docs(&item.preface, &item.name);
        let entries = list.entries.iter().map(|entry| self.entry(entry, choice));
        Enum {
            docs,
            name: item.name.text.clone(),
            repr,
            choice,
            entries: entries.collect(),
            reserved: values(&list.reserved),
        }
    }

    /// Checks a union.
    pub(super) fn union(
        &mut self,
        file: &File,
        item: &Item,
        repr: &Name,
        list: &Numbered<ast::Variant>,
    ) -> Union {
        self.type_name(&item.name, "a union");
        let repr = self.representation(repr);
        let named = list.entries.iter().map(|entry| (&entry.name, entry.value));
        self.numbers(&item.name, repr, named.collect(), &list.reserved);
        let docs = self.docs(&item.preface, &item.name);
        let variants = list.entries.iter();
        Union {
            docs,
            name: item.name.text.clone(),
            repr,
            variants: variants.map(|one| self.variant(file, one)).collect(),
            reserved: values(&list.reserved),
        }
    }

    fn variant(&mut self, file: &File, variant: &ast::Variant) -> Variant {
        self.attributes(&variant.preface, &[]);
        self.entry_name(&variant.name, "a variant");
        let payload = variant.payload.as_ref();
        Variant {
            docs: self.docs(&variant.preface, &variant.name),
            name: variant.name.text.clone(),
            value: variant.value.value,
            payload: payload.and_then(|kind| self.resolve(file, kind, Place::Inside)),
        }
    }

    /// Checks a table. Its members are kept in the order of their numbers, in which they travel.
    pub(super) fn table(
        &mut self,
        file: &File,
        item: &Item,
        list: &Numbered<ast::Member>,
    ) -> Table {
        self.type_name(&item.name, "a table");
        let members = list.entries.iter();
        let named = members.map(|member| (&member.field.name, member.ordinal));
        self.numbers(&item.name, Integer::U16, named.collect(), &list.reserved);
        let docs = self.docs(&item.preface, &item.name);
        let mut members: Vec<_> = list
            .entries
            .iter()
            .filter_map(|member| self.member(file, member))
            .collect();
        members.sort_by_key(|member| member.ordinal);
        Table {
            docs,
            name: item.name.text.clone(),
            members,
            reserved: values(&list.reserved),
        }
    }

    fn member(&mut self, file: &File, member: &ast::Member) -> Option<Member> {
        if let Some(sign) = member.field.kind.optional {
            let message = format!("`{}` may be absent anyway", member.field.name.text);
            let remedy = "remove the `?`: every member of a table may be absent";
            self.report(Code::BadOptional, sign, message, remedy);
            return None;
        }
        if member.ordinal.value == 0 {
            let message = "0 is not a member's number".to_owned();
            let remedy = "choose 1 to 65535";
            self.report(
                Code::OrdinalOutOfRange,
                member.ordinal.span,
                message,
                remedy,
            );
        }
        let fields = self.fields(file, std::slice::from_ref(&member.field), Place::Inside);
        let ordinal = u16::try_from(member.ordinal.value).ok()?;
        let field = fields.into_iter().next()?;
        Some(Member { ordinal, field })
    }

    /// What all lists of things with numbers have in common.
    fn numbers(
        &mut self,
        owner: &Name,
        repr: Integer,
        named: Vec<(&Name, Number)>,
        reserved: &[Number],
    ) {
        self.not_empty(owner, named.len());
        let (mut values, mut names) = (BTreeMap::new(), BTreeMap::new());
        for (name, number) in named {
            self.in_range(number, repr);
            self.unique(&mut values, number.value, name, Code::DuplicateValue);
            self.unique(&mut names, name.text.clone(), name, Code::DuplicateName);
            self.not_reserved(name, number, reserved);
        }
    }

    /// Reports a number that is in use although it is reserved.
    pub(super) fn not_reserved(&mut self, name: &Name, number: Number, reserved: &[Number]) {
        let found = reserved.iter().find(|other| other.value == number.value);
        if let Some(other) = found {
            let message = format!("`{}` has the reserved number {}", name.text, number.value);
            let remedy = "choose another: somebody may still send it with its old meaning";
            self.diagnostics.push(
                Diagnostic::new(Code::ReservedNumber, number.span, message, remedy)
                    .with_related(other.span, "it is reserved here"),
            );
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
                let remedy = "write u8, u16 or u32";
                self.report(Code::UnknownType, name.span, message, remedy);
                Integer::U32
            })
    }
}

fn values(reserved: &[Number]) -> Vec<u64> {
    reserved.iter().map(|number| number.value).collect()
}
