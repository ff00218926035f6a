//! The client: a method each over any transport.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::fields::{self, Values};
use super::{docs, label, types};
use crate::model::{Fails, Interface, Method};

/// The client and how one is made.
pub(super) fn client(interface: &Interface) -> TokenStream {
    let about = docs(&[format!("A client of `{}`.", interface.name)]);
    let methods = interface
        .methods
        .iter()
        .map(|found| method(interface, found));
    quote! {
        #about
        #[derive(Debug)]
        pub struct Client<T = libipc::Connection> {
            transport: T,
        }

        impl<T: libipc::Transport> Client<T> {
            /// A client that calls over `transport`.
            pub const fn new(transport: T) -> Self {
                Self { transport }
            }

            #(#methods)*
        }

        impl From<libipc::Connection> for Client {
            fn from(connection: libipc::Connection) -> Self {
                Self::new(connection)
            }
        }

        impl From<libipc::Cap<Client>> for Client {
            fn from(cap: libipc::Cap<Client>) -> Self {
                Self::new(cap.into())
            }
        }
    }
}

fn method(interface: &Interface, method: &Method) -> TokenStream {
    let name = format_ident!("{}", method.name);
    let label = label(&method.name);
    let names = fields::names(&method.arguments);
    let kinds = method
        .arguments
        .iter()
        .map(|field| types::given(interface, &field.kind));
    let encode = fields::encoder(interface, &method.arguments, Values::Given, &quote! {});
    let decode = fields::results_decoder(&method.results);
    let results = types::results(interface, &method.results);
    let (stub, error) = match method.fails {
        Fails::WithError => (quote! { call }, quote! { libipc::Error<Error> }),
        Fails::Never => (quote! { ask }, quote! { libipc::TransportError }),
    };
    let about = about(method);
    quote! {
        #about
        pub fn #name(&self, #(#names: #kinds),*) -> Result<#results, #error> {
            libipc::codec::stub::#stub(&self.transport, labels::#label, #encode, #decode)
        }
    }
}

/// The method's documentation with what a client must know besides.
fn about(method: &Method) -> TokenStream {
    let errors = match method.fails {
        Fails::WithError => "The server's own error, or why no answer came.",
        Fails::Never => "Why no answer came.",
    };
    let mut lines = method.docs.clone();
    lines.extend(["", "# Errors", errors].map(str::to_owned));
    docs(&lines)
}
