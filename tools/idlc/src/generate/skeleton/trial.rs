//! The tests of a server to begin with, and a call of it without code.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::blank::Blanks;
use super::{body, is_beside, used};
use crate::model::{Answer, Choice, Fails, Interface, Method, Role, Tolerance, Type};

/// A call that can be written without code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The method with its arguments, as they are typed behind the interface: `.now`, or nothing, which lists methods.
    pub words: String,
    /// What it is answered.
    pub told: Told,
}

/// What a call is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// An error of this name.
    Error(String),
    /// That the server gave the request up.
    Abandoned,
    /// Results, the first of which has this name, if there is one.
    Results(Option<String>),
    /// The interface's methods, this among them.
    Methods(String),
}

/// What holds of methods before they are written.
pub(super) fn assertions(blanks: &Blanks<'_>, interface: &Interface) -> Vec<TokenStream> {
    let methods = interface.methods.iter();
    let made = methods.filter_map(|one| assertion(blanks, interface, one));
    made.collect()
}

/// The module of tests; `imported` are the names of the interface that the server uses already.
pub(super) fn tests(
    interface: &Interface,
    name: &Ident,
    asserts: &[TokenStream],
    imported: &BTreeSet<String>,
) -> TokenStream {
    let module = format_ident!("{}", interface.name);
    let all = asserts.iter().cloned().collect();
    let more = used(interface, &all);
    let more = more
        .difference(imported)
        .map(|name| format_ident!("{name}"));
    let reached = (!asserts.is_empty()).then(|| {
        quote! {
            #[test]
            fn methods_are_reached_and_answer_what_they_can_before_they_are_written() {
                let server = Mock::new(Dispatcher(#name::default()));
                let client = Client::new(server.connect(1));
                #(#asserts)*
            }
        }
    });
    let client = (!asserts.is_empty()).then(|| quote! { Client, });
    quote! {
        #[cfg(test)]
        mod tests {
            use libipc_mock::Mock;
            use proto::#module::{#client Dispatcher, #(#more),*};

            use super::*;

            #reached

            #[test]
            fn a_request_of_another_interface_reaches_no_method() {
                let server = Mock::new(Dispatcher(#name::default()));
                let mut message = libipc::Message::new(1);
                let outcome = libipc::Transport::call(&server.connect(1), &mut message);
                assert_eq!(outcome, Err(libipc::TransportError::WrongInterface));
            }
        }
    }
}

/// What holds of a method before it is written, if a test can call it.
fn assertion(blanks: &Blanks<'_>, interface: &Interface, method: &Method) -> Option<TokenStream> {
    if !is_plain(interface, method) {
        return None;
    }
    let name = format_ident!("{}", method.name);
    let arguments = method.arguments.iter().map(|one| blanks.given(&one.kind));
    let arguments = arguments.collect::<Option<Vec<_>>>()?;
    let called = quote! { client.#name(#(#arguments),*) };
    Some(match (method.fails, method.answer) {
        (Fails::WithError, _) => {
            let error = blanks.first_error(interface)?;
            quote! { assert!(matches!(#called, Err(libipc::Error::Server(#error)))); }
        }
        (Fails::Never, Answer::Deferred) => {
            quote! { assert!(matches!(#called, Err(libipc::TransportError::Abandoned))); }
        }
        (Fails::Never, _) => {
            body(blanks, interface, method)?;
            quote! { assert!(#called.is_ok()); }
        }
    })
}

/// Whether a method is what it was declared to be: no part of a stream or of events, to be used, and answered.
fn is_plain(interface: &Interface, method: &Method) -> bool {
    let more = format!("{}_more", method.name);
    let opens = interface
        .methods
        .iter()
        .any(|one| one.name == more && one.role == Role::Made);
    method.role != Role::Made
        && !opens
        && method.deprecated.is_none()
        && method.answer != Answer::Never
}

/// A call of the first method that one can write.
pub(super) fn call(blanks: &Blanks<'_>, interface: &Interface) -> Call {
    let own = interface
        .methods
        .iter()
        .filter(|one| is_plain(interface, one));
    let written = own.filter_map(|one| {
        let words = words(blanks, one)?;
        let told = told(blanks, interface, one)?;
        Some(Call { words, told })
    });
    let first = interface.methods.first().map(|one| one.name.clone());
    written.into_iter().next().unwrap_or(Call {
        words: String::new(),
        told: Told::Methods(first.unwrap_or_default()),
    })
}

fn words(blanks: &Blanks<'_>, method: &Method) -> Option<String> {
    let mut text = format!(".{}", method.name);
    for field in &method.arguments {
        if let Some(value) = word(blanks, &field.kind)? {
            text += &format!(" {}={value}", field.name);
        }
    }
    Some(text)
}

/// A value as it is typed, or nothing if it need not be; `None` if it cannot be.
fn word(blanks: &Blanks<'_>, kind: &Type) -> Option<Option<String>> {
    Some(Some(match kind {
        Type::Bool => "false".to_owned(),
        Type::Integer(_) => "0".to_owned(),
        Type::Text(_) | Type::Bytes(_) => String::new(),
        Type::List(..) => "[]".to_owned(),
        Type::Optional(_) => return Some(None),
        Type::Number(id, _, Choice::One) => blanks.first(id)?.to_owned(),
        _ => return None,
    }))
}

fn told(blanks: &Blanks<'_>, interface: &Interface, method: &Method) -> Option<Told> {
    Some(match (method.fails, method.answer) {
        (Fails::WithError, _) => Told::Error(blanks.first_error_name(interface)?),
        (Fails::Never, Answer::Deferred) => Told::Abandoned,
        (Fails::Never, _) if method.tolerance == Tolerance::Flexible => return None,
        (Fails::Never, _) => {
            let first = method.results.first();
            if first.is_some_and(|one| is_beside(&one.kind)) {
                return None;
            }
            Told::Results(first.map(|one| one.name.clone()))
        }
    })
}
