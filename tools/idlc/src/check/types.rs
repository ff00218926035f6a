//! Types as written to types as meant.

use super::Checker;
use crate::ast::{File, ItemKind, Name, Parameter, TypeRef};
use crate::diagnostic::Code;
use crate::layout::MAX_MESSAGE;
use crate::model::{CapKind, Integer, Type, TypeId};

/// Where a type stands: capabilities travel beside a message, so only methods can name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// An argument or result of a method.
    Method,
    /// Inside a struct or a list.
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
    /// Resolves a type; `None` if it is wrong, which has then been reported.
    pub(super) fn resolve(&mut self, file: &File, kind: &TypeRef, place: Place) -> Option<Type> {
        let name = kind.name.text.as_str();
        match name {
            "string" => self.bound(file, kind, 0).map(Type::Text),
            "bytes" => self.bound(file, kind, 0).map(Type::Bytes),
            "vec" => self.list(file, kind),
            "cap" => self.capability(kind, place).map(Type::Cap),
            _ if !kind.parameters.is_empty() => {
                self.parameters(kind, "no parameters");
                None
            }
            "bool" => Some(Type::Bool),
            _ => Integer::from_name(name)
                .map(Type::Integer)
                .or_else(|| self.declared(file, &kind.name)),
        }
    }

    fn parameters(&mut self, kind: &TypeRef, wanted: &str) {
        let message = format!("`{}` takes {wanted}", kind.name.text);
        let remedy = "write `string<N>`, `bytes<N>`, `vec<TYPE, N>` or `cap<KIND>`";
        self.report(Code::BadParameters, kind.span, message, remedy);
    }

    fn list(&mut self, file: &File, kind: &TypeRef) -> Option<Type> {
        let [Parameter::Type(element), _] = kind.parameters.as_slice() else {
            self.parameters(kind, "a type and a bound");
            return None;
        };
        let element = self.resolve(file, element, Place::Inside);
        let bound = self.bound(file, kind, 1)?;
        Some(Type::List(Box::new(element?), bound))
    }

    /// The bound among the parameters of `kind`, which must have `before` others before it.
    fn bound(&mut self, file: &File, kind: &TypeRef, before: usize) -> Option<u64> {
        let (value, span) = match kind.parameters.get(before) {
            Some(Parameter::Number(number)) => (number.value, number.span),
            Some(Parameter::Type(constant)) if constant.parameters.is_empty() => {
                (self.constant(file, &constant.name)?, constant.span)
            }
            _ => {
                self.parameters(kind, "a bound");
                return None;
            }
        };
        if kind.parameters.len() != before + 1 {
            self.parameters(kind, "nothing behind the bound");
            return None;
        }
        if value == 0 || value > MAX_MESSAGE {
            let message = format!("a bound of {value} is useless");
            let remedy = format!("choose 1 to {MAX_MESSAGE}, the bytes of a message");
            self.report(Code::BadBound, span, message, &remedy);
            return None;
        }
        Some(value)
    }

    fn constant(&mut self, file: &File, name: &Name) -> Option<u64> {
        let found = self.scope.item(&file.interface.name.text, &name.text);
        if let Some(ItemKind::Const { value, .. }) = found.map(|item| &item.kind) {
            return Some(value.value);
        }
        let message = format!("there is no constant `{}`", name.text);
        self.report(
            Code::UnknownConstant,
            name.span,
            message,
            "declare it with `const`, or write the number",
        );
        None
    }

    fn capability(&mut self, kind: &TypeRef, place: Place) -> Option<CapKind> {
        let [
            Parameter::Type(TypeRef {
                name, parameters, ..
            }),
        ] = kind.parameters.as_slice()
        else {
            self.parameters(kind, "the name of an interface or kernel object");
            return None;
        };
        if place == Place::Inside {
            let message = "a capability cannot stand inside a struct or list".to_owned();
            let remedy = "make it an argument or result of its own";
            self.report(Code::CapabilityInside, kind.name.span, message, remedy);
            return None;
        }
        let object = OBJECTS.iter().find(|(known, _)| *known == name.text);
        match object {
            _ if !parameters.is_empty() => self.unknown_capability(name),
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
        self.report(Code::UnknownCapability, name.span, message, &remedy);
        None
    }

    fn declared(&mut self, file: &File, name: &Name) -> Option<Type> {
        let imported = file.uses.iter().find(|line| line.item.text == name.text);
        let owner = imported.map_or(&file.interface.name, |line| &line.interface);
        let id = TypeId {
            interface: owner.text.clone(),
            name: name.text.clone(),
        };
        let found = self.scope.item(&owner.text, &name.text);
        match found.map(|item| &item.kind) {
            Some(ItemKind::Struct(_)) => Some(Type::Struct(id)),
            Some(ItemKind::Enum { repr, .. } | ItemKind::Bits { repr, .. }) => {
                Some(Type::Number(id, Integer::from_name(&repr.text)?))
            }
            // A wrong `use` is reported where it stands.
            _ if imported.is_some() => None,
            _ => {
                let message = format!("there is no type `{}`", name.text);
                let remedy = "declare it, or import it with `use interface.Type;`";
                self.report(Code::UnknownType, name.span, message, remedy);
                None
            }
        }
    }

    /// Reports imports that lead nowhere.
    pub(super) fn uses(&mut self, file: &File) {
        for line in &file.uses {
            let (interface, name) = (&line.interface, &line.item);
            if !self.scope.has_interface(&interface.text) {
                let message = format!("there is no interface `{}`", interface.text);
                let remedy = "compile its file together with this one, or correct the name";
                self.report(Code::UnknownInterface, interface.span, message, remedy);
                continue;
            }
            let found = self
                .scope
                .item(&interface.text, &name.text)
                .map(|item| &item.kind);
            let is_type = matches!(
                found,
                Some(ItemKind::Struct(_) | ItemKind::Enum { .. } | ItemKind::Bits { .. })
            );
            if !is_type {
                let message = format!("`{}` has no type `{}`", interface.text, name.text);
                let remedy = "import a struct, an enum or bits that it declares";
                self.report(Code::UnknownType, name.span, message, remedy);
            }
        }
    }
}
