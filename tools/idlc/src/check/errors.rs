//! The errors of an interface: its own, its own on top of another's, or another's.

use super::Checker;
use super::types::import;
use crate::ast::{self, File, Item, ItemKind, Name, Numbered, Use};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Choice, Entry, Integer, Interface, TypeId};

/// What every error is named.
const ERROR: &str = "Error";

impl Checker<'_> {
    /// Checks the errors that an interface declares.
    pub(super) fn errors(
        &mut self,
        item: &Item,
        base: Option<&Use>,
        list: &Numbered<ast::Entry>,
        interface: &mut Interface,
    ) {
        if item.name.text != ERROR {
            let message = format!("errors are named `{}`", item.name.text);
            let place = item.name.span;
            self.report(Code::NameStyle, place, message, "name them `Error`");
        }
        let mut own = self.entries(item, Integer::U32, Choice::One, list);
        if let Some(base) = base {
            let taken = self.base(base, &interface.name);
            for entry in &taken {
                self.differs_from_base(list, entry, base);
            }
            interface.base = Some((base.interface.text.clone(), taken.len()));
            own.entries.splice(0..0, taken);
        }
        interface.error = Some(own);
    }

    /// The entries that an interface takes over; none if there is something wrong with them.
    fn base(&mut self, base: &Use, own: &str) -> Vec<Entry> {
        if !self.is_interface(&base.interface) {
            return Vec::new();
        }
        let found = self.scope.item(&base.interface.text, &base.item.text);
        match found.map(|item| &item.kind) {
            Some(ItemKind::Error {
                base: None,
                entries,
            }) if base.interface.text != own => entries.entries.iter().map(taken_over).collect(),
            _ => {
                let message = format!(
                    "`{}.{}` is not an error to build on",
                    base.interface.text, base.item.text
                );
                let remedy = "name `other.Error` of another interface that builds on none itself";
                self.report(Code::BadError, base.item.span, message, remedy);
                Vec::new()
            }
        }
    }

    fn differs_from_base(&mut self, list: &Numbered<ast::Entry>, taken: &Entry, base: &Use) {
        for entry in &list.entries {
            let code = if entry.name.text == taken.name {
                Code::DuplicateName
            } else if entry.value.value == taken.value {
                Code::DuplicateValue
            } else {
                continue;
            };
            let message = format!(
                "`{}` = {} is taken by `{}` = {} of `{}`",
                entry.name.text, entry.value.value, taken.name, taken.value, base.interface.text
            );
            let remedy = "remove it if it means the same, or choose another name and number";
            let related = (base.item.span, "the other error is taken over here");
            self.diagnostics.push(
                Diagnostic::new(code, entry.name.span, message, remedy)
                    .with_related(related.0, related.1),
            );
        }
    }

    /// Which error the methods of an interface answer.
    pub(super) fn fails_with(&mut self, file: &File, interface: &Interface) -> Option<TypeId> {
        let imported = import(file, &error_name(file));
        let owner = match (&interface.error, imported) {
            (Some(_), _) => &interface.name,
            (None, Some(line)) => &line.interface.text,
            (None, None) => return None,
        };
        Some(TypeId {
            interface: owner.clone(),
            name: ERROR.to_owned(),
        })
    }

    /// Reports a method that can fail in an interface without errors.
    pub(super) fn no_error(&mut self, name: &Name, method: &ast::Method) {
        let place = method.error.unwrap_or(name.span);
        let message = format!("`{}` can fail, but the interface has no errors", name.text);
        let remedy = "add `error Error { … }`, or import one: `use other.Error;`";
        self.report(Code::NoErrorDeclared, place, message, remedy);
    }
}

fn error_name(file: &File) -> Name {
    Name {
        text: ERROR.to_owned(),
        span: file.interface.name.span,
    }
}

fn taken_over(entry: &ast::Entry) -> Entry {
    Entry {
        docs: entry.preface.docs.clone(),
        name: entry.name.text.clone(),
        value: entry.value.value,
    }
}
