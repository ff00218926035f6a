//! The checker: syntax trees to the model, every rule of the language on the way.
//!
//! Order: names of all files ([`scope`]), then declarations, then types that contain themselves,
//! then methods (their sizes need all types). Mistakes are gathered, never returned early, except
//! that methods are not measured while a type contains itself.

mod attributes;
mod capabilities;
mod errors;
mod items;
mod methods;
mod names;
mod numbered;
mod scope;
mod types;
mod version;

pub use names::is_word_of_rust;

use crate::Docs;
use crate::ast::{self, File, ItemKind, Name, Preface};
use crate::diagnostic::{Code, Diagnostic};
use crate::hash::interface_id;
use crate::layout::{self, Shapes};
use crate::model::{Interface, TypeId};
use crate::source::Span;
use scope::Scope;

/// Checks the files that belong together; each comes with the name its file promises.
///
/// # Errors
/// Every mistake that was found.
pub fn check(files: &[(String, File)], docs: Docs) -> Result<Vec<Interface>, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let scope = Scope::new(files, &mut diagnostics);
    let mut checker = Checker {
        scope,
        docs,
        shapes: Shapes::new(),
        aliases: Vec::new(),
        diagnostics,
    };
    let mut interfaces: Vec<Interface> = files
        .iter()
        .map(|(stem, file)| checker.declarations(stem, file))
        .collect();
    if checker.has_no_cycles(files) {
        for ((_, file), interface) in files.iter().zip(&mut interfaces) {
            checker.methods(file, interface);
        }
        if checker.diagnostics.is_empty() {
            for interface in &mut interfaces {
                interface.version = version::digest(interface, &checker.shapes);
            }
        }
    }
    if checker.diagnostics.is_empty() {
        Ok(interfaces)
    } else {
        Err(checker.diagnostics)
    }
}

struct Checker<'a> {
    scope: Scope<'a>,
    docs: Docs,
    shapes: Shapes,
    /// Those that are being resolved, to find the one that leads to itself.
    aliases: Vec<TypeId>,
    diagnostics: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn report(&mut self, code: Code, span: Span, message: String, remedy: &str) {
        self.diagnostics
            .push(Diagnostic::new(code, span, message, remedy));
    }

    /// Documentation is part of an interface: it becomes the documentation of the generated code.
    fn docs(&mut self, preface: &Preface, name: &Name) -> Vec<String> {
        let is_missing = preface.docs.iter().all(|line| line.trim().is_empty());
        if is_missing && self.docs == Docs::Required {
            let message = format!("`{}` has no documentation", name.text);
            let remedy = "say what it is in `///` lines before it";
            self.report(Code::MissingDocs, name.span, message, remedy);
        }
        preface.docs.clone()
    }

    fn declarations(&mut self, stem: &str, file: &File) -> Interface {
        self.interface(stem, &file.interface);
        let name = &file.interface.name;
        let mut interface = Interface {
            docs: self.docs(&file.interface.preface, name),
            name: name.text.clone(),
            id: interface_id(&name.text),
            version: 0,
            constants: Vec::new(),
            aliases: Vec::new(),
            structs: Vec::new(),
            tables: Vec::new(),
            unions: Vec::new(),
            enums: Vec::new(),
            error: None,
            base: None,
            fails_with: None,
            reserved: Vec::new(),
            removed: Vec::new(),
            revision: 1,
            methods: Vec::new(),
        };
        for item in &file.interface.items {
            if !matches!(item.kind, ItemKind::Method(_)) {
                self.declaration(file, item, &mut interface);
            }
        }
        interface
    }

    fn interface(&mut self, stem: &str, interface: &ast::Interface) {
        let name = &interface.name;
        if stem != name.text {
            let message = format!("the file is named `{stem}`, its interface `{}`", name.text);
            let remedy = "give both the same name, so that an interface is found by its file";
            self.report(Code::WrongFileName, name.span, message, remedy);
        }
        self.interface_name(name);
        self.attributes(&interface.preface, &["ring"]);
        if interface.items.is_empty() {
            let message = format!("interface `{}` declares nothing", name.text);
            let remedy = "declare a method, or remove the file";
            self.report(Code::Empty, name.span, message, remedy);
        }
    }

    fn has_no_cycles(&mut self, files: &[(String, File)]) -> bool {
        let cycles = layout::cycles(&self.shapes);
        for (TypeId { interface, name }, field) in &cycles {
            let declared = files
                .iter()
                .filter(|(_, file)| file.interface.name.text == *interface)
                .flat_map(|(_, file)| &file.interface.items)
                .find(|item| item.name.text == *name);
            if let Some(item) = declared {
                let message = format!("`{name}` contains itself through `{field}`");
                let remedy = "break the circle; messages have a greatest size";
                self.report(Code::RecursiveStruct, item.name.span, message, remedy);
            }
        }
        cycles.is_empty()
    }
}
