//! Encoding and decoding of arguments and results, value by value.
//!
//! The writer is always named `w` and the reader `r`; the language keeps both names for this.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::generate::types::{number, owned};
use crate::model::{Field, Interface, Transfer, Type};

/// The names of fields.
pub(super) fn names(fields: &[Field]) -> Vec<Ident> {
    fields
        .iter()
        .map(|field| format_ident!("{}", field.name))
        .collect()
}

/// Whether the values at hand are what a client gave, or what a server returned.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Values {
    /// Borrowed by the rules of [`given`](super::types::given).
    Given,
    /// All owned.
    Owned,
}

/// The closure that encodes fields; `pattern` stands behind the writer in its parameters.
/// Capabilities come last, so that a value that is too long is found before anything moves.
pub(super) fn encoder(
    interface: &Interface,
    fields: &[Field],
    values: Values,
    pattern: &TokenStream,
) -> TokenStream {
    let (caps, data): (Vec<_>, Vec<_>) = fields
        .iter()
        .partition(|field| matches!(field.kind, Type::Cap(..)));
    let all = data.into_iter().chain(caps);
    let steps: Vec<_> = all.map(|field| encode(interface, field, values)).collect();
    match steps.as_slice() {
        [] => quote! { |_ #pattern| Ok(()) },
        [one] => quote! { |w #pattern| #one },
        [first @ .., last] => quote! { |w #pattern| { #(#first?;)* #last } },
    }
}

fn encode(interface: &Interface, field: &Field, values: Values) -> TokenStream {
    let name = format_ident!("{}", field.name);
    value(interface, &field.kind, &name, values)
}

fn value(interface: &Interface, kind: &Type, name: &Ident, values: Values) -> TokenStream {
    match (kind, values) {
        (Type::Text(bound), Values::Given) => {
            let bound = number(*bound);
            quote! { w.text::<#bound>(#name) }
        }
        (Type::Bytes(bound), Values::Given) => {
            let bound = number(*bound);
            quote! { w.bytes::<#bound>(#name) }
        }
        (Type::List(element, bound), Values::Given) => {
            let (element, bound) = (owned(interface, element), number(*bound));
            quote! { w.list::<#element, #bound>(#name) }
        }
        (Type::Struct(_) | Type::Table(_) | Type::Union(_), Values::Given) => {
            quote! { w.put(#name) }
        }
        (Type::Optional(inner), Values::Given) => {
            let inner = value(interface, inner, &format_ident!("value"), values);
            quote! { w.optional(#name, |w, value| #inner) }
        }
        (Type::Lend(..), _) => quote! { w.put(&#name.word()) },
        (Type::Cap(_, transfer), _) => capability(name, *transfer),
        _ => quote! { w.put(&#name) },
    }
}

fn capability(name: &Ident, transfer: Transfer) -> TokenStream {
    match transfer {
        Transfer::Moved => {
            quote! { w.append_cap(libipc::CapItem::moved(#name.into_slot())) }
        }
        Transfer::Copied(rights) | Transfer::Lent(rights) => {
            let rights = rights.names().map(|name| format_ident!("{name}"));
            let rights = rights.map(|name| quote! { libipc::Rights::#name });
            let rights = rights.reduce(|all, one| quote! { #all.union(#one) });
            quote! { w.append_cap(libipc::CapItem::copied(#name.slot(), #rights)) }
        }
    }
}

/// Arguments as a server's method is given them.
pub(super) fn passed(arguments: &[Field]) -> Vec<TokenStream> {
    let pass = |field: &Field| {
        let name = format_ident!("{}", field.name);
        match field.kind {
            Type::Cap(_, Transfer::Lent(_)) => quote! { &#name },
            _ => quote! { #name },
        }
    };
    arguments.iter().map(pass).collect()
}

/// Statements that decode arguments into variables of their names, and check that nothing is left.
pub(super) fn decode_arguments(arguments: &[Field]) -> TokenStream {
    let steps = arguments.iter().map(|field| {
        let name = format_ident!("{}", field.name);
        let taken = taken(&field.kind);
        quote! { let #name = #taken?; }
    });
    quote! { #(#steps)* r.finish()?; }
}

/// The expression that takes an argument; text and bytes stay in the message.
fn taken(kind: &Type) -> TokenStream {
    match kind {
        Type::Text(bound) => {
            let bound = number(*bound);
            quote! { r.text::<#bound>() }
        }
        Type::Bytes(bound) => {
            let bound = number(*bound);
            quote! { r.bytes::<#bound>() }
        }
        Type::Optional(inner) if matches!(**inner, Type::Text(_) | Type::Bytes(_)) => {
            let inner = taken(inner);
            quote! { r.optional(|r| #inner) }
        }
        Type::Cap(..) => quote! { r.cap() },
        Type::Lend(_, bound) => {
            let bound = number(*bound);
            quote! { libipc::lend::Place::decode(r, #bound) }
        }
        _ => quote! { r.get() },
    }
}

/// The closure that decodes results; the caller of it checks that nothing is left.
pub(super) fn results_decoder(results: &[Field]) -> TokenStream {
    let take = |field: &Field| match field.kind {
        Type::Cap(..) => quote! { r.cap() },
        _ => quote! { r.get() },
    };
    match results {
        [] => quote! { |_| Ok(()) },
        [one] => {
            let taken = take(one);
            quote! { |r| #taken }
        }
        _ => {
            let taken = results.iter().map(take);
            quote! { |r| Ok((#(#taken?),*)) }
        }
    }
}

/// The pattern for results behind the writer of an encoder: `, name` or `, (a, b)`.
pub(super) fn results_pattern(results: &[Field]) -> TokenStream {
    let names = names(results);
    match names.as_slice() {
        [] => quote! { , () },
        [one] => quote! { , #one },
        _ => quote! { , (#(#names),*) },
    }
}
