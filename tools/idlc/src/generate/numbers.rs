//! Enums, bits and errors: types that are numbers in a message.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::codec::codec;
use super::types::number;
use super::{docs, integer};
use crate::model::{Choice, Entry, Enum};

/// An enum or bits.
pub(super) fn numbers(found: &Enum) -> TokenStream {
    let (name, repr) = (format_ident!("{}", found.name), integer(found.repr));
    let (kind, accessor) = match found.choice {
        Choice::One => (enumeration(found, &name, &repr), format_ident!("number")),
        Choice::Any => (bits(found, &name, &repr), format_ident!("bits")),
    };
    let from = format_ident!("from_{}", accessor);
    let written = quote! {
        w.put(&self.#accessor())
    };
    let read = quote! {
        Self::#from(r.get()?).ok_or(libipc::codec::Malformed)
    };
    let codec = codec(&name, &written, &read);
    quote! {
        #kind

        #codec
    }
}

/// The errors: an enum that says in words what it means.
pub(super) fn error(found: &Enum, base: Option<&(String, usize)>) -> TokenStream {
    let numbers = numbers(found);
    let from = base.map(|(name, taken)| from(found, name, *taken));
    let arms = found.entries.iter().map(|entry| {
        let name = format_ident!("{}", entry.name);
        let text = sentence(entry);
        quote! { Self::#name => #text }
    });
    quote! {
        #numbers

        impl Error {
            /// One clause for people.
            pub const fn text(self) -> &'static str {
                match self { #(#arms),* }
            }
        }

        impl core::fmt::Display for Error {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.text())
            }
        }

        impl core::error::Error for Error {}

        #from
    }
}

/// How an error of the base becomes one of these.
fn from(found: &Enum, base: &str, taken: usize) -> TokenStream {
    let base = format_ident!("{base}");
    let entries = found.entries.iter().take(taken);
    let names: Vec<_> = entries
        .map(|entry| format_ident!("{}", entry.name))
        .collect();
    quote! {
        impl From<super::#base::Error> for Error {
            fn from(error: super::#base::Error) -> Self {
                match error { #(super::#base::Error::#names => Self::#names),* }
            }
        }
    }
}

/// The first paragraph of the documentation on one line, as a clause: `no such file`.
fn sentence(entry: &Entry) -> String {
    let lines: Vec<_> = entry.docs.iter().map(|line| line.trim()).collect();
    let paragraph = lines
        .split(|line| line.is_empty())
        .find(|lines| !lines.is_empty());
    let text = paragraph.unwrap_or_default().join(" ");
    let text = text.strip_suffix('.').unwrap_or(&text);
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}

fn enumeration(found: &Enum, name: &Ident, repr: &Ident) -> TokenStream {
    let about = docs(&found.docs);
    let names: Vec<_> = found
        .entries
        .iter()
        .map(|entry| format_ident!("{}", entry.name))
        .collect();
    let values: Vec<_> = found
        .entries
        .iter()
        .map(|entry| number(entry.value))
        .collect();
    let entries = found
        .entries
        .iter()
        .zip(&names)
        .zip(&values)
        .map(|((entry, name), value)| {
            let about = docs(&entry.docs);
            quote! { #about #name = #value }
        });
    quote! {
        #about
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(#repr)]
        pub enum #name {
            #(#entries),*
        }

        impl #name {
            /// Every entry, in declared order.
            pub const ALL: &'static [Self] = &[#(Self::#names),*];

            /// The number that stands for it.
            pub const fn number(self) -> #repr {
                self as #repr
            }

            /// What a number stands for; `None` if it stands for nothing.
            pub const fn from_number(number: #repr) -> Option<Self> {
                match number {
                    #(#values => Some(Self::#names),)*
                    _ => None,
                }
            }
        }
    }
}

fn bits(found: &Enum, name: &Ident, repr: &Ident) -> TokenStream {
    let about = docs(&found.docs);
    let entries = found.entries.iter().map(|entry| {
        let (about, name) = (docs(&entry.docs), format_ident!("{}", entry.name));
        let value = number(entry.value);
        quote! { #about pub const #name: Self = Self(#value); }
    });
    let all = number(found.entries.iter().fold(0, |all, entry| all | entry.value));
    quote! {
        #about
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct #name(#repr);

        impl #name {
            #(#entries)*

            /// All bits that have a name.
            pub const ALL: Self = Self(#all);

            /// No bit.
            pub const fn empty() -> Self {
                Self(0)
            }

            /// The bits as a number.
            pub const fn bits(self) -> #repr {
                self.0
            }

            /// The bits of a number; `None` if one of them has no name.
            pub const fn from_bits(bits: #repr) -> Option<Self> {
                if bits & !Self::ALL.0 == 0 { Some(Self(bits)) } else { None }
            }

            /// Whether all bits of `other` are here.
            pub const fn contains(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }

            /// These and those of `other`.
            pub const fn union(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
        }

        impl core::ops::BitOr for #name {
            type Output = Self;

            fn bitor(self, other: Self) -> Self {
                self.union(other)
            }
        }
    }
}
