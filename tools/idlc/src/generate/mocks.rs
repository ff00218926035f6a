//! What tests put in a server's place: one whose methods they write, one that always fails, one that answers
//! anything; and values of every type to try the codec and the server's side with.
//!
//! The modules stand beside those of the interfaces, in `mocks`, with the same names; each passes on
//! what its interface's module has, so that types are named alike in both.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{Broken, Module, attack, docs, fields, formatted, label, server, types};
use crate::layout::{self, Shape, Shapes};
use crate::model::{
    Answer, Choice, Enum, Fails, Field, Interface, Method, Struct, Table, Type, TypeId, Union,
};

/// The modules of all interfaces, and the one that names them.
///
/// # Errors
/// As [`super::generate`].
pub fn mocks(interfaces: &[Interface]) -> Result<Vec<Module>, Broken> {
    let shapes = &layout::shapes(interfaces);
    let mut modules = vec![Module {
        file: "mod.rs".to_owned(),
        text: root(interfaces),
    }];
    for interface in interfaces {
        modules.push(Module {
            file: format!("{}.rs", interface.name),
            text: formatted(interface, module(shapes, interface))?,
        });
    }
    Ok(modules)
}

fn root(interfaces: &[Interface]) -> String {
    let mut names: Vec<_> = interfaces.iter().map(|one| one.name.as_str()).collect();
    names.sort_unstable();
    let mut text = "//! What tests put in the place of servers. Made by `idlc`.\n\n".to_owned();
    for name in &names {
        text += &format!("pub mod {name};\n");
    }
    text += "\nuse crate::sample::Random;\n\n";
    text += "/// Hands the server's side of every interface a request that is made at random.\n";
    text += "pub fn attacks(random: &mut Random) {\n";
    for interface in interfaces.iter().filter(|one| !one.methods.is_empty()) {
        text += &format!("    {}::attack(random);\n", interface.name);
    }
    text += "}\n\n";
    text += "/// Tries the codec with a value of every type of every interface.\n";
    text += "pub fn round_trips(random: &mut Random) {\n";
    for name in &names {
        text += &format!("    {name}::round_trips(random);\n");
    }
    text + "}\n"
}

