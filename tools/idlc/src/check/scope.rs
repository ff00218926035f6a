//! Which names exist where.

use std::collections::{BTreeMap, BTreeSet};

use crate::ast::{File, Item, ItemKind, Name};
use crate::diagnostic::{Code, Diagnostic};
use crate::hash::interface_id;
use crate::source::Span;

/// Everything that can be named: interfaces, and the declarations in each.
pub(super) struct Scope<'a> {
    interfaces: BTreeMap<&'a str, BTreeMap<&'a str, &'a Item>>,
    files: BTreeMap<&'a str, &'a File>,
    served: BTreeSet<&'a str>,
}

impl<'a> Scope<'a> {
    /// Gathers the names and reports those that are given twice.
    pub(super) fn new(files: &'a [(String, File)], diagnostics: &mut Vec<Diagnostic>) -> Self {
        let mut interfaces = BTreeMap::new();
        let mut by_name = BTreeMap::new();
        let mut places: BTreeMap<&str, Span> = BTreeMap::new();
        for (_, file) in files {
            let name = &file.interface.name;
            if let Some(first) = places.insert(&name.text, name.span) {
                diagnostics.push(duplicate(name, first, "interface"));
            }
            interfaces.insert(name.text.as_str(), declarations(file, diagnostics));
            by_name.insert(name.text.as_str(), file);
        }
        collisions(&places, diagnostics);
        let has_methods = |file: &File| {
            let mut items = file.interface.items.iter();
            items.any(|item| matches!(item.kind, ItemKind::Method(_)))
        };
        let served = files.iter().filter(|(_, file)| has_methods(file));
        let served = served
            .map(|(_, file)| file.interface.name.text.as_str())
            .collect();
        Self {
            interfaces,
            files: by_name,
            served,
        }
    }

    /// Whether there is such an interface and it has methods, so that somebody serves it.
    pub(super) fn is_served(&self, name: &str) -> bool {
        self.served.contains(name)
    }

    /// Whether there is such an interface.
    pub(super) fn has_interface(&self, name: &str) -> bool {
        self.interfaces.contains_key(name)
    }

    /// The names of all interfaces.
    pub(super) fn interfaces(&self) -> Vec<&'a str> {
        self.interfaces.keys().copied().collect()
    }

    /// The file of an interface.
    pub(super) fn file(&self, interface: &str) -> Option<&'a File> {
        self.files.get(interface).copied()
    }

    /// The names of those declarations of an interface that are of a kind.
    pub(super) fn names(
        &self,
        interface: &str,
        is_kind: impl Fn(&ItemKind) -> bool,
    ) -> Vec<&'a str> {
        let items = self.interfaces.get(interface).into_iter().flatten();
        let found = items.filter(|(_, item)| is_kind(&item.kind));
        found.map(|(name, _)| *name).collect()
    }

    /// The declaration `name` of an interface.
    pub(super) fn item(&self, interface: &str, name: &str) -> Option<&'a Item> {
        self.interfaces.get(interface)?.get(name).copied()
    }
}

fn declarations<'a>(
    file: &'a File,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<&'a str, &'a Item> {
    let mut items: BTreeMap<&str, &Item> = BTreeMap::new();
    let is_named = |item: &&Item| !matches!(item.kind, ItemKind::Reserved(_));
    for item in file.interface.items.iter().filter(is_named) {
        if let Some(first) = items.insert(&item.name.text, item) {
            diagnostics.push(duplicate(&item.name, first.name.span, "declaration"));
        }
    }
    for line in &file.uses {
        if let Some(first) = items.get(line.item.text.as_str()) {
            diagnostics.push(duplicate(&line.item, first.name.span, "declaration"));
        }
    }
    items.retain(|_, item| !matches!(item.kind, ItemKind::Method(_)));
    items
}

fn duplicate(name: &Name, first: Span, what: &str) -> Diagnostic {
    let message = format!("{what} `{}` exists already", name.text);
    Diagnostic::new(
        Code::DuplicateName,
        name.span,
        message,
        "rename one of the two",
    )
    .with_related(first, "the first one is here")
}

fn collisions(places: &BTreeMap<&str, Span>, diagnostics: &mut Vec<Diagnostic>) {
    let mut numbers: BTreeMap<u16, (&str, Span)> = BTreeMap::new();
    for (name, span) in places {
        if let Some((other, first)) = numbers.insert(interface_id(name), (name, *span)) {
            let message = format!("interfaces `{name}` and `{other}` have the same number");
            diagnostics.push(
                Diagnostic::new(
                    Code::InterfaceCollision,
                    *span,
                    message,
                    "rename one of the two",
                )
                .with_related(first, "the other one is here"),
            );
        }
    }
}
