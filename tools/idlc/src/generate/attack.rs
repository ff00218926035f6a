//! A server that answers anything, and requests that are made at random: to try the server's side with.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{label, mocks::Parts, types};
use crate::model::{Answer, Fails, Field, Interface, Method, Type};

/// The server, and the function that attacks it.
pub(super) fn attack(interface: &Interface) -> TokenStream {
    let (server, requests) = (anything(interface), requests(interface));
    let labels = interface.methods.iter().map(|method| label(&method.name));
    quote! {
        #server
        #requests

        /// Hands a request that is made at random to the server's side: one that is right, or one that was right before a
        /// part of it was changed.
        ///
        /// # Panics
        /// If a right one is not understood, or any is not answered.
        pub fn attack(random: &mut crate::sample::Random) {
            const ALL: &[u32] = &[#(labels::#labels),*];
            let server = Anything::new(random.number());
            crate::sample::attack(random, ALL, arguments, &mut Dispatcher(server));
        }
    }
}

fn anything(interface: &Interface) -> TokenStream {
    let own = interface.methods.iter().filter(|one| !one.is_of_events());
    let methods = own.map(|method| {
        let Parts {
            name,
            names,
            inputs,
            outcome,
            ..
        } = Parts::new(interface, method);
        let body = body(method);
        quote! {
            #[allow(unused_variables, reason = "what it is asked changes nothing")]
            fn #name(&mut self, _: libipc::Caller, #(#names: #inputs),*) #outcome { #body }
        }
    });
    let has_events = interface.has_events();
    let feed = has_events.then(|| quote! { events: libipc::events::Feed<Event> });
    let new_feed = has_events.then(|| quote! { events: libipc::events::Feed::new() });
    let give_feed = has_events.then(|| {
        quote! {
            fn events(&mut self) -> &mut libipc::events::Feed<Event> {
                &mut self.events
            }
        }
    });
    quote! {
        /// A server that answers anything to everything.
        #[allow(missing_debug_implementations, reason = "its numbers say nothing")]
        pub struct Anything {
            random: crate::sample::Random,
            #feed
        }

        impl Anything {
            /// A server whose answers come of a seed.
            pub fn new(seed: u64) -> Self {
                Self { random: crate::sample::Random::new(seed), #new_feed }
            }
        }

        impl Server for Anything {
            #(#methods)*

            #give_feed
        }
    }
}

/// Answers with values at random.
fn body(method: &Method) -> TokenStream {
    let values = method
        .results
        .iter()
        .map(|_| quote! { self.random.value() });
    let values: Vec<_> = values.collect();
    let value = match values.as_slice() {
        [one] => one.clone(),
        all => quote! { (#(#all),*) },
    };
    match (method.answer, method.fails) {
        (Answer::Deferred, _) => quote! {
            // Else it is dropped, which is an answer as well.
            if self.random.value() {
                reply.ok(#value);
            }
        },
        (_, Fails::WithError) => quote! {
            match self.random.value() {
                true => Ok(#value),
                false => Err(self.random.value()),
            }
        },
        (_, Fails::Never) if values.is_empty() => TokenStream::new(),
        (_, Fails::Never) => value,
    }
}

/// The function that writes a method's arguments.
fn requests(interface: &Interface) -> TokenStream {
    let with = interface
        .methods
        .iter()
        .filter(|one| !one.arguments.is_empty());
    let steps = with.map(|method| {
        let (caps, data): (Vec<_>, Vec<_>) = method
            .arguments
            .iter()
            .partition(|field| matches!(field.kind, Type::Cap(..)));
        let steps = data.into_iter().chain(caps);
        let steps = steps.map(|field| argument(interface, field));
        (label(&method.name), quote! { #(#steps)* })
    });
    let steps: Vec<_> = steps.collect();
    let (labels, all): (Vec<_>, Vec<_>) = steps.iter().cloned().unzip();
    let body = match steps.as_slice() {
        [] => TokenStream::new(),
        [(label, steps)] => quote! { if label == labels::#label { #steps } },
        _ => quote! { match label { #(labels::#labels => { #all })* _ => {} } },
    };
    // Capabilities are always the same one.
    let mut arguments = interface.methods.iter().flat_map(|one| &one.arguments);
    let draws = arguments.any(|field| !matches!(field.kind, Type::Cap(..)));
    let parameters = match (steps.is_empty(), draws) {
        (true, _) => ["_label", "_random", "_w"],
        (false, false) => ["label", "_random", "w"],
        (false, true) => ["label", "random", "w"],
    };
    let [label, random, w] = parameters.map(|name| format_ident!("{name}"));
    let import = import(interface);
    quote! {
        fn arguments(
            #label: u32,
            #random: &mut crate::sample::Random,
            #w: &mut libipc::Message,
        ) -> Result<(), libipc::TooLong> {
            #import
            #body
            Ok(())
        }
    }
}

fn argument(interface: &Interface, field: &Field) -> TokenStream {
    match &field.kind {
        Type::Cap(..) => {
            quote! { w.append_cap(libipc::CapItem::moved(libipc::CPtr(1)))?; }
        }
        Type::Lend(_, bound) => {
            let bound = types::number(*bound);
            quote! { w.put(&random.place(#bound))?; }
        }
        kind => {
            let owned = types::owned(interface, kind);
            quote! { w.put(&random.value::<#owned>())?; }
        }
    }
}

/// The trait by which values are written, if there are any.
fn import(interface: &Interface) -> Option<TokenStream> {
    let is_data = |field: &Field| !matches!(field.kind, Type::Cap(..));
    let mut arguments = interface
        .methods
        .iter()
        .flat_map(|method| &method.arguments);
    arguments
        .any(is_data)
        .then(|| quote! { use libipc::codec::Sink as _; })
}
