//! The client: a method each over any transport.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::fields::{self, Values};
use super::{docs, label, short, types};
use crate::layout::Shapes;
use crate::model::{Answer, Fails, Interface, Method, Repeat, Role, Tolerance, Type};

/// The client and how one is made.
pub(super) fn client(shapes: &Shapes, interface: &Interface) -> TokenStream {
    let about = docs(&[format!("A client of `{}`.", interface.name)]);
    let methods = interface
        .methods
        .iter()
        .map(|found| method(shapes, interface, found));
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

            /// What it calls over.
            pub const fn transport(&self) -> &T {
                &self.transport
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

fn method(shapes: &Shapes, interface: &Interface, method: &Method) -> TokenStream {
    let name = format_ident!("{}", method.name);
    let label = label(&method.name);
    let names = fields::names(&method.arguments);
    let kinds = method
        .arguments
        .iter()
        .map(|field| types::given(interface, &field.kind));
    let encode = fields::encoder(interface, &method.arguments, Values::Given, &quote! {});
    let decode = fields::results_decoder(&method.results);
    let mut results = types::results(interface, &method.results);
    let (stub, error) = match method.fails {
        Fails::WithError => {
            let error = types::error(interface);
            (quote! { call }, quote! { libipc::Error<#error> })
        }
        Fails::Never => (quote! { ask }, quote! { libipc::TransportError }),
    };
    let mut body = match method.answer {
        Answer::Never => quote! {
            libipc::codec::stub::send(&self.transport, labels::#label, #encode)
        },
        _ if short::is_short(shapes, method) => short::client(shapes, interface, method),
        _ => quote! {
            libipc::codec::stub::#stub(&self.transport, labels::#label, #encode, #decode)
        },
    };
    if method.repeat == Repeat::Freely {
        body = quote! { libipc::codec::stub::again(|| { #body }) };
    }
    if method.tolerance == Tolerance::Flexible {
        body = quote! { libipc::codec::stub::known(#body) };
        results = quote! { Option<#results> };
    }
    if let Some((wrapped, stream)) = streamed(interface, method, &body, &error) {
        (body, results) = (wrapped, stream);
    }
    let about = about(method);
    let deprecated = deprecated(method);
    quote! {
        #about
        #deprecated
        pub fn #name(&self, #(#names: #kinds),*) -> Result<#results, #error> {
            #body
        }
    }
}

/// What opens a stream, and the type of the stream, if the method opens one.
fn streamed(
    interface: &Interface,
    method: &Method,
    open: &TokenStream,
    error: &TokenStream,
) -> Option<(TokenStream, TokenStream)> {
    let (more, close) = (
        format!("{}_more", method.name),
        format_ident!("{}_close", method.name),
    );
    let is_more = |other: &&Method| other.role == Role::Made && other.name == more;
    let found = interface.methods.iter().find(is_more);
    let more = format_ident!("{more}");
    let Type::List(element, bound) = &found?.results.first()?.kind else {
        return None;
    };
    if method.role != Role::Opens {
        return None;
    }
    let (element, bound) = (types::owned(interface, element), types::number(*bound));
    let stream = quote! { libipc::stream::Incoming<'_, Self, #element, #error, #bound> };
    let open = quote! {
        let stream = #open?;
        Ok(libipc::stream::Incoming::new(self, stream, Self::#more, Self::#close))
    };
    Some((open, stream))
}

/// The attribute that warns of a method's use.
pub(super) fn deprecated(method: &Method) -> Option<TokenStream> {
    let instead = method.deprecated.as_ref()?;
    let note = format!("use `{instead}`");
    Some(quote! { #[deprecated(note = #note)] })
}

/// The method's documentation with what a client must know besides.
fn about(method: &Method) -> TokenStream {
    let errors = match method.fails {
        Fails::WithError => "The server's own error, or why no answer came.",
        Fails::Never => "Why no answer came.",
    };
    let mut lines = method.docs.clone();
    let mut add = |line: String| lines.extend([String::new(), line]);
    if method.since > 1 {
        add(format!("Since revision {} of the interface.", method.since));
    }
    if method.answer == Answer::Never {
        add("Does not wait for the server to do it.".to_owned());
    }
    if method.repeat == Repeat::Freely {
        add("Asked again once if the server dies meanwhile.".to_owned());
    }
    if method.tolerance == Tolerance::Flexible {
        add("`None` if the server is too old to know the method.".to_owned());
    }
    lines.extend(["", "# Errors", errors].map(str::to_owned));
    docs(&lines)
}
