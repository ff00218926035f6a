//! The generator: one interface of the model to one formatted Rust module.
//!
//! The code names everything of `libipc` by its full path, so that no name of an interface can
//! meet one of the library's; what all stubs share is called in `libipc::codec::stub`, so that a
//! stub holds its label, arguments and results, and nothing else. Code is made as tokens and
//! formatted by `prettyplease`, then blank lines are put between items.

mod attack;
mod blanks;
mod client;
mod codec;
mod dispatch;
mod fields;
mod head;
mod mocks;
mod numbers;
mod reflect;
mod ring;
mod server;
mod short;
mod skeleton;
mod structs;
mod tables;
mod types;
mod unions;
mod words;

pub use mocks::mocks;
pub use skeleton::{Call, Skeleton, Told, Unfit, skeleton};

use std::fmt;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::layout::{self, Shapes};
use crate::model::{Integer, Interface};
use crate::source::Source;

/// The tokens that were made are not a Rust file: a mistake in the generator itself.
#[derive(Debug)]
pub struct Broken {
    interface: String,
    reason: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "interface `{}` makes code that is not Rust: {}",
            self.interface, self.reason
        )
    }
}

impl std::error::Error for Broken {}

/// A file that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// Its name, without a folder.
    pub file: String,
    /// Its text.
    pub text: String,
}

/// The description of each interface by which `libipc::reflect` calls its methods, with its name.
pub fn descriptions(interfaces: &[Interface]) -> Vec<(String, Vec<u8>)> {
    reflect::descriptions(&layout::shapes(interfaces), interfaces)
}

/// Makes the modules of all interfaces, and the root module that names them.
///
/// # Errors
/// As [`generate`].
pub fn modules(sources: &[Source], interfaces: &[Interface]) -> Result<Vec<Module>, Broken> {
    let mut modules = vec![Module {
        file: "mod.rs".to_owned(),
        text: root(interfaces),
    }];
    let shapes = layout::shapes(interfaces);
    modules.push(Module {
        file: "reflections.rs".to_owned(),
        text: reflect::module(&shapes, interfaces),
    });
    for interface in interfaces {
        let source = sources
            .iter()
            .find(|source| source.stem() == interface.name);
        let origin = source.map_or("", |source| source.path.as_str());
        let text = generate(&shapes, interface, origin)?;
        modules.push(Module {
            file: format!("{}.rs", interface.name),
            text,
        });
    }
    Ok(modules)
}

/// Makes the module of an interface. `origin` is the source's path as it shall stand in the text.
///
/// # Errors
/// [`Broken`], which no source can cause unless the generator has a mistake.
pub fn generate(shapes: &Shapes, interface: &Interface, origin: &str) -> Result<String, Broken> {
    formatted(interface, tokens(shapes, interface, origin))
}

fn formatted(interface: &Interface, tokens: TokenStream) -> Result<String, Broken> {
    let file = syn::parse2(tokens).map_err(|error| Broken {
        interface: interface.name.clone(),
        reason: error.to_string(),
    })?;
    Ok(blanks::with_blank_lines(&prettyplease::unparse(&file)))
}

/// The root module, in the order of the names.
fn root(interfaces: &[Interface]) -> String {
    let mut names: Vec<_> = interfaces.iter().collect();
    names.sort_by(|left, right| left.name.cmp(&right.name));
    let mut text = "//! The modules of all interfaces. Made by `idlc`.\n\n".to_owned();
    for interface in &names {
        text += &format!("pub mod {};\n", interface.name);
    }
    text += "pub mod reflections;\n";
    text += "#[cfg(any(test, feature = \"mock\"))]\npub mod mocks;\n";
    text += "\n/// Name, number and version of every interface, in the order of their names.\n";
    text += "pub const ALL: &[libipc::Interface] = &[\n";
    for interface in &names {
        text += &format!("    {}::INTERFACE,\n", interface.name);
    }
    text + "];\n"
}

fn tokens(shapes: &Shapes, interface: &Interface, origin: &str) -> TokenStream {
    let header = head::header(interface, origin);
    let import = head::import(shapes, interface);
    let description = head::description(interface);
    let constants = interface.constants.iter().map(head::constant);
    let structs = interface
        .structs
        .iter()
        .map(|found| structs::structure(shapes, interface, found));
    let aliases = interface.aliases.iter();
    let aliases = aliases.map(|found| head::alias(interface, found));
    let tables = interface.tables.iter();
    let tables = tables.map(|found| tables::table(interface, found));
    let unions = interface.unions.iter();
    let unions = unions.map(|found| unions::union(interface, found));
    let numbers = interface.enums.iter().map(numbers::numbers);
    let error = interface.error.iter();
    let error = error.map(|found| numbers::error(found, interface.base.as_ref()));
    let stubs = stubs(shapes, interface);
    quote! {
        #header
        #import
        #description
        #(#constants)*
        #(#aliases)*
        #(#error)*
        #(#numbers)*
        #(#structs)*
        #(#tables)*
        #(#unions)*
        #stubs
    }
}

/// Server and client; an interface may also declare nothing but types for others.
fn stubs(shapes: &Shapes, interface: &Interface) -> TokenStream {
    if interface.methods.is_empty() {
        return TokenStream::new();
    }
    let server = server::server(interface);
    let dispatch = dispatch::dispatch(shapes, interface);
    let client = client::client(shapes, interface);
    let ring = ring::ring(interface);
    quote! {
        #server
        #dispatch
        #client
        #ring
    }
}

/// Documentation lines as attributes; the formatter prints them as `///`.
fn docs(lines: &[String]) -> TokenStream {
    let lines = lines.iter().map(|line| spaced(line));
    quote! { #(#[doc = #lines])* }
}

fn spaced(line: &str) -> String {
    if line.is_empty() {
        String::new()
    } else {
        format!(" {line}")
    }
}

fn label(method: &str) -> proc_macro2::Ident {
    format_ident!("{}", method.to_uppercase())
}

fn integer(integer: Integer) -> proc_macro2::Ident {
    format_ident!("{}", integer.name())
}
