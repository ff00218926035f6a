//! A server to begin with: every method of an interface, which answers what can be answered by who knows nothing, and
//! tests of that.
//!
//! A method with errors answers the first of them, one whose answer is deferred gives its reply up, and every other answers
//! zeros, nothing, or the first of several. So what is made compiles and can be called, and each method is replaced when it
//! is written. A capability cannot be made of nothing: an interface is refused that has a method which must answer one.

mod blank;
mod trial;

pub use trial::{Call, Told};

use std::collections::BTreeSet;
use std::fmt;

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{format_ident, quote};

use super::{Broken, formatted, server, types};
use crate::model::{Answer, Fails, Interface, Method, Type};
use blank::Blanks;

/// A server to begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skeleton {
    /// The library: the server and its tests.
    pub library: String,
    /// A call that can be written without code, and what it is answered.
    pub call: Call,
}

/// Why there is no server to begin with.
#[derive(Debug)]
pub enum Unfit {
    /// The interface has no methods.
    NoMethods,
    /// The method must answer a capability, or something of which it holds one.
    Capability(String),
    /// The interface declares something of the server's name.
    Taken(String),
    /// The generator has a mistake.
    Broken(Broken),
}

impl fmt::Display for Unfit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMethods => out.write_str("it has no methods"),
            Self::Capability(method) => write!(
                out,
                "its method `{method}` always answers a capability, which cannot be made of nothing"
            ),
            Self::Taken(name) => write!(out, "it declares `{name}` itself"),
            Self::Broken(broken) => broken.fmt(out),
        }
    }
}

impl std::error::Error for Unfit {}

/// Makes a server of an interface, one of `interfaces`, whose type has this name.
///
/// # Errors
/// Why there is none.
pub fn skeleton(
    interfaces: &[Interface],
    interface: &Interface,
    name: &str,
) -> Result<Skeleton, Unfit> {
    let blanks = Blanks::new(interfaces, interface);
    let own = interface.methods.iter().filter(|one| !one.is_of_events());
    let own: Vec<_> = own.collect();
    if own.is_empty() {
        return Err(Unfit::NoMethods);
    }
    let type_name = format_ident!("{name}");
    let methods = own.iter().map(|one| method(&blanks, interface, one));
    let methods = methods.collect::<Result<Vec<_>, _>>()?;
    let serves = outside(serves(interface, &type_name, &methods));
    let asserts = trial::assertions(&blanks, interface);
    let asserts: Vec<_> = asserts.into_iter().map(outside).collect();
    let used = used(interface, &serves);
    let tests = trial::tests(interface, &type_name, &asserts, &used);
    if used.contains(name) || ["Server", "Client", "Dispatcher", "Mock", "Caller"].contains(&name) {
        return Err(Unfit::Taken(name.to_owned()));
    }
    let used = used.iter().map(|name| format_ident!("{name}"));
    let module = format_ident!("{}", interface.name);
    let about = [
        format!(" {name}: serves `{}`.", interface.name),
        String::new(),
        " What the server does is here, so that tests run it on any machine; `main.rs` only serves it. Until".to_owned(),
        " a method is written it answers an error, gives its reply up, or answers nothing.".to_owned(),
    ];
    let library = quote! {
        #(#![doc = #about])*
        #![no_std]
        #![forbid(unsafe_code)]

        use libipc::Caller;
        use proto::#module::{#(#used,)* Server};

        #serves
        #tests
    };
    let library = formatted(interface, library).map_err(Unfit::Broken)?;
    Ok(Skeleton {
        library: spaced(&library),
        call: trial::call(&blanks, interface),
    })
}

/// Puts blank lines where those who write servers have them, and the interfaces' own modules need none.
fn spaced(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len());
    let mut before = "";
    for line in text.lines() {
        let is_method = line.starts_with("    fn ") && before.ends_with("{}");
        let is_first_use = line.starts_with("use ") && before.starts_with("#!");
        // The two imports belong together.
        let is_between = line.is_empty() && before.starts_with("use libipc");
        if is_method || is_first_use {
            spaced.push('\n');
        }
        if !is_between {
            spaced.push_str(line);
            spaced.push('\n');
        }
        before = line;
    }
    spaced
}

