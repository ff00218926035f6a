//! Types as written to types as meant.

use super::Checker;
use super::capabilities::Place;
use crate::ast::{File, ItemKind, Name, Parameter, TypeRef, Use};
use crate::diagnostic::Code;
use crate::layout::{MAX_LENT, MAX_MESSAGE};
use crate::model::{Choice, Direction, Integer, Type, TypeId};
use crate::suggest;

/// How many aliases may stand for one another in a row.
const MAX_ALIASES: usize = 16;

/// The types that need no declaration.
const BUILT_IN: &[&str] = &[
    "bool", "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "string", "bytes", "vec", "cap",
    "lent", "lend", "stream",
];

impl Checker<'_> {
    /// Resolves a type; `None` if it is wrong, which has then been reported.
    pub(super) fn resolve(&mut self, file: &File, kind: &TypeRef, place: Place) -> Option<Type> {
        let Some(sign) = kind.optional else {
            return self.always(file, kind, place);
        };
        match self.always(file, kind, Place::Inside)? {
            Type::Optional(_) => {
                let message = format!("`{}` may be absent already", kind.name.text);
                self.report(Code::BadOptional, sign, message, "remove the `?`");
                None
            }
            inner => Some(Type::Optional(Box::new(inner))),
        }
    }

    fn always(&mut self, file: &File, kind: &TypeRef, place: Place) -> Option<Type> {
        let name = kind.name.text.as_str();
        match name {
            "string" => self.bound(file, kind, 0).map(Type::Text),
            "bytes" => self.bound(file, kind, 0).map(Type::Bytes),
            "vec" => self.list(file, kind),
            "cap" | "lent" => self.capability(kind, place),
            "lend" => self.lent_buffer(file, kind, place),
            "stream" => self.stray_stream(kind),
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

    pub(super) fn parameters(&mut self, kind: &TypeRef, wanted: &str) {
        let message = format!("`{}` takes {wanted}", kind.name.text);
        let remedy = "write `string<N>`, `bytes<N>`, `vec<TYPE, N>`, `cap<KIND>`, `lent<KIND>` or `lend<in, N>`";
        self.report(Code::BadParameters, kind.span, message, remedy);
    }

    /// Where a stream can be, it has become methods before.
    fn stray_stream(&mut self, kind: &TypeRef) -> Option<Type> {
        let message = "a stream stands where none can be".to_owned();
        let remedy = "make `stream<TYPE, N>` the only result of a method";
        self.report(Code::StrayStream, kind.name.span, message, remedy);
        None
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

    /// `lend<in, N>`, `lend<out, N>` or `lend<inout, N>`, as an argument.
    fn lent_buffer(&mut self, file: &File, kind: &TypeRef, place: Place) -> Option<Type> {
        let name = match kind.parameters.first() {
            Some(Parameter::Type(word)) => word.name.text.as_str(),
            _ => "",
        };
        let mut names = Direction::NAMES.iter();
        let Some((_, direction)) = names.find(|(known, _)| *known == name) else {
            self.parameters(kind, "`in`, `out` or `inout`, and a bound");
            return None;
        };
        if !matches!(place, Place::Argument | Place::LaterArgument) {
            let message = "a buffer cannot be lent here".to_owned();
            let remedy = "make it an argument of its own; a server lends nothing";
            self.report(Code::StrayLoan, kind.name.span, message, remedy);
            return None;
        }
        let bound = self.bound_up_to(file, kind, (1, MAX_LENT))?;
        Some(Type::Lend(*direction, bound))
    }

    /// The bound among the parameters of `kind`, which must have `before` others before it.
    fn bound(&mut self, file: &File, kind: &TypeRef, before: usize) -> Option<u64> {
        self.bound_up_to(file, kind, (before, MAX_MESSAGE))
    }

    fn bound_up_to(
        &mut self,
        file: &File,
        kind: &TypeRef,
        (before, most): (usize, u64),
    ) -> Option<u64> {
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
        if value == 0 || value > most {
            let message = format!("a bound of {value} is useless");
            let remedy = match most {
                MAX_MESSAGE => format!("choose 1 to {most}, the bytes of a message"),
                _ => format!("choose 1 to {most}"),
            };
            self.report(Code::BadBound, span, message, &remedy);
            return None;
        }
        Some(value)
    }

    fn constant(&mut self, file: &File, name: &Name) -> Option<u64> {
        let owner = import(file, name).map_or(&file.interface.name, |line| &line.interface);
        let found = self.scope.item(&owner.text, &name.text);
        if let Some(ItemKind::Const { value, .. }) = found.map(|item| &item.kind) {
            return Some(value.value);
        }
        let message = format!("there is no constant `{}`", name.text);
        let is_constant = |kind: &ItemKind| matches!(kind, ItemKind::Const { .. });
        let known = self.scope.names(&file.interface.name.text, is_constant);
        let remedy = "declare it with `const`, or write the number";
        let remedy = suggest::remedy(&name.text, known, remedy);
        self.report(Code::UnknownConstant, name.span, message, &remedy);
        None
    }

    fn declared(&mut self, file: &File, name: &Name) -> Option<Type> {
        let imported = import(file, name);
        let owner = imported.map_or(&file.interface.name, |line| &line.interface);
        let id = TypeId {
            interface: owner.text.clone(),
            name: name.text.clone(),
        };
        let found = self.scope.item(&owner.text, &name.text);
        match found.map(|item| &item.kind) {
            Some(ItemKind::Struct(_)) => Some(Type::Struct(id)),
            Some(ItemKind::Table(_)) => Some(Type::Table(id)),
            Some(ItemKind::Union { .. }) => Some(Type::Union(id)),
            Some(ItemKind::Enum { repr, .. }) => number(id, &repr.text, Choice::One),
            Some(ItemKind::Bits { repr, .. }) => number(id, &repr.text, Choice::Any),
            Some(ItemKind::Alias(kind)) => self.alias(id, kind, name),
            // A wrong `use` is reported where it stands.
            _ if imported.is_some() => None,
            _ => self.unknown_type(file, name),
        }
    }

    /// What an alias stands for, as it is meant where it is declared.
    fn alias(&mut self, id: TypeId, kind: &TypeRef, name: &Name) -> Option<Type> {
        if self.aliases.contains(&id) || self.aliases.len() == MAX_ALIASES {
            let message = format!("`{}` stands for itself", name.text);
            let remedy = "let it stand for a type";
            self.report(Code::RecursiveStruct, name.span, message, remedy);
            return None;
        }
        let file = self.scope.file(&id.interface)?;
        self.aliases.push(id);
        let found = self.resolve(file, kind, Place::Inside);
        self.aliases.pop();
        found
    }

    fn unknown_type(&mut self, file: &File, name: &Name) -> Option<Type> {
        let message = format!("there is no type `{}`", name.text);
        let own = self.scope.names(&file.interface.name.text, is_type);
        let imported = file.uses.iter().map(|line| line.item.text.as_str());
        let known = BUILT_IN.iter().copied().chain(own).chain(imported);
        let remedy = "declare it, or import it with `use interface.Type;`";
        let remedy = suggest::remedy(&name.text, known, remedy);
        self.report(Code::UnknownType, name.span, message, &remedy);
        None
    }

    /// Reports imports that lead nowhere.
    pub(super) fn uses(&mut self, file: &File) {
        for line in &file.uses {
            if !self.is_interface(&line.interface) {
                continue;
            }
            let (interface, name) = (&line.interface.text, &line.item);
            let found = self.scope.item(interface, &name.text);
            if !found.is_some_and(|item| is_importable(&item.kind)) {
                let message = format!("`{interface}` has no type `{}`", name.text);
                let known = self.scope.names(interface, is_importable);
                let remedy = "import a type, a constant or the errors that it declares";
                let remedy = suggest::remedy(&name.text, known, remedy);
                self.report(Code::UnknownType, name.span, message, &remedy);
            }
        }
    }

    /// Whether there is such an interface; if not, it has been reported.
    pub(super) fn is_interface(&mut self, name: &Name) -> bool {
        if self.scope.has_interface(&name.text) {
            return true;
        }
        let message = format!("there is no interface `{}`", name.text);
        let remedy = "compile its file together with this one, or correct the name";
        let remedy = suggest::remedy(&name.text, self.scope.interfaces(), remedy);
        self.report(Code::UnknownInterface, name.span, message, &remedy);
        false
    }
}

fn number(id: TypeId, repr: &str, choice: Choice) -> Option<Type> {
    Some(Type::Number(id, Integer::from_name(repr)?, choice))
}

/// The line that imports a name, if there is one.
pub(super) fn import<'a>(file: &'a File, name: &Name) -> Option<&'a Use> {
    file.uses.iter().find(|line| line.item.text == name.text)
}

fn is_type(kind: &ItemKind) -> bool {
    matches!(
        kind,
        ItemKind::Alias(_)
            | ItemKind::Struct(_)
            | ItemKind::Table(_)
            | ItemKind::Union { .. }
            | ItemKind::Enum { .. }
            | ItemKind::Bits { .. }
    )
}

fn is_importable(kind: &ItemKind) -> bool {
    is_type(kind) || matches!(kind, ItemKind::Const { .. } | ItemKind::Error { .. })
}
