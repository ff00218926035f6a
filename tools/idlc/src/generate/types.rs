//! Types of the model as Rust types, by the place where they stand.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use crate::generate::integer;
use crate::model::{CapKind, Field, Interface, Transfer, Type, TypeId};

/// The type of a value that is owned: fields of structs, elements of lists, results.
pub(super) fn owned(interface: &Interface, kind: &Type) -> TokenStream {
    match kind {
        Type::Bool => quote! { bool },
        Type::Integer(found) => {
            let name = integer(*found);
            quote! { #name }
        }
        Type::Text(bound) => {
            let bound = number(*bound);
            quote! { libipc::codec::Text<#bound> }
        }
        Type::Bytes(bound) => {
            let bound = number(*bound);
            quote! { libipc::codec::Bytes<#bound> }
        }
        Type::List(element, bound) => {
            let (element, bound) = (owned(interface, element), number(*bound));
            quote! { libipc::codec::List<#element, #bound> }
        }
        Type::Struct(id) | Type::Table(id) | Type::Union(id) | Type::Number(id, ..) => {
            declared(interface, id)
        }
        Type::Optional(inner) => {
            let inner = owned(interface, inner);
            quote! { Option<#inner> }
        }
        Type::Cap(kind, _) => capability(interface, kind),
        Type::Lend(..) => quote! { libipc::lend::Place },
    }
}

fn capability(interface: &Interface, kind: &CapKind) -> TokenStream {
    match kind {
        CapKind::Interface(name) if *name == interface.name => quote! { libipc::Cap<Client> },
        CapKind::Interface(name) => {
            let name = format_ident!("{name}");
            quote! { libipc::Cap<super::#name::Client> }
        }
        CapKind::Object(name) => {
            let name = format_ident!("{name}");
            quote! { libipc::Cap<libipc::objects::#name> }
        }
    }
}

/// The type of an argument as a client gives it.
pub(super) fn given(interface: &Interface, kind: &Type) -> TokenStream {
    match kind {
        Type::Text(_) => quote! { &str },
        Type::Bytes(_) => quote! { &[u8] },
        Type::List(element, _) => {
            let element = owned(interface, element);
            quote! { &[#element] }
        }
        Type::Struct(id) | Type::Table(id) | Type::Union(id) => {
            let name = declared(interface, id);
            quote! { &#name }
        }
        Type::Optional(inner) => {
            let inner = given(interface, inner);
            quote! { Option<#inner> }
        }
        Type::Cap(kind, Transfer::Copied(_) | Transfer::Lent(_)) => {
            let cap = capability(interface, kind);
            quote! { &#cap }
        }
        Type::Lend(direction, bound) => {
            let (name, bound) = (format_ident!("{direction:?}"), number(*bound));
            quote! { &libipc::lend::#name<'_, #bound> }
        }
        _ => owned(interface, kind),
    }
}

/// The type of an argument as a server gets it: text and bytes stay in the message.
pub(super) fn received(interface: &Interface, kind: &Type) -> TokenStream {
    match kind {
        Type::Text(_) => quote! { &str },
        Type::Bytes(_) => quote! { &[u8] },
        Type::Optional(inner) => {
            let inner = received(interface, inner);
            quote! { Option<#inner> }
        }
        Type::Cap(kind, Transfer::Lent(_)) => {
            let cap = capability(interface, kind);
            quote! { &#cap }
        }
        _ => owned(interface, kind),
    }
}

/// The error that the methods of an interface answer.
pub(super) fn error(interface: &Interface) -> TokenStream {
    match &interface.fails_with {
        Some(id) => declared(interface, id),
        None => quote! { Error },
    }
}

/// The type of a method's results: nothing, one, or several in a row.
pub(super) fn results(interface: &Interface, results: &[Field]) -> TokenStream {
    let kinds: Vec<_> = results
        .iter()
        .map(|field| owned(interface, &field.kind))
        .collect();
    match kinds.as_slice() {
        [one] => quote! { #one },
        _ => quote! { (#(#kinds),*) },
    }
}

/// A number without a suffix.
pub(super) fn number(value: u64) -> Literal {
    Literal::u64_unsuffixed(value)
}

/// The name of a declared type.
pub(super) fn declared(interface: &Interface, id: &TypeId) -> TokenStream {
    let name = format_ident!("{}", id.name);
    if id.interface == interface.name {
        return quote! { #name };
    }
    let module = format_ident!("{}", id.interface);
    quote! { super::#module::#name }
}

/// Whether a value can be copied bit by bit for certain, without looking into declared types.
pub(super) fn is_plain(kind: &Type) -> bool {
    match kind {
        Type::Bool | Type::Integer(_) | Type::Number(..) => true,
        Type::Optional(inner) => is_plain(inner),
        _ => false,
    }
}
