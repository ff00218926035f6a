//! The fast way of short messages: values at constant places of the words that travel in registers.
//!
//! A method has it if all its arguments and results are of fixed size, none is a capability, and both
//! messages fit in six words. The words are named `w`, a name that the language keeps for itself.

use proc_macro2::{TokenStream, TokenTree};
use quote::{format_ident, quote};

use super::label;
use super::words::{Layout, is_fixed};
use crate::layout::Shapes;
use crate::model::{Answer, Fails, Interface, Method};

/// The bytes that travel in registers.
const MOST: u64 = 48;
/// The words that do.
const WORDS: usize = 6;

/// Whether a method's messages are short.
pub(super) fn is_short(shapes: &Shapes, method: &Method) -> bool {
    let mut fields = method.arguments.iter().chain(&method.results);
    method.answer == Answer::Now
        && method.sizes.request <= MOST
        && method.sizes.reply <= MOST
        && fields.all(|field| is_fixed(shapes, &field.kind))
}

/// The body of a client's method.
pub(super) fn client(shapes: &Shapes, interface: &Interface, method: &Method) -> TokenStream {
    let label = label(&method.name);
    let mut packed = Layout::new(shapes, interface);
    packed.fields(&method.arguments);
    let (count, words) = (packed.count(), packed.words(WORDS));
    let mut results = Layout::new(shapes, interface);
    let values = results.fields(&method.results);
    let (results_count, decode) = (results.count(), closure(&results, &values));
    let stub = match method.fails {
        Fails::WithError => quote! { call },
        Fails::Never => quote! { ask },
    };
    quote! {
        libipc::codec::short::#stub(
            &self.transport,
            libipc::Short::request(labels::#label, #count, #words),
            #results_count,
            #decode,
        )
    }
}

fn closure(layout: &Layout<'_>, values: &[TokenStream]) -> TokenStream {
    let check = layout.check();
    let value = match values {
        [one] => option(one),
        _ => quote! { Some((#(#values),*)) },
    };
    match (values, &check) {
        ([], _) => quote! { |_| Some(()) },
        (_, None) => quote! { |w| #value },
        (_, Some(check)) => quote! { |w| { #check #value } },
    }
}

/// A value as an option; one that is taken from an option by `?` stays as it is.
fn option(value: &TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = value.clone().into_iter().collect();
    match tokens.pop() {
        Some(TokenTree::Punct(last)) if last.as_char() == '?' => quote! { #(#tokens)* },
        _ => quote! { Some(#value) },
    }
}

/// The function that serves all short methods.
pub(super) fn server(shapes: &Shapes, interface: &Interface) -> Option<TokenStream> {
    let methods = interface.methods.iter();
    let methods: Vec<_> = methods.filter(|method| is_short(shapes, method)).collect();
    if methods.is_empty() {
        return None;
    }
    let infos = methods.iter().map(|method| info(shapes, interface, method));
    let arms = methods.iter().map(|method| arm(shapes, interface, method));
    let has_arguments = methods.iter().any(|method| !method.arguments.is_empty());
    let words = has_arguments.then(|| quote! { let w = request.words; });
    Some(quote! {
        /// Hands a request that came in registers to the server's method, if all of it is there and
        /// right; what this does not answer is for [`dispatch`].
        #[inline]
        pub fn dispatch_short<S: Server + ?Sized>(
            server: &mut S,
            caller: libipc::Caller,
            request: libipc::Short,
        ) -> Option<libipc::Short> {
            #(#infos)*
            #words
            match request.info {
                #(#arms)*
                _ => None,
            }
        }
    })
}

/// The information word of a method's request.
fn info(shapes: &Shapes, interface: &Interface, method: &Method) -> TokenStream {
    let label = label(&method.name);
    let mut arguments = Layout::new(shapes, interface);
    arguments.fields(&method.arguments);
    let count = arguments.count();
    quote! {
        const #label: libipc::abi::MessageInfo =
            libipc::abi::MessageInfo::new(labels::#label, #count, 0);
    }
}

fn arm(shapes: &Shapes, interface: &Interface, method: &Method) -> TokenStream {
    let (label, name) = (label(&method.name), format_ident!("{}", method.name));
    let mut arguments = Layout::new(shapes, interface);
    let values = arguments.fields(&method.arguments);
    let check = arguments.check();
    let names = super::fields::names(&method.arguments);
    let mut results = Layout::new(shapes, interface);
    results.fields(&method.results);
    let (count, words) = (results.count(), results.words(WORDS));
    let pattern = match super::fields::names(&method.results).as_slice() {
        [one] => quote! { #one },
        all => quote! { (#(#all),*) },
    };
    let run = quote! {
        libipc::meter::method(caller, labels::#label, || server.#name(caller, #(#names),*))
    };
    let answer = match (method.fails, method.results.as_slice()) {
        (Fails::WithError, _) => quote! {
            match #run {
                Ok(#pattern) => Some(libipc::Short::ok(#count, #words)),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        },
        (Fails::Never, []) => quote! { #run; Some(libipc::Short::ok(#count, #words)) },
        (Fails::Never, _) => quote! {
            let #pattern = #run;
            Some(libipc::Short::ok(#count, #words))
        },
    };
    quote! {
        #label => {
            #check
            #(let #names = #values;)*
            #answer
        }
    }
}
