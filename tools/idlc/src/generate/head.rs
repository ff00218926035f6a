//! What stands before server and client: documentation, description, constants.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::{docs, integer, label, short, spaced, types};
use crate::layout::Shapes;
use crate::model::{Alias, Constant, Field, Interface, Method, Type, Ways};

/// The trait by which values are written, if there are any.
pub(super) fn import(shapes: &Shapes, interface: &Interface) -> Option<TokenStream> {
    let has_data = |fields: &[Field]| {
        let mut kinds = fields.iter().map(|field| &field.kind);
        kinds.any(|kind| !matches!(kind, Type::Cap(..)))
    };
    let writes = |method: &Method| {
        let is_long = !short::is_short(shapes, method) || method.ways == Ways::CallAndRing;
        has_data(&method.results) || (is_long && has_data(&method.arguments))
    };
    let is_needed = interface.methods.iter().any(writes);
    is_needed.then(|| quote! { use libipc::codec::Sink as _; })
}

/// The documentation of the module.
pub(super) fn header(interface: &Interface, origin: &str) -> TokenStream {
    let mut lines = interface.docs.clone();
    lines.push(String::new());
    lines.push(format!(
        "Made by `idlc` from `{origin}`, which is the file to change."
    ));
    let lines = lines.iter().map(|line| spaced(line));
    quote! { #(#![doc = #lines])* }
}

/// Name, number and version, and the labels.
pub(super) fn description(interface: &Interface) -> TokenStream {
    let name = &interface.name;
    let id = hexadecimal(u64::from(interface.id), "u16");
    let version = hexadecimal(interface.version, "u64");
    let revision = Literal::u64_unsuffixed(interface.revision);
    let labels = interface.methods.iter().map(|method| {
        let name = label(&method.name);
        let number = u64::from(interface.id) << 16 | u64::from(method.ordinal);
        let number = hexadecimal(number, "u32");
        let docs = docs(&[format!("Label of `{}`.", method.name)]);
        quote! { #docs pub const #name: u32 = #number; }
    });
    let labels = (!interface.methods.is_empty()).then(|| {
        quote! {
            /// The labels of requests.
            pub mod labels {
                #(#labels)*
            }
        }
    });
    quote! {
        /// How often methods of this interface came or went, counted from 1.
        pub const REVISION: u16 = #revision;

        /// Name, number and version of this interface.
        pub const INTERFACE: libipc::Interface = libipc::Interface {
            name: #name,
            id: #id,
            version: #version,
        };
        #labels
    }
}

/// A constant.
pub(super) fn constant(constant: &Constant) -> TokenStream {
    let docs = docs(&constant.docs);
    let name = format_ident!("{}", constant.name);
    let kind = integer(constant.repr);
    let value = Literal::u64_unsuffixed(constant.value);
    quote! { #docs pub const #name: #kind = #value; }
}

/// A second name for a type.
pub(super) fn alias(interface: &Interface, alias: &Alias) -> TokenStream {
    let docs = docs(&alias.docs);
    let name = format_ident!("{}", alias.name);
    let kind = types::owned(interface, &alias.kind);
    quote! { #docs pub type #name = #kind; }
}

/// A literal in hexadecimal digits, grouped by four.
fn hexadecimal(value: u64, kind: &str) -> TokenStream {
    let width = if kind == "u16" {
        4
    } else if kind == "u32" {
        8
    } else {
        16
    };
    let digits = format!("{value:0width$x}");
    let groups: Vec<_> = digits
        .as_bytes()
        .chunks(4)
        .map(String::from_utf8_lossy)
        .collect();
    let text = format!("0x{}", groups.join("_"));
    text.parse().unwrap_or_else(|_| quote! { #value })
}
