//! Structs: the type and its codec.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::codec::codec;
use super::fields::names;
use super::words::{Layout, is_of_words};
use super::{docs, types};
use crate::layout::Shapes;
use crate::model::{Field, Interface, Struct};

/// The struct and its encoding.
pub(super) fn structure(shapes: &Shapes, interface: &Interface, found: &Struct) -> TokenStream {
    let about = docs(&found.docs);
    let name = format_ident!("{}", found.name);
    let fields = found.fields.iter().map(|field| {
        let about = docs(&field.docs);
        let name = format_ident!("{}", field.name);
        let kind = types::owned(interface, &field.kind);
        quote! { #about pub #name: #kind }
    });
    let copy = found.fields.iter().all(is_plain).then(|| quote! { Copy, });
    let (written, read) = if is_of_words(shapes, &found.fields) {
        by_words(shapes, interface, &found.fields)
    } else {
        by_fields(&found.fields)
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

/// What writes the fields one by one, and what reads them so.
fn by_fields(fields: &[Field]) -> (TokenStream, TokenStream) {
    let names = names(fields);
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
    (written, read)
}

/// What writes all fields at once, and what reads them so.
fn by_words(
    shapes: &Shapes,
    interface: &Interface,
    fields: &[Field],
) -> (TokenStream, TokenStream) {
    let mut layout = Layout::new(shapes, interface);
    let members = layout.members(fields, &quote! { self });
    let (words, count, length) = (layout.words(0), layout.count(), layout.length());
    let written = quote! { w.words(#words, #length) };
    let value = quote! { Some(Self { #members }) };
    let value = match layout.check_inside() {
        Some(check) => quote! { { #check #value } },
        None => value,
    };
    let read = quote! { r.words(#length, |w: [u64; #count]| #value) };
    (written, read)
}

fn is_plain(field: &Field) -> bool {
    types::is_plain(&field.kind)
}