fn serves(interface: &Interface, name: &Ident, methods: &[TokenStream]) -> TokenStream {
    let has_events = interface.has_events();
    let fields = has_events.then(|| quote! { events: libipc::events::Feed<Event> });
    let debug = (!has_events).then(|| quote! { Debug, });
    let events = has_events.then(|| {
        quote! {
            fn events(&mut self) -> &mut libipc::events::Feed<Event> {
                &mut self.events
            }
        }
    });
    quote! {
        /// The server.
        #[derive(#debug Default)]
        pub struct #name { #fields }

        impl Server for #name {
            #(#methods)*

            #events
        }
    }
}

fn method(
    blanks: &Blanks<'_>,
    interface: &Interface,
    method: &Method,
) -> Result<TokenStream, Unfit> {
    let name = format_ident!("{}", method.name);
    let names = method
        .arguments
        .iter()
        .map(|one| format_ident!("_{}", one.name));
    let kinds = method.arguments.iter();
    let kinds = kinds.map(|one| types::received(interface, &one.kind));
    let (reply, outcome) = match method.answer {
        Answer::Now | Answer::Never => (None, server::outcome(interface, method)),
        Answer::Deferred => (Some(server::reply(interface, method)), quote! {}),
    };
    let body =
        body(blanks, interface, method).ok_or_else(|| Unfit::Capability(method.name.clone()))?;
    Ok(quote! {
        fn #name(&mut self, _: Caller, #(#names: #kinds,)* #reply) #outcome {
            #body
        }
    })
}

fn body(blanks: &Blanks<'_>, interface: &Interface, method: &Method) -> Option<TokenStream> {
    let error = (method.fails == Fails::WithError).then(|| blanks.first_error(interface));
    Some(match (method.answer, error) {
        (Answer::Deferred, Some(error)) => {
            let error = error?;
            quote! { reply.fail(#error); }
        }
        (Answer::Deferred, None) => quote! { drop(reply); },
        (_, Some(error)) => {
            let error = error?;
            quote! { Err(#error) }
        }
        (_, None) if method.results.is_empty() => quote! {},
        (_, None) => blanks.results(&method.results)?,
    })
}

/// The names of the interface that tokens use.
pub(super) fn used(interface: &Interface, tokens: &TokenStream) -> BTreeSet<String> {
    let structs = interface.structs.iter().map(|one| &one.name);
    let tables = interface.tables.iter().map(|one| &one.name);
    let unions = interface.unions.iter().map(|one| &one.name);
    let enums = interface.enums.iter().map(|one| &one.name);
    let mut declared: BTreeSet<_> = structs
        .chain(tables)
        .chain(unions)
        .chain(enums)
        .cloned()
        .collect();
    declared.extend(["Error".to_owned(), "Client".to_owned()]);
    let mut found = BTreeSet::new();
    collect(tokens, Before::Nothing, &mut |name| {
        if declared.contains(name) {
            found.insert(name.to_owned());
        }
    });
    found
}

/// What stands before a token: a name behind `::` is not the interface's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Nothing that matters.
    Nothing,
    /// `:`, after another one.
    Path,
}

fn collect(tokens: &TokenStream, mut before: Before, each: &mut impl FnMut(&str)) {
    let mut colons = 0;
    for token in tokens.clone() {
        match token {
            TokenTree::Ident(name) if before == Before::Nothing => each(&name.to_string()),
            TokenTree::Group(group) => collect(&group.stream(), Before::Nothing, each),
            TokenTree::Punct(sign) if sign.as_char() == ':' => {
                colons += 1;
                before = if colons == 2 { Before::Path } else { before };
                continue;
            }
            _ => {}
        }
        (before, colons) = (Before::Nothing, 0);
    }
}

/// Paths to other interfaces as they are outside of the crate of interfaces: `proto` in the place of `super`.
fn outside(tokens: TokenStream) -> TokenStream {
    let changed = tokens.into_iter().map(|token| match token {
        TokenTree::Ident(name) if name == "super" => {
            TokenTree::Ident(Ident::new("proto", name.span()))
        }
        TokenTree::Group(group) => {
            TokenTree::Group(Group::new(group.delimiter(), outside(group.stream())))
        }
        other => other,
    });
    changed.collect()
}

/// Whether a type is, or holds, a capability or a lent buffer.
fn is_beside(kind: &Type) -> bool {
    matches!(kind, Type::Cap(..) | Type::Lend(..))
}
