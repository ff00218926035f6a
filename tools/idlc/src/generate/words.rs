//! Values at constant places of 64-bit words.
//!
//! Where a value lies in what begins with a whole word is known when the code is made, if all before it is of fixed size: then it
//! is a shift and a mask of a word. The words are named `w`, a name that the language keeps for itself.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::{integer, types};
use crate::layout::{Shape, Shapes};
use crate::model::{Choice, Field, Integer, Interface, Type};

const WORD: u64 = 8;

/// Whether all values of a type take the same room.
pub(super) fn is_fixed(shapes: &Shapes, kind: &Type) -> bool {
    match kind {
        Type::Bool | Type::Integer(_) | Type::Number(..) | Type::Lend(..) => true,
        Type::Struct(id) => match shapes.get(id) {
            Some(Shape::Struct(found)) => {
                found.fields.iter().all(|one| is_fixed(shapes, &one.kind))
            }
            _ => false,
        },
        _ => false,
    }
}

/// Whether a struct's values lie at constant places of words wherever it stands: it is of fixed size and begins with a whole word.
pub(super) fn is_of_words(shapes: &Shapes, fields: &[Field]) -> bool {
    let begins = match fields.first().map(|field| &field.kind) {
        Some(Type::Integer(found) | Type::Number(_, found, _)) => found.bytes() == WORD,
        Some(Type::Struct(id)) => match shapes.get(id) {
            Some(Shape::Struct(found)) => is_of_words(shapes, &found.fields),
            _ => false,
        },
        _ => false,
    };
    begins && fields.iter().all(|field| is_fixed(shapes, &field.kind))
}

/// Where values lie in the words, and how they come there.
pub(super) struct Layout<'a> {
    shapes: &'a Shapes,
    interface: &'a Interface,
    at: u64,
    /// Of each word the bits that carry something, and the values that are put into it.
    words: Vec<(u64, Vec<TokenStream>)>,
}

impl<'a> Layout<'a> {
    pub(super) fn new(shapes: &'a Shapes, interface: &'a Interface) -> Self {
        Self {
            shapes,
            interface,
            at: 0,
            words: Vec::new(),
        }
    }

