//! Unions: the type and its codec.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::codec::codec;
use super::{docs, integer, types};
use crate::model::{Integer, Interface, Union, Variant};

/// The enum with values and its encoding: the tag, then what the variant carries.
pub(super) fn union(interface: &Interface, found: &Union) -> TokenStream {
    let about = docs(&found.docs);
    let name = format_ident!("{}", found.name);
    let payloads = || found.variants.iter().filter_map(|one| one.payload.as_ref());
    let copy = payloads().all(types::is_plain).then(|| quote! { Copy, });
    let variants = found.variants.iter().map(|one| variant(interface, one));
    let encode = found.variants.iter().map(|one| encode(one, found.repr));
    let decode = found.variants.iter().map(|one| decode(one, found.repr));
    let repr = integer(found.repr);
    let written = quote! {
        match self { #(#encode),* }
    };
    let read = quote! {
        match r.get::<#repr>()? {
            #(#decode,)*
            _ => Err(libipc::codec::Malformed),
        }
    };
    let codec = codec(&name, &written, &read);
    quote! {
        #about
        #[derive(Clone, #copy Debug, PartialEq, Eq)]
        #[allow(clippy::large_enum_variant, reason = "messages are made in place, without a heap")]
        pub enum #name {
            #(#variants),*
        }

        #codec
    }
}

fn variant(interface: &Interface, variant: &Variant) -> TokenStream {
    let about = docs(&variant.docs);
    let name = format_ident!("{}", variant.name);
    let payload = variant.payload.as_ref().map(|kind| {
        let kind = types::owned(interface, kind);
        quote! { (#kind) }
    });
    quote! { #about #name #payload }
}

fn encode(variant: &Variant, repr: Integer) -> TokenStream {
    let name = format_ident!("{}", variant.name);
    let tag = tag(variant.value, repr);
    match variant.payload {
        Some(_) => quote! {
            Self::#name(value) => { w.put(&#tag)?; w.put(value) }
        },
        None => quote! { Self::#name => w.put(&#tag) },
    }
}

fn decode(variant: &Variant, repr: Integer) -> TokenStream {
    let name = format_ident!("{}", variant.name);
    let tag = tag(variant.value, repr);
    match variant.payload {
        Some(_) => quote! { #tag => r.get().map(Self::#name) },
        None => quote! { #tag => Ok(Self::#name) },
    }
}

fn tag(value: u64, repr: Integer) -> Literal {
    match repr {
        Integer::U8 => Literal::u8_suffixed(value as u8),
        Integer::U16 => Literal::u16_suffixed(value as u16),
        _ => Literal::u32_suffixed(value as u32),
    }
}
