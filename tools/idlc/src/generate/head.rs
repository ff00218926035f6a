//! What stands before server and client: documentation, description, constants.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::{docs, integer, label, spaced};
use crate::model::{Constant, Interface, Type};

/// The trait by which values are written, if there are any.
pub(super) fn import(interface: &Interface) -> Option<TokenStream> {
    let mut fields = interface
        .methods
        .iter()
        .flat_map(|method| method.arguments.iter().chain(&method.results));
    let has_data = fields.any(|field| !matches!(field.kind, Type::Cap(_)));
    has_data.then(|| quote! { use libipc::codec::Sink as _; })
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
