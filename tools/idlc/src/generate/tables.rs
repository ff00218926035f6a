//! Tables: the type and its codec.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::codec::codec;
use super::docs;
use super::types::{self, number};
use crate::model::{Interface, Member, Table};

/// The struct of optional fields and its encoding: those that are there, each with its number.
pub(super) fn table(interface: &Interface, found: &Table) -> TokenStream {
    let about = docs(&found.docs);
    let name = format_ident!("{}", found.name);
    let fields = found.members.iter().map(|member| field(interface, member));
    let mut kinds = found.members.iter().map(|member| &member.field.kind);
    let copy = kinds.all(types::is_plain).then(|| quote! { Copy, });
    let names: Vec<_> = found
        .members
        .iter()
        .map(|member| format_ident!("{}", member.field.name))
        .collect();
    let numbers = found
        .members
        .iter()
        .map(|member| number(member.ordinal.into()));
    let numbers: Vec<_> = numbers.collect();
    let written = quote! {
        libipc::codec::table::begin(w, [#(self.#names.is_some()),*])?;
        #(libipc::codec::table::member(w, #numbers, &self.#names)?;)*
        Ok(())
    };
    let read = quote! {
        let mut table = Self::default();
        libipc::codec::table::members(r, |number, r| match number {
            #(#numbers => r.fill(&mut table.#names),)*
            _ => Ok(libipc::codec::table::Member::Unknown),
        })?;
        Ok(table)
    };
    let codec = codec(&name, &written, &read);
    quote! {
        #about
        #[derive(Clone, #copy Debug, Default, PartialEq, Eq)]
        pub struct #name {
            #(#fields),*
        }

        #codec
    }
}

fn field(interface: &Interface, member: &Member) -> TokenStream {
    let about = docs(&member.field.docs);
    let name = format_ident!("{}", member.field.name);
    let kind = types::owned(interface, &member.field.kind);
    quote! { #about pub #name: Option<#kind> }
}