    /// Lays fields out, and gives the expressions that take them from the words.
    pub(super) fn fields(&mut self, fields: &[Field]) -> Vec<TokenStream> {
        let each = fields.iter().map(|field| {
            let name = format_ident!("{}", field.name);
            self.value(&field.kind, &quote! { #name })
        });
        each.collect()
    }

    /// Lays the fields of the struct at `path` out, and gives what its literal holds to take them from the words.
    pub(super) fn members(&mut self, fields: &[Field], path: &TokenStream) -> TokenStream {
        let members = fields.iter().map(|field| {
            let name = format_ident!("{}", field.name);
            let value = self.value(&field.kind, &quote! { #path.#name });
            quote! { #name: #value }
        });
        let members: Vec<_> = members.collect();
        quote! { #(#members),* }
    }

    fn value(&mut self, kind: &Type, path: &TokenStream) -> TokenStream {
        match kind {
            Type::Bool => {
                let word = self.place(1, &quote! { u64::from(#path) });
                quote! { libipc::codec::short::flag(#word)? }
            }
            Type::Integer(found) => self.integer(*found, path),
            Type::Lend(_, bound) => {
                let word = self.integer(Integer::U64, &quote! { #path.word() });
                let bound = types::number(*bound);
                quote! { libipc::lend::Place::of_word(#word, #bound)? }
            }
            Type::Number(id, repr, choice) => {
                let name = types::declared(self.interface, id);
                let (get, make) = match choice {
                    Choice::One => (quote! { number }, quote! { from_number }),
                    Choice::Any => (quote! { bits }, quote! { from_bits }),
                };
                let number = self.integer(*repr, &quote! { #path.#get() });
                quote! { #name::#make(#number)? }
            }
            Type::Struct(id) => {
                let name = types::declared(self.interface, id);
                let Some(Shape::Struct(found)) = self.shapes.get(id) else {
                    return quote! {};
                };
                let members = self.members(&found.fields, path);
                quote! { #name { #members } }
            }
            _ => quote! {},
        }
    }

    fn integer(&mut self, found: Integer, path: &TokenStream) -> TokenStream {
        let name = integer(found);
        let unsigned = match found {
            Integer::I8 => Some(quote! { u8 }),
            Integer::I16 => Some(quote! { u16 }),
            Integer::I32 => Some(quote! { u32 }),
            _ => None,
        };
        let put = match (found, unsigned) {
            (Integer::U64, _) => path.clone(),
            (Integer::I64, _) => quote! { #path as u64 },
            (_, Some(unsigned)) => quote! { u64::from(#path as #unsigned) },
            (_, None) => quote! { u64::from(#path) },
        };
        let word = self.place(found.bytes(), &put);
        match found {
            Integer::U64 => word,
            _ if (self.at - found.bytes()).is_multiple_of(WORD) => quote! { #word as #name },
            _ => quote! { (#word) as #name },
        }
    }

    /// Puts a value of so many bytes into its word, and gives the word shifted down to it.
    fn place(&mut self, bytes: u64, value: &TokenStream) -> TokenStream {
        let start = self.at.next_multiple_of(bytes);
        self.at = start + bytes;
        let shift = start % WORD * 8;
        let index = usize::try_from(start / WORD).unwrap_or_default();
        if self.words.len() <= index {
            self.words.resize_with(index + 1, Default::default);
        }
        if let Some((mask, values)) = self.words.get_mut(index) {
            *mask |= (u64::MAX >> (64 - bytes * 8)) << shift;
            values.push(match shift {
                0 => value.clone(),
                _ => {
                    let shift = Literal::u64_unsuffixed(shift);
                    quote! { #value << #shift }
                }
            });
        }
        let index = Literal::usize_unsuffixed(index);
        match shift {
            0 => quote! { w[#index] },
            _ => {
                let shift = Literal::u64_unsuffixed(shift);
                quote! { w[#index] >> #shift }
            }
        }
    }

    /// The length in words.
    pub(super) fn count(&self) -> Literal {
        Literal::u64_unsuffixed(self.at.div_ceil(WORD))
    }

    /// The length in bytes.
    pub(super) fn length(&self) -> Literal {
        Literal::u64_unsuffixed(self.at)
    }

    /// The words, and zeros up to `count` of them.
    pub(super) fn words(&self, count: usize) -> TokenStream {
        let none = (0, Vec::new());
        let padding = std::iter::repeat_n(&none, count.saturating_sub(self.words.len()));
        let words = self.words.iter().chain(padding);
        let words = words.map(|(_, values)| match values.as_slice() {
            [] => quote! { 0 },
            values => quote! { #(#values)|* },
        });
        quote! { [#(#words),*] }
    }

    /// The statement that refuses bits in what is padding, up to the end of the last word; nothing if there is none.
    pub(super) fn check(&self) -> Option<TokenStream> {
        self.refusal(0)
    }

    /// As `check`, but only up to the last value's end.
    pub(super) fn check_inside(&self) -> Option<TokenStream> {
        let used = self.at % WORD * 8;
        self.refusal(if used == 0 { 0 } else { u64::MAX << used })
    }

    /// The statement that refuses bits in what is padding, without some of the last word.
    fn refusal(&self, without: u64) -> Option<TokenStream> {
        let last = self.words.len().saturating_sub(1);
        let masks = self.words.iter().enumerate();
        let masks = masks.filter_map(|(index, (mask, _))| {
            let used = mask | if index == last { without } else { 0 };
            let index = Literal::usize_unsuffixed(index);
            let padding: TokenStream = format!("{:#x}", !used).parse().ok()?;
            (used != u64::MAX).then(|| quote! { w[#index] & #padding })
        });
        let masks: Vec<_> = masks.collect();
        (!masks.is_empty()).then(|| {
            quote! {
                if #(#masks)|* != 0 {
                    return None;
                }
            }
        })
    }
}