fn module(shapes: &Shapes, interface: &Interface) -> TokenStream {
    let about = format!(
        " What tests put in the place of a server of `{}`.",
        interface.name
    );
    let name = format_ident!("{}", interface.name);
    let samples = samples(shapes, interface);
    let servers = (!interface.methods.is_empty()).then(|| {
        let (mock, failing) = (mock(interface), failing(interface));
        let attack = attack::attack(interface);
        quote! { #mock #failing #attack }
    });
    quote! {
        #![doc = #about]
        #![doc = ""]
        #![doc = " Made by `idlc`."]
        pub use crate::#name::*;

        #servers
        #samples
    }
}

/// A server of closures.
fn mock(interface: &Interface) -> TokenStream {
    let own = interface.methods.iter().filter(|one| !one.is_of_events());
    let methods: Vec<_> = own.map(|one| Parts::new(interface, one)).collect();
    let fields = methods.iter().map(
        |Parts {
             method,
             name,
             inputs,
             outcome,
             ..
         }| {
            let about = docs(&[format!("What `{}` does.", method.name)]);
            quote! {
                #about
                pub #name: alloc::boxed::Box<dyn FnMut(libipc::Caller, #(#inputs),*) #outcome>
            }
        },
    );
    let defaults = methods.iter().map(
        |Parts {
             method,
             name,
             names,
             ..
         }| {
            let unused = names.iter().map(|_| quote! { _ });
            let text = format!(
                "`{}.{}` was called, which the test does not expect",
                interface.name, method.name
            );
            quote! { #name: alloc::boxed::Box::new(|_, #(#unused),*| panic!(#text)) }
        },
    );
    let serves = methods.iter().map(
        |Parts {
             name,
             names,
             inputs,
             outcome,
             ..
         }| {
            quote! {
                fn #name(&mut self, caller: libipc::Caller, #(#names: #inputs),*) #outcome {
                    (self.#name)(caller, #(#names),*)
                }
            }
        },
    );
    let has_events = interface.has_events();
    let feed = has_events.then(|| {
        quote! {
            /// What it tells.
            pub events: libipc::events::Feed<Event>
        }
    });
    let new_feed = has_events.then(|| quote! { events: libipc::events::Feed::new() });
    let give_feed = has_events.then(|| {
        quote! {
            fn events(&mut self) -> &mut libipc::events::Feed<Event> {
                &mut self.events
            }
        }
    });
    quote! {
        /// A server whose methods a test writes; one that it did not write is a panic.
        #[allow(clippy::type_complexity, reason = "the types are those of the methods")]
        pub struct Mock {
            #(#fields,)*
            #feed
        }

        impl Default for Mock {
            fn default() -> Self {
                Self { #(#defaults,)* #new_feed }
            }
        }

        impl core::fmt::Debug for Mock {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("Mock")
            }
        }

        impl Server for Mock {
            #(#serves)*

            #give_feed
        }
    }
}

/// A method as the server's trait has it.
pub(super) struct Parts<'a> {
    method: &'a Method,
    pub(super) name: proc_macro2::Ident,
    pub(super) names: Vec<proc_macro2::Ident>,
    pub(super) inputs: Vec<TokenStream>,
    pub(super) outcome: TokenStream,
}

impl<'a> Parts<'a> {
    pub(super) fn new(interface: &Interface, method: &'a Method) -> Self {
        let mut names = fields::names(&method.arguments);
        let received = |field: &Field| types::received(interface, &field.kind);
        let mut inputs: Vec<_> = method.arguments.iter().map(received).collect();
        let results = types::results(interface, &method.results);
        let error = server::error(interface, method);
        let outcome = match (method.answer, method.fails) {
            (Answer::Deferred, _) => {
                names.push(format_ident!("reply"));
                inputs.push(quote! { libipc::Reply<#results, #error> });
                TokenStream::new()
            }
            (_, Fails::WithError) => quote! { -> Result<#results, #error> },
            (_, Fails::Never) if method.results.is_empty() => TokenStream::new(),
            (_, Fails::Never) => quote! { -> #results },
        };
        Self {
            method,
            name: format_ident!("{}", method.name),
            names,
            inputs,
            outcome,
        }
    }
}

/// A service that answers every method with an error.
fn failing(interface: &Interface) -> TokenStream {
    let fails = |method: &&Method| method.fails == Fails::WithError;
    let with = interface.methods.iter().filter(fails);
    let with: Vec<_> = with.map(|method| label(&method.name)).collect();
    let without = interface.methods.iter().filter(|method| !fails(method));
    let without: Vec<_> = without.map(|method| label(&method.name)).collect();
    let error = types::error(interface);
    let field = (!with.is_empty()).then(|| quote! { (pub #error) });
    let failed = (!with.is_empty()).then(|| {
        quote! {
            #(labels::#with)|* => {
                libipc::codec::stub::answer(message, Err::<(), _>(self.0), |_, ()| Ok(()));
            }
        }
    });
    let abandoned = (!without.is_empty()).then(|| {
        quote! { #(labels::#without)|* => message.begin(libipc::label::ABANDONED), }
    });
    quote! {
        /// A server that answers every method with one error, and ABANDONED where a method has none.
        #[derive(Clone, Copy, Debug)]
        pub struct Failing #field;

        impl libipc::Service for Failing {
            fn request(&mut self, request: libipc::Request<'_>) {
                let message = request.message;
                match message.label() {
                    #failed
                    #abandoned
                    _ => {
                        let _ = libipc::codec::stub::unknown(message, INTERFACE.id);
                    }
                }
            }
        }
    }
}

/// Values of all declared types, and a try of the codec with each.
fn samples(shapes: &Shapes, interface: &Interface) -> TokenStream {
    let structs = interface.structs.iter().map(structure);
    let tables = interface.tables.iter().map(table);
    let unions = interface.unions.iter().map(union);
    let numbers = interface.enums.iter().chain(&interface.error).map(number);
    let all = interface.structs.iter().map(|one| &one.name);
    let all = all.chain(interface.tables.iter().map(|one| &one.name));
    let all = all.chain(interface.unions.iter().map(|one| &one.name));
    let all = all.chain(
        interface
            .enums
            .iter()
            .chain(&interface.error)
            .map(|one| &one.name),
    );
    let all: Vec<_> = all
        .map(|name| (format_ident!("{name}"), encodings(shapes, interface, name)))
        .collect();
    let tries = all.iter().map(|(name, encodings)| {
        quote! { crate::sample::round_trip::<#name>(random, crate::sample::Encodings::#encodings); }
    });
    let random = match all.is_empty() {
        true => format_ident!("_random"),
        false => format_ident!("random"),
    };
    quote! {
        #(#structs)*
        #(#tables)*
        #(#unions)*
        #(#numbers)*

        /// Tries the codec with a value of every type that the interface declares.
        pub fn round_trips(#random: &mut crate::sample::Random) {
            #(#tries)*
        }
    }
}

/// Whether a value of a type can have several encodings: a table's unknown members are skipped.
fn encodings(shapes: &Shapes, interface: &Interface, name: &str) -> proc_macro2::Ident {
    let id = TypeId {
        interface: interface.name.clone(),
        name: name.to_owned(),
    };
    let mut pending = vec![&id];
    while let Some(next) = pending.pop() {
        match shapes.get(next) {
            Some(Shape::Table(_)) => return format_ident!("Several"),
            Some(shape) => pending.extend(shape.parts().into_iter().filter_map(within)),
            None => {}
        }
    }
    format_ident!("One")
}

/// The declared type with parts that a type is or holds.
fn within(kind: &Type) -> Option<&TypeId> {
    match kind {
        Type::List(inner, _) | Type::Optional(inner) => within(inner),
        Type::Struct(id) | Type::Table(id) | Type::Union(id) => Some(id),
        _ => None,
    }
}

fn sample(name: &str, value: &TokenStream) -> TokenStream {
    let name = format_ident!("{name}");
    quote! {
        impl crate::sample::Sample for #name {
            fn sample(random: &mut crate::sample::Random) -> Self {
                #value
            }
        }
    }
}

fn structure(found: &Struct) -> TokenStream {
    let names = fields::names(&found.fields);
    sample(
        &found.name,
        &quote! { Self { #(#names: random.value()),* } },
    )
}

fn table(found: &Table) -> TokenStream {
    let members = found.members.iter().map(|member| &member.field.name);
    let names = members.map(|name| format_ident!("{name}"));
    sample(
        &found.name,
        &quote! { Self { #(#names: random.value()),* } },
    )
}

fn union(found: &Union) -> TokenStream {
    let count = types::number(found.variants.len() as u64);
    let (last, first) = match found.variants.split_last() {
        Some((last, first)) => (last, first),
        None => return TokenStream::new(),
    };
    let make = |name: &str, payload: &Option<Type>| {
        let name = format_ident!("{name}");
        match payload {
            Some(_) => quote! { Self::#name(random.value()) },
            None => quote! { Self::#name },
        }
    };
    let arms = first.iter().zip(0_u64..).map(|(one, index)| {
        let (index, made) = (types::number(index), make(&one.name, &one.payload));
        quote! { #index => #made }
    });
    let arms: Vec<_> = arms.collect();
    let last = make(&last.name, &last.payload);
    sample(
        &found.name,
        &quote! { match random.below(#count) { #(#arms,)* _ => #last } },
    )
}

fn number(found: &Enum) -> TokenStream {
    let repr = super::integer(found.repr);
    let value = match found.choice {
        Choice::One => quote! { random.one_of(Self::ALL) },
        Choice::Any => quote! {
            let bits: #repr = random.value();
            Self::from_bits(bits & Self::ALL.bits()).unwrap_or(Self::ALL)
        },
    };
    sample(&found.name, &value)
}
