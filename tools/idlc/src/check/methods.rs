//! Methods: ordinals, errors, sizes, and what a ring can carry.

use std::collections::BTreeMap;

use super::types::Place;
use super::{Checker, attributes};
use crate::ast::{self, File, Item, ItemKind, Name};
use crate::diagnostic::Code;
use crate::layout::{self, MAX_CAPS, MAX_MESSAGE, MAX_RING_REPLY, MAX_RING_REQUEST};
use crate::model::{Answer, Fails, Field, Interface, Method, Sizes, Type, Ways};

impl Checker<'_> {
    /// Checks the methods of a file and adds them to its interface.
    pub(super) fn methods(&mut self, file: &File, interface: &mut Interface) {
        self.uses(file);
        let all = attributes::find(&file.interface.preface, "ring");
        let ways = all.map_or(Ways::Call, |_| Ways::CallAndRing);
        let mut ordinals = BTreeMap::new();
        for item in &file.interface.items {
            let ItemKind::Method(method) = &item.kind else {
                continue;
            };
            let ordinal = method.ordinal.value;
            self.unique(&mut ordinals, ordinal, &item.name, Code::DuplicateOrdinal);
            let found = self.method(file, item, method, ways);
            if found.fails == Fails::WithError && interface.error.is_none() {
                self.no_error(&item.name, method);
            }
            interface.methods.push(found);
        }
    }

    fn method(&mut self, file: &File, item: &Item, method: &ast::Method, ways: Ways) -> Method {
        self.method_name(&item.name);
        self.attributes(&item.preface, &["deferred", "ring"]);
        let has = |attribute| attributes::find(&item.preface, attribute).is_some();
        let arguments = self.fields(file, &method.arguments, Place::Method);
        let results = self.fields(file, &method.results, Place::Method);
        let found = Method {
            docs: self.docs(&item.preface, &item.name),
            name: item.name.text.clone(),
            ordinal: self.ordinal(method),
            fails: method.error.map_or(Fails::Never, |_| Fails::WithError),
            answer: if has("deferred") {
                Answer::Deferred
            } else {
                Answer::Now
            },
            ways: if has("ring") { Ways::CallAndRing } else { ways },
            sizes: Sizes {
                request: layout::end(&self.structs, &arguments, 0),
                reply: layout::end(&self.structs, &results, 0),
            },
            arguments,
            results,
        };
        self.fits(&item.name, &found);
        found
    }

    fn ordinal(&mut self, method: &ast::Method) -> u16 {
        let value = method.ordinal.value;
        match u16::try_from(value) {
            Ok(ordinal) if ordinal > 0 => ordinal,
            _ => {
                let place = method.ordinal.span;
                let message = format!("{value} is not an ordinal");
                self.report(Code::OrdinalOutOfRange, place, message, "choose 1 to 65535");
                1
            }
        }
    }

    fn no_error(&mut self, name: &Name, method: &ast::Method) {
        let place = method.error.unwrap_or(name.span);
        let message = format!(
            "`{}` can fail, but the interface declares no errors",
            name.text
        );
        self.report(
            Code::NoErrorDeclared,
            place,
            message,
            "add `error Error { … }`",
        );
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
        .filter(|field| matches!(field.kind, Type::Cap(_)))
        .count()
}
