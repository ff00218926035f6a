//! The trait that a server implements.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{docs, fields, types};
use crate::model::{Answer, Fails, Interface, Method};

/// The trait, a method each.
pub(super) fn server(interface: &Interface) -> TokenStream {
    let about = docs(&[format!("A server of `{}`.", interface.name)]);
    let has_events = interface.has_events();
    let is_own = |method: &&Method| !method.is_of_events();
    let methods = interface.methods.iter().filter(is_own).map(|method| {
        let (about, name) = (docs(&method.docs), format_ident!("{}", method.name));
        let names = fields::names(&method.arguments);
        let kinds = method
            .arguments
            .iter()
            .map(|field| types::received(interface, &field.kind));
        let (reply, outcome) = match method.answer {
            Answer::Now | Answer::Never => (None, outcome(interface, method)),
            Answer::Deferred => (Some(reply(interface, method)), quote! {}),
        };
        quote! {
            #about
            fn #name(&mut self, caller: libipc::Caller, #(#names: #kinds,)* #reply) #outcome;
        }
    });
    let events = has_events.then(events);
    quote! {
        #about
        pub trait Server {
            #(#methods)*

            #events

            /// Is told of a request for a method that this version of the interface does not have,
            /// which is answered so.
            fn unknown(&mut self, caller: libipc::Caller, ordinal: u16) {
                let _ = (caller, ordinal);
            }

            /// Takes signals of the notification that is bound to the server's thread.
            fn signal(&mut self, bits: u64) {
                let _ = bits;
            }

            /// Frees what is kept for a client: the last capability with its badge is gone.
            fn client_gone(&mut self, client: libipc::Caller) {
                let _ = client;
            }

            /// Decides about a thread that faulted and whose faults come here. It stays stopped
            /// unless a server says otherwise.
            fn fault(&mut self, fault: libipc::Fault) -> libipc::FaultAnswer {
                let _ = fault;
                libipc::FaultAnswer::Stop
            }
        }
    }
}

/// What the methods that carry events work on; a server only gives it.
fn events() -> TokenStream {
    quote! {
        /// The events that wait to be taken.
        fn events(&mut self) -> &mut libipc::events::Feed<Event>;

        /// Lets a client watch; made for [`events`](Self::events).
        fn watch_events(
            &mut self,
            caller: libipc::Caller,
            arrival: libipc::Cap<libipc::objects::Notification>,
        ) -> bool {
            self.events().watch(caller, arrival)
        }

        /// Gives a client its events; made for [`events`](Self::events).
        fn take_events(&mut self, caller: libipc::Caller) -> (libipc::codec::List<Event, 8>, u32) {
            self.events().take(caller)
        }
    }
}

pub(super) fn outcome(interface: &Interface, method: &Method) -> TokenStream {
    let results = types::results(interface, &method.results);
    match method.fails {
        Fails::WithError => {
            let error = types::error(interface);
            quote! { -> Result<#results, #error> }
        }
        Fails::Never if method.results.is_empty() => quote! {},
        Fails::Never => quote! { -> #results },
    }
}

pub(super) fn reply(interface: &Interface, method: &Method) -> TokenStream {
    let results = types::results(interface, &method.results);
    let error = error(interface, method);
    quote! { reply: libipc::Reply<#results, #error> }
}

/// The error of a method for which one must be named.
pub(super) fn error(interface: &Interface, method: &Method) -> TokenStream {
    match method.fails {
        Fails::WithError => types::error(interface),
        Fails::Never => quote! { core::convert::Infallible },
    }
}
