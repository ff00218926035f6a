//! Calls over a ring: the requests, and the builder of batches.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::fields::{self, Values};
use super::{docs, label, server, types};
use crate::model::{Direction, Field, Integer, Interface, Method, Repeat, Type, Ways};

/// Requests and batches, if the interface has methods for rings.
pub(super) fn ring(interface: &Interface) -> TokenStream {
    let methods: Vec<_> = interface
        .methods
        .iter()
        .filter(|method| method.ways == Ways::CallAndRing)
        .collect();
    if methods.is_empty() {
        return TokenStream::new();
    }
    let requests = methods.iter().map(|method| request(interface, method));
    let calls = methods.iter().map(|method| call(interface, method));
    let submissions = submissions(interface, &methods);
    let about = docs(&[
        format!(
            "Calls of `{}` to be made together over a ring: one doorbell, and a",
            interface.name
        ),
        "ticket each that fetches the result.".to_owned(),
    ]);
    quote! {
        #(#requests)*

        #about
        #[derive(Debug, Default)]
        pub struct Batch {
            calls: libipc::codec::batch::Calls,
        }

        impl Batch {
            /// A batch without calls.
            pub const fn new() -> Self {
                Self { calls: libipc::codec::batch::Calls::new() }
            }

            /// How many calls are queued.
            pub fn len(&self) -> usize {
                self.calls.len()
            }

            /// Whether no call is queued.
            pub fn is_empty(&self) -> bool {
                self.calls.is_empty()
            }

            #(#calls)*

            /// Makes a call depend on the success of every call that was queued before it: else it is skipped.
            pub fn after_success<R, E>(
                &mut self,
                ticket: &libipc::codec::batch::Ticket<R, E>,
            ) {
                self.calls.after_success(ticket);
            }

            /// Makes all calls and waits for all of them.
            ///
            /// # Errors
            /// Why there are no results; some calls may then have been carried out.
            pub fn run<W: libipc::codec::batch::Wake>(
                &self,
                ring: &mut libipc::codec::batch::ClientRing<'_, W>,
            ) -> Result<libipc::codec::batch::Outcomes<'_>, libipc::codec::batch::BatchError> {
                self.calls.run(ring)
            }
        }

        #submissions
    }
}

/// The methods that submit one request each.
fn submissions(interface: &Interface, methods: &[&Method]) -> TokenStream {
    let submissions = methods.iter().map(|method| submission(interface, method));
    let about = docs(&[
        format!(
            "Calls of `{}` that are under way on their own over a ring: each is a future, which is",
            interface.name
        ),
        "cancelled by dropping it.".to_owned(),
    ]);
    quote! {
        #about
        #[derive(Clone, Copy, Debug)]
        pub struct Submits<'s, W>(pub &'s libipc::submit::Submitter<W>);

        impl<'s, W: libipc::codec::batch::Wake> Submits<'s, W> {
            #(#submissions)*
        }
    }
}

fn submission(interface: &Interface, method: &Method) -> TokenStream {
    let name = format_ident!("{}", method.name);
    let make = format_ident!("{}_request", method.name);
    let names = fields::names(&method.arguments);
    let kinds = method
        .arguments
        .iter()
        .map(|field| types::given(interface, &field.kind));
    let (results, error) = (
        types::results(interface, &method.results),
        server::error(interface, method),
    );
    let lent = method.arguments.iter().flat_map(lent);
    let submit = match method.repeat {
        Repeat::Freely => quote! { submit_repeatable },
        Repeat::Once => quote! { submit },
    };
    let about = docs(&method.docs);
    let deprecated = super::client::deprecated(method);
    quote! {
        #about
        #deprecated
        pub fn #name(
            self,
            #(#names: #kinds),*
        ) -> libipc::submit::Pending<'s, #results, #error, W> {
            self.0.#submit(#make(#(#names),*)) #(#lent)*
        }
    }
}

/// What says which parts of pools an argument lends.
fn lent(field: &Field) -> Vec<TokenStream> {
    let Type::Lend(direction, _) = field.kind else {
        return Vec::new();
    };
    let name = format_ident!("{}", field.name);
    let sides = match direction {
        Direction::In => vec![quote! { Out }],
        Direction::Out => vec![quote! { In }],
        Direction::InOut => vec![quote! { Out }, quote! { In }],
    };
    let with = |side| quote! { .with_word(libipc::submit::Side::#side, #name.word()) };
    sides.into_iter().map(with).collect()
}

fn request(interface: &Interface, method: &Method) -> TokenStream {
    let name = format_ident!("{}_request", method.name);
    let label = label(&method.name);
    let names = fields::names(&method.arguments);
    let kinds = method
        .arguments
        .iter()
        .map(|field| types::given(interface, &field.kind));
    let encode = fields::encoder(interface, &method.arguments, Values::Given, &quote! {});
    let about = docs(&[
        format!(
            "The ring's request for `{}`; `libipc::codec::result` reads its outcome.",
            method.name
        ),
        String::new(),
        "# Errors".to_owned(),
        "If an argument is longer than the interface allows.".to_owned(),
    ]);
    quote! {
        #about
        #[inline]
        pub fn #name(
            #(#names: #kinds),*
        ) -> Result<libipc::ring::RingRequest, libipc::TooLong> {
            libipc::codec::request(labels::#label, #encode)
        }
    }
}

fn call(interface: &Interface, method: &Method) -> TokenStream {
    let name = format_ident!("{}", method.name);
    let make = format_ident!("{}_request", method.name);
    let names = fields::names(&method.arguments);
    let kinds = method
        .arguments
        .iter()
        .map(|field| types::given(interface, &field.kind));
    let (results, error) = (
        types::results(interface, &method.results),
        server::error(interface, method),
    );
    let push = match method.repeat {
        Repeat::Freely => quote! { push_repeatable },
        Repeat::Once => quote! { push },
    };
    let (kinds, push): (Vec<_>, _) = match target(method) {
        None => (
            kinds.collect(),
            quote! { self.calls.#push(#make(#(#names),*)) },
        ),
        Some(target) => {
            let target = format_ident!("{}", target.name);
            let given = quote! { impl Into<libipc::codec::batch::Given> };
            let make = match names.as_slice() {
                [_] => quote! { #make },
                names => quote! { |#target| #make(#(#names),*) },
            };
            (
                [given].into_iter().chain(kinds.skip(1)).collect(),
                quote! { self.calls.push_given(#target.into(), #make) },
            )
        }
    };
    let mut lines = method.docs.clone();
    let errors = match target(method) {
        None => "If the batch is full.",
        Some(_) => "If the batch is full, or the first argument is no earlier call's result.",
    };
    lines.extend(["", "# Errors", errors].map(str::to_owned));
    let about = docs(&lines);
    let deprecated = super::client::deprecated(method);
    quote! {
        #about
        #deprecated
        #[inline]
        pub fn #name(
            &mut self,
            #(#names: #kinds),*
        ) -> Result<libipc::codec::batch::Ticket<#results, #error>, libipc::TooLong> {
            #push
        }
    }
}

/// The argument that an earlier call of the batch can give: the first, if it is as long as a result and
/// stands where the ring's end puts one.
fn target(method: &Method) -> Option<&Field> {
    let first = method.arguments.first()?;
    matches!(first.kind, Type::Integer(Integer::U32)).then_some(first)
}
