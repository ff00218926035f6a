//! From a request to the server's method.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::fields::{self, Values};
use super::{label, server, short, types};
use crate::layout::Shapes;
use crate::model::{Answer, Fails, Interface, Method};

/// `dispatch`, one private function a method, and the `Dispatcher`.
pub(super) fn dispatch(shapes: &Shapes, interface: &Interface) -> TokenStream {
    let arms = interface.methods.iter().map(|method| {
        let (label, serve) = (label(&method.name), serve_name(method));
        let deferral = is_deferred(method).then(|| quote! { , deferral });
        quote! { labels::#label => #serve(server, caller, message #deferral), }
    });
    let serves = interface.methods.iter().map(|method| match method.answer {
        Answer::Now | Answer::Never => serve_now(interface, method),
        Answer::Deferred => serve_later(interface, method),
    });
    let rest = match interface.methods.iter().any(is_deferred) {
        true => quote! { deferral },
        false => quote! { .. },
    };
    let short = short::server(shapes, interface);
    let forget = interface
        .has_events()
        .then(|| quote! { self.0.events().forget(client); });
    let dispatcher = dispatcher(short.is_some().then(service_short), forget);
    quote! {
        /// Hands a request to the server's method, and answers what no method answers.
        pub fn dispatch<S: Server + ?Sized>(server: &mut S, request: libipc::Request<'_>) {
            let libipc::Request { caller, message, #rest } = request;
            match message.label() {
                #(#arms)*
                _ => {
                    if let Some(ordinal) = libipc::codec::stub::unknown(message, INTERFACE.id) {
                        server.unknown(caller, ordinal);
                    }
                }
            }
        }

        #short

        #(#serves)*

        #dispatcher
    }
}

fn service_short() -> TokenStream {
    quote! {
        #[inline]
        fn short(
            &mut self,
            caller: libipc::Caller,
            request: libipc::Short,
        ) -> Option<libipc::Short> {
            dispatch_short(&mut self.0, caller, request)
        }
    }
}

fn dispatcher(short: Option<TokenStream>, forget: Option<TokenStream>) -> TokenStream {
    quote! {
        /// Makes a server one that a server loop can run.
        #[derive(Debug)]
        pub struct Dispatcher<S>(pub S);

        impl<S: Server> libipc::Service for Dispatcher<S> {
            fn request(&mut self, request: libipc::Request<'_>) {
                dispatch(&mut self.0, request);
            }

            #short

            fn signal(&mut self, bits: u64) {
                self.0.signal(bits);
            }

            fn client_gone(&mut self, client: libipc::Caller) {
                #forget
                self.0.client_gone(client);
            }

            fn fault(&mut self, fault: libipc::Fault) -> libipc::FaultAnswer {
                self.0.fault(fault)
            }
        }

        /// Serves an endpoint for ever.
        pub fn serve(endpoint: libipc::Endpoint, server: impl Server) -> libipc::Never {
            libipc::serve(endpoint, Dispatcher(server))
        }
    }
}

fn serve_now(interface: &Interface, method: &Method) -> TokenStream {
    let (serve, name) = (serve_name(method), format_ident!("{}", method.name));
    let decode = fields::decode_arguments(&method.arguments);
    let names = fields::passed(&method.arguments);
    let pattern = fields::results_pattern(&method.results);
    let encode = fields::encoder(interface, &method.results, Values::Owned, &pattern);
    let label = label(&method.name);
    let run = quote! {
        libipc::meter::method(caller, labels::#label, || server.#name(caller, #(#names),*))
    };
    let stub = match method.fails {
        Fails::WithError => quote! { serve },
        Fails::Never => quote! { serve_surely },
    };
    let run = match (method.fails, method.results.is_empty()) {
        (Fails::Never, true) => quote! { #run; Ok(()) },
        _ => quote! { Ok(#run) },
    };
    quote! {
        fn #serve<S: Server + ?Sized>(
            server: &mut S,
            caller: libipc::Caller,
            message: &mut libipc::Message,
        ) {
            libipc::codec::stub::#stub(message, |r| { #decode #run }, #encode);
        }
    }
}

fn serve_later(interface: &Interface, method: &Method) -> TokenStream {
    let (serve, name) = (serve_name(method), format_ident!("{}", method.name));
    let answer = format_ident!("answer_{}", method.name);
    let decode = fields::decode_arguments(&method.arguments);
    let names = fields::passed(&method.arguments);
    let pattern = fields::results_pattern(&method.results);
    let encode = fields::encoder(interface, &method.results, Values::Owned, &pattern);
    let label = label(&method.name);
    let (results, error) = (
        types::results(interface, &method.results),
        server::error(interface, method),
    );
    quote! {
        fn #serve<S: Server + ?Sized>(
            server: &mut S,
            caller: libipc::Caller,
            message: &mut libipc::Message,
            deferral: libipc::Deferral<'_>,
        ) {
            libipc::codec::stub::defer(message, deferral, |r, deferral| {
                #decode
                let reply = deferral.defer(#answer)?;
                libipc::meter::method(caller, labels::#label, || server.#name(caller, #(#names,)* reply));
                Ok(())
            });
        }

        fn #answer(message: &mut libipc::Message, outcome: Result<#results, #error>) {
            libipc::codec::stub::answer(message, outcome, #encode);
        }
    }
}

fn serve_name(method: &Method) -> Ident {
    format_ident!("serve_{}", method.name)
}

fn is_deferred(method: &Method) -> bool {
    method.answer == Answer::Deferred
}
