//! Capabilities: what they name, how they change hands, with which rights.

use super::Checker;
use crate::ast::{Name, Parameter, TypeRef};
use crate::diagnostic::Code;
use crate::model::{CapKind, Rights, Transfer, Type};
use crate::suggest;

/// Where a type stands: capabilities travel beside a message, so only methods can name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// An argument of a method.
    Argument,
    /// An argument of a method that answers later.
    LaterArgument,
    /// A result of a method.
    Result,
    /// Inside another type.
    Inside,
}

/// Kernel objects by their names in the IDL and in Rust.
const OBJECTS: &[(&str, &str)] = &[
    ("untyped", "Untyped"),
    ("cnode", "CNode"),
    ("thread", "Thread"),
    ("sched_context", "SchedContext"),
    ("notification", "Notification"),
    ("address_space", "AddressSpace"),
    ("frame", "Frame"),
    ("irq_control", "IrqControl"),
    ("irq_handler", "IrqHandler"),
    ("io_ports", "IoPorts"),
    ("kernel_log", "Log"),
    ("machine", "Machine"),
    ("sched_control", "SchedControl"),
];

impl Checker<'_> {
    /// `cap<KIND>` is moved, `cap<KIND, RIGHT…>` copied, `lent<KIND, RIGHT…>` a copy for one method.
    pub(super) fn capability(&mut self, kind: &TypeRef, place: Place) -> Option<Type> {
        let [Parameter::Type(named), rights @ ..] = kind.parameters.as_slice() else {
            self.parameters(kind, "the name of an interface or kernel object");
            return None;
        };
        if place == Place::Inside {
            let message = "a capability cannot stand inside another type".to_owned();
            let remedy = "make it an argument or result of its own";
            self.report(Code::CapabilityInside, kind.name.span, message, remedy);
            return None;
        }
        let found = self.cap_kind(named)?;
        Some(Type::Cap(found, self.transfer(kind, rights, place)?))
    }

    fn transfer(&mut self, kind: &TypeRef, rights: &[Parameter], place: Place) -> Option<Transfer> {
        let is_lent = kind.name.text == "lent";
        let rights = match (rights, is_lent) {
            ([], false) => return Some(Transfer::Moved),
            ([], true) => {
                let (message, remedy) = (
                    "what is lent has no rights",
                    "name the rights: `lent<frame, READ>`",
                );
                return self.bad_rights(kind, message, remedy);
            }
            (rights, _) => self.rights(rights)?,
        };
        match (place, is_lent) {
            (Place::Result, _) => {
                let remedy = "return `cap<KIND>`; the server gives what it derived";
                self.bad_rights(kind, "a result cannot be copied or lent", remedy)
            }
            (Place::LaterArgument, true) => {
                let remedy = "let it be copied: `cap<KIND, RIGHT>`";
                self.bad_rights(kind, "a method that answers later cannot borrow", remedy)
            }
            (_, true) => Some(Transfer::Lent(rights)),
            (_, false) => Some(Transfer::Copied(rights)),
        }
    }

    fn bad_rights(&mut self, kind: &TypeRef, message: &str, remedy: &str) -> Option<Transfer> {
        self.report(Code::BadRights, kind.span, message.to_owned(), remedy);
        None
    }

    fn rights(&mut self, rights: &[Parameter]) -> Option<Rights> {
        let mut all = 0;
        for right in rights {
            let found = match right {
                Parameter::Type(TypeRef { name, .. }) => self.right(name),
                Parameter::Number(number) => {
                    let message = format!("{} is not the name of a right", number.value);
                    let remedy = format!("write {}", right_names().join(", "));
                    self.report(Code::BadRights, number.span, message, &remedy);
                    None
                }
            };
            all |= found?;
        }
        Some(Rights(all))
    }

    fn right(&mut self, name: &Name) -> Option<u8> {
        let known = Rights::NAMES.iter().find(|(known, _)| *known == name.text);
        if let Some((_, bit)) = known {
            return Some(*bit);
        }
        let message = format!("there is no right `{}`", name.text);
        let remedy = format!("write {}", right_names().join(", "));
        let remedy = suggest::remedy(&name.text, right_names(), &remedy);
        self.report(Code::BadRights, name.span, message, &remedy);
        None
    }

    fn cap_kind(&mut self, named: &TypeRef) -> Option<CapKind> {
        let name = &named.name;
        let object = OBJECTS.iter().find(|(known, _)| *known == name.text);
        match object {
            _ if !named.parameters.is_empty() || named.optional.is_some() => {
                self.unknown_capability(name)
            }
            _ if self.scope.is_served(&name.text) => Some(CapKind::Interface(name.text.clone())),
            Some((_, rust)) => Some(CapKind::Object(rust)),
            None => self.unknown_capability(name),
        }
    }

    fn unknown_capability(&mut self, name: &Name) -> Option<CapKind> {
        let message = match self.scope.has_interface(&name.text) {
            true => format!(
                "interface `{}` has no methods, so nobody serves it",
                name.text
            ),
            false => format!("there is no interface and no kernel object `{}`", name.text),
        };
        let names: Vec<_> = OBJECTS.iter().map(|(known, _)| *known).collect();
        let remedy = format!("name an interface, or one of: {}", names.join(", "));
        let known = names.into_iter().chain(self.scope.interfaces());
        let remedy = suggest::remedy(&name.text, known, &remedy);
        self.report(Code::UnknownCapability, name.span, message, &remedy);
        None
    }
}

fn right_names() -> Vec<&'static str> {
    Rights::NAMES.iter().map(|(name, _)| *name).collect()
}
