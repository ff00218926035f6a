//! Values of every type that say nothing: zeros, emptiness, the first of several.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::generate::types;
use crate::layout::{self, Shape, Shapes};
use crate::model::{Choice, Enum, Field, Interface, Type, TypeId};

/// Where declared types are found.
pub(super) struct Blanks<'a> {
    interfaces: &'a [Interface],
    interface: &'a Interface,
    shapes: Shapes,
}

impl<'a> Blanks<'a> {
    pub(super) fn new(interfaces: &'a [Interface], interface: &'a Interface) -> Self {
        Self {
            interfaces,
            interface,
            shapes: layout::shapes(interfaces),
        }
    }

    /// The entries of an enum, bits or error.
    fn numbers(&self, id: &TypeId) -> Option<&'a Enum> {
        let interface = self
            .interfaces
            .iter()
            .find(|one| one.name == id.interface)?;
        let mut all = interface.enums.iter().chain(&interface.error);
        all.find(|one| one.name == id.name)
    }

    /// The name of the error that an interface's methods answer first.
    pub(super) fn first_error_name(&self, interface: &Interface) -> Option<String> {
        let found = match &interface.fails_with {
            Some(id) => self.numbers(id),
            None => interface.error.as_ref(),
        };
        Some(found?.entries.first()?.name.clone())
    }

    /// That error.
    pub(super) fn first_error(&self, interface: &Interface) -> Option<TokenStream> {
        let error = types::error(interface);
        let name = format_ident!("{}", self.first_error_name(interface)?);
        Some(quote! { #error::#name })
    }

    /// Results, one or several in a row.
    pub(super) fn results(&self, results: &[Field]) -> Option<TokenStream> {
        let values = results.iter().map(|one| self.owned(&one.kind));
        let values = values.collect::<Option<Vec<_>>>()?;
        Some(match values.as_slice() {
            [one] => quote! { #one },
            _ => quote! { (#(#values),*) },
        })
    }

    /// A value that is owned; `None` if it holds a capability.
    pub(super) fn owned(&self, kind: &Type) -> Option<TokenStream> {
        Some(match kind {
            Type::Bool => quote! { false },
            Type::Integer(_) => quote! { 0 },
            Type::Text(_) => quote! { libipc::codec::Text::new() },
            Type::Bytes(_) => quote! { libipc::codec::Bytes::new() },
            Type::List(..) => quote! { libipc::codec::List::new() },
            Type::Optional(_) => quote! { None },
            Type::Struct(id) | Type::Table(id) | Type::Union(id) => return self.declared(id),
            Type::Number(id, _, choice) => {
                let name = types::declared(self.interface, id);
                match choice {
                    Choice::Any => quote! { #name::empty() },
                    Choice::One => {
                        let first = format_ident!("{}", self.first(id)?);
                        quote! { #name::#first }
                    }
                }
            }
            Type::Cap(..) | Type::Lend(..) => return None,
        })
    }

    /// The first entry of an enum.
    pub(super) fn first(&self, id: &TypeId) -> Option<&'a str> {
        Some(&self.numbers(id)?.entries.first()?.name)
    }

    fn declared(&self, id: &TypeId) -> Option<TokenStream> {
        let name = types::declared(self.interface, id);
        match self.shapes.get(id)? {
            Shape::Struct(found) => {
                let fields = &found.fields;
                let names = fields.iter().map(|one| format_ident!("{}", one.name));
                let values = fields.iter().map(|one| self.owned(&one.kind));
                let values = values.collect::<Option<Vec<_>>>()?;
                Some(quote! { #name { #(#names: #values),* } })
            }
            Shape::Table(_) => Some(quote! { #name::default() }),
            Shape::Union(found) => {
                let variants = &found.variants;
                let empty = variants.iter().find(|one| one.payload.is_none());
                let variant = empty.or_else(|| variants.first())?;
                let which = format_ident!("{}", variant.name);
                match &variant.payload {
                    None => Some(quote! { #name::#which }),
                    Some(kind) => {
                        let value = self.owned(kind)?;
                        Some(quote! { #name::#which(#value) })
                    }
                }
            }
        }
    }

    /// A value as a client gives it; `None` if there is none without a kernel.
    pub(super) fn given(&self, kind: &Type) -> Option<TokenStream> {
        Some(match kind {
            Type::Text(_) => quote! { "" },
            Type::Bytes(_) | Type::List(..) => quote! { &[] },
            Type::Struct(_) | Type::Table(_) | Type::Union(_) => {
                let value = self.owned(kind)?;
                quote! { &#value }
            }
            _ => self.owned(kind)?,
        })
    }
}
