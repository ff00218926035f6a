//! Methods: ordinals, errors, sizes, and what a ring can carry.

use std::collections::BTreeMap;

use super::capabilities::Place;
use super::{Checker, attributes};
use crate::ast::{self, File, Item, ItemKind, Name, Number, Role};
use crate::diagnostic::Code;
use crate::expand::MAX_ORDINAL;
use crate::layout::{MAX_CAPS, MAX_MESSAGE, MAX_RING_REPLY, MAX_RING_REQUEST, Measure};
use crate::model::{
    Answer, Fails, Field, Interface, Method, Removed, Repeat, Sizes, Tolerance, Type, Ways,
};

impl Checker<'_> {
    /// Checks the methods of a file and adds them to its interface.
    pub(super) fn methods(&mut self, file: &File, interface: &mut Interface) {
        self.uses(file);
        let all = attributes::find(&file.interface.preface, "ring");
        let ways = all.map_or(Ways::Call, |_| Ways::CallAndRing);
        let mut ordinals = BTreeMap::new();
        let reserved = reserved(file);
        interface.fails_with = self.fails_with(file, interface);
        let items = file.interface.items.iter();
        let all: Vec<_> = items
            .filter(|item| matches!(item.kind, ItemKind::Method(_)))
            .collect();
        for item in &all {
            let ItemKind::Method(method) = &item.kind else {
                continue;
            };
            let ordinal = method.ordinal.value;
            self.unique(&mut ordinals, ordinal, &item.name, Code::DuplicateOrdinal);
            self.not_reserved(&item.name, method.ordinal, &reserved);
            if let Some(revision) = attributes::revision(&item.preface, "removed") {
                interface.revision = interface.revision.max(revision);
                let removed = self.removed(item, method, revision);
                interface.removed.push(removed);
                continue;
            }
            let mut found = self.method(file, item, method, ways);
            found.deprecated = self.instead(item, &all);
            if found.fails == Fails::WithError && interface.fails_with.is_none() {
                self.no_error(&item.name, method);
            }
            interface.revision = interface.revision.max(found.since);
            interface.methods.push(found);
        }
    }

    /// A method that is gone keeps its ordinal and its name; what it carried is not looked at.
    fn removed(&mut self, item: &Item, method: &ast::Method, revision: u64) -> Removed {
        self.method_name(&item.name);
        self.attributes(&item.preface, &["removed", "since"]);
        Removed {
            ordinal: self.ordinal(method),
            name: item.name.text.clone(),
            revision,
        }
    }

    fn method(&mut self, file: &File, item: &Item, method: &ast::Method, ways: Ways) -> Method {
        self.method_name(&item.name);
        self.attributes(&item.preface, attributes::OF_METHODS);
        let has = |attribute| attributes::find(&item.preface, attribute).is_some();
        let (answer, place) = match (has("deferred"), has("oneway")) {
            (true, _) => (Answer::Deferred, Place::LaterArgument),
            (false, true) => (Answer::Never, Place::Argument),
            (false, false) => (Answer::Now, Place::Argument),
        };
        let arguments = self.fields(file, &method.arguments, place);
        let results = self.fields(file, &method.results, Place::Result);
        let mut measure = Measure::new(&self.shapes);
        let sizes = Sizes {
            request: measure.end(&arguments, 0),
            reply: measure.end(&results, 0),
        };
        let found = Method {
            docs: self.docs(&item.preface, &item.name),
            name: item.name.text.clone(),
            role: method.role,
            ordinal: self.ordinal(method),
            fails: method.error.map_or(Fails::Never, |_| Fails::WithError),
            answer,
            ways: match (method.role, has("ring")) {
                (Role::Made | Role::Opens, false) => Ways::Call,
                (_, true) => Ways::CallAndRing,
                (_, false) => ways,
            },
            tolerance: match has("flexible") {
                true => Tolerance::Flexible,
                false => Tolerance::Strict,
            },
            repeat: match has("idempotent") {
                true => Repeat::Freely,
                false => Repeat::Once,
            },
            since: attributes::revision(&item.preface, "since").unwrap_or(1),
            deprecated: None,
            sizes,
            arguments,
            results,
        };
        if found.ways == Ways::CallAndRing {
            self.name_of_function(&item.name);
        }
        self.fits(&item.name, &found);
        self.contradictions(item, &found);
        found
    }

    fn ordinal(&mut self, method: &ast::Method) -> u16 {
        match method.role {
            Role::Made => method.ordinal.value as u16,
            _ => self.declared_ordinal(method.ordinal),
        }
    }

    pub(super) fn declared_ordinal(&mut self, number: Number) -> u16 {
        let value = number.value;
        match u16::try_from(value) {
            Ok(ordinal) if (1..=MAX_ORDINAL).contains(&value) => ordinal,
            _ => {
                let place = number.span;
                let message = format!("{value} is not an ordinal");
                let remedy = format!("choose 1 to {MAX_ORDINAL}");
                self.report(Code::OrdinalOutOfRange, place, message, &remedy);
                1
            }
        }
    }

    fn fits(&mut self, name: &Name, method: &Method) {
        for (what, fields, bytes) in [
            ("request", &method.arguments, method.sizes.request),
            ("reply", &method.results, method.sizes.reply),
        ] {
            if bytes > MAX_MESSAGE {
                let message = format!("a {what} of `{}` can take {bytes} bytes", name.text);
                let remedy = format!("a message holds {MAX_MESSAGE}; choose smaller bounds");
                self.report(Code::MessageTooLarge, name.span, message, &remedy);
            }
            if caps(fields) > MAX_CAPS {
                let message = format!(
                    "a {what} of `{}` carries {} capabilities",
                    name.text,
                    caps(fields)
                );
                let remedy = format!("a message carries {MAX_CAPS}; split the method");
                self.report(Code::TooManyCapabilities, name.span, message, &remedy);
            }
        }
        if method.ways == Ways::CallAndRing {
            self.fits_ring(name, method);
        }
    }

    fn fits_ring(&mut self, name: &Name, method: &Method) {
        let Sizes { request, reply } = method.sizes;
        let message = if request > MAX_RING_REQUEST {
            format!(
                "a request of `{}` takes {request} bytes, a slot {MAX_RING_REQUEST}",
                name.text
            )
        } else if reply > MAX_RING_REPLY {
            format!(
                "a reply of `{}` takes {reply} bytes, a completion {MAX_RING_REPLY}",
                name.text
            )
        } else if caps(&method.arguments) + caps(&method.results) > 0 {
            format!("`{}` carries capabilities, a ring cannot", name.text)
        } else if method.results.len() > 1 {
            format!(
                "`{}` has several results, a completion carries one",
                name.text
            )
        } else {
            return;
        };
        let remedy = "pass bulk data through a pool, or put `@ring` on the other methods only";
        self.report(Code::NotForRing, name.span, message, remedy);
    }
}

fn caps(fields: &[Field]) -> usize {
    fields
        .iter()
        .filter(|field| matches!(field.kind, Type::Cap(..)))
        .count()
}

/// The numbers behind all `reserved` of a file.
fn reserved(file: &File) -> Vec<Number> {
    let items = file.interface.items.iter();
    let lists = items.filter_map(|item| match &item.kind {
        ItemKind::Reserved(numbers) => Some(numbers.as_slice()),
        _ => None,
    });
    lists.flatten().copied().collect()
}
