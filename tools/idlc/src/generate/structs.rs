//! Structs: the type and its codec.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::codec::codec;
use super::fields::names;
use super::{docs, types};
use crate::model::{Field, Interface, Struct};

/// The struct and its encoding, field by field.
pub(super) fn structure(interface: &Interface, found: &Struct) -> TokenStream {
    let about = docs(&found.docs);
    let name = format_ident!("{}", found.name);
    let fields = found.fields.iter().map(|field| {
        let about = docs(&field.docs);
        let name = format_ident!("{}", field.name);
        let kind = types::owned(interface, &field.kind);
        quote! { #about pub #name: #kind }
    });
    let copy = found.fields.iter().all(is_plain).then(|| quote! { Copy, });
    let names = names(&found.fields);
    let (last, first) = names
        .split_last()
        .map_or((None, &names[..]), |(l, f)| (Some(l), f));
    let written = quote! {
        #(w.put(&self.#first)?;)*
        w.put(&self.#last)
    };
    let read = quote! {
        Ok(Self { #(#names: r.get()?),* })
    };
    let codec = codec(&name, &written, &read);
    quote! {
        #about
        #[derive(Clone, #copy Debug, PartialEq, Eq)]
        pub struct #name {
            #(#fields),*
        }

        #codec
    }
}

fn is_plain(field: &Field) -> bool {
    types::is_plain(&field.kind)
}
