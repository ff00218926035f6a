//! The fast way of short messages: values at constant places of the words that travel in registers.
//!
//! A method has it if all its arguments and results are of fixed size, none is a capability, and both
//! messages fit in six words. The words are named `w`, a name that the language keeps for itself.

use proc_macro2::{Literal, TokenStream, TokenTree};
use quote::{format_ident, quote};

use super::{integer, label, types};
use crate::layout::{Shape, Shapes};
use crate::model::{Answer, Choice, Fails, Field, Integer, Interface, Method, Type};

/// The bytes that travel in registers.
const MOST: u64 = 48;
const WORD: u64 = 8;

/// Whether a method's messages are short.
pub(super) fn is_short(shapes: &Shapes, method: &Method) -> bool {
    let mut fields = method.arguments.iter().chain(&method.results);
    method.answer == Answer::Now
        && method.sizes.request <= MOST
        && method.sizes.reply <= MOST
        && fields.all(|field| is_fixed(shapes, &field.kind))
}

fn is_fixed(shapes: &Shapes, kind: &Type) -> bool {
    match kind {
        Type::Bool | Type::Integer(_) | Type::Number(..) | Type::Lend(..) => true,
        Type::Struct(id) => match shapes.get(id) {
            Some(Shape::Struct(found)) => {
                found.fields.iter().all(|one| is_fixed(shapes, &one.kind))
            }
            _ => false,
        },
        _ => false,
    }
}

/// The body of a client's method.
pub(super) fn client(shapes: &Shapes, interface: &Interface, method: &Method) -> TokenStream {
    let label = label(&method.name);
    let mut packed = Layout::new(shapes, interface);
    packed.fields(&method.arguments);
    let (count, words) = (packed.count(), packed.words());
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
    let (count, words) = (results.count(), results.words());
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

/// Where values lie in the words, and how they come there.
struct Layout<'a> {
    shapes: &'a Shapes,
    interface: &'a Interface,
    at: u64,
    /// Of each word the bits that carry something, and the values that are put into it.
    words: [(u64, Vec<TokenStream>); 6],
}

impl<'a> Layout<'a> {
    fn new(shapes: &'a Shapes, interface: &'a Interface) -> Self {
        Self {
            shapes,
            interface,
            at: 0,
            words: Default::default(),
        }
    }

    /// Lays fields out, and gives the expressions that take them from the words.
    fn fields(&mut self, fields: &[Field]) -> Vec<TokenStream> {
        let each = fields.iter().map(|field| {
            let name = format_ident!("{}", field.name);
            self.value(&field.kind, &quote! { #name })
        });
        each.collect()
    }

    fn value(&mut self, kind: &Type, path: &TokenStream) -> TokenStream {
        match kind {
            Type::Bool => {
                let word = self.place(1, &quote! { u64::from(#path) });
                quote! { libipc::codec::short::flag(#word)? }
            }
            Type::Integer(found) => self.integer(*found, path),
            Type::Lend(_, bound) => {
                let word = self.integer(Integer::U64, &quote! { #path.word() });
                let bound = types::number(*bound);
                quote! { libipc::lend::Place::of_word(#word, #bound)? }
            }
            Type::Number(id, repr, choice) => {
                let name = types::declared(self.interface, id);
                let (get, make) = match choice {
                    Choice::One => (quote! { number }, quote! { from_number }),
                    Choice::Any => (quote! { bits }, quote! { from_bits }),
                };
                let number = self.integer(*repr, &quote! { #path.#get() });
                quote! { #name::#make(#number)? }
            }
            Type::Struct(id) => {
                let name = types::declared(self.interface, id);
                let Some(Shape::Struct(found)) = self.shapes.get(id) else {
                    return quote! {};
                };
                let fields = found.fields.iter().map(|field| {
                    let name = format_ident!("{}", field.name);
                    let value = self.value(&field.kind, &quote! { #path.#name });
                    quote! { #name: #value }
                });
                let fields: Vec<_> = fields.collect();
                quote! { #name { #(#fields),* } }
            }
            _ => quote! {},
        }
    }

    fn integer(&mut self, found: Integer, path: &TokenStream) -> TokenStream {
        let name = integer(found);
        let unsigned = match found {
            Integer::I8 => Some(quote! { u8 }),
            Integer::I16 => Some(quote! { u16 }),
            Integer::I32 => Some(quote! { u32 }),
            _ => None,
        };
        let put = match (found, unsigned) {
            (Integer::U64, _) => path.clone(),
            (Integer::I64, _) => quote! { #path as u64 },
            (_, Some(unsigned)) => quote! { u64::from(#path as #unsigned) },
            (_, None) => quote! { u64::from(#path) },
        };
        let word = self.place(found.bytes(), &put);
        match found {
            Integer::U64 => word,
            _ if (self.at - found.bytes()).is_multiple_of(WORD) => quote! { #word as #name },
            _ => quote! { (#word) as #name },
        }
    }

    /// Puts a value of so many bytes into its word, and gives the word shifted down to it.
    fn place(&mut self, bytes: u64, value: &TokenStream) -> TokenStream {
        let start = self.at.next_multiple_of(bytes);
        self.at = start + bytes;
        let shift = start % WORD * 8;
        let index = usize::try_from(start / WORD).unwrap_or_default();
        if let Some((mask, values)) = self.words.get_mut(index) {
            *mask |= (u64::MAX >> (64 - bytes * 8)) << shift;
            values.push(match shift {
                0 => value.clone(),
                _ => {
                    let shift = Literal::u64_unsuffixed(shift);
                    quote! { #value << #shift }
                }
            });
        }
        let index = Literal::usize_unsuffixed(index);
        match shift {
            0 => quote! { w[#index] },
            _ => {
                let shift = Literal::u64_unsuffixed(shift);
                quote! { w[#index] >> #shift }
            }
        }
    }

    /// The length in words.
    fn count(&self) -> Literal {
        Literal::u64_unsuffixed(self.at.div_ceil(WORD))
    }

    /// The words.
    fn words(&self) -> TokenStream {
        let words = self
            .words
            .iter()
            .map(|(_, values)| match values.as_slice() {
                [] => quote! { 0 },
                values => quote! { #(#values)|* },
            });
        quote! { [#(#words),*] }
    }

    /// The statement that refuses bits in what is padding; nothing if there is none.
    fn check(&self) -> Option<TokenStream> {
        let used = self.at.div_ceil(WORD);
        let masks = self
            .words
            .iter()
            .zip(0..used)
            .filter_map(|((mask, _), index)| {
                let index = Literal::u64_unsuffixed(index);
                let padding: TokenStream = format!("{:#x}", !*mask).parse().ok()?;
                (*mask != u64::MAX).then(|| quote! { w[#index] & #padding })
            });
        let masks: Vec<_> = masks.collect();
        (!masks.is_empty()).then(|| {
            quote! {
                if #(#masks)|* != 0 {
                    return None;
                }
            }
        })
    }
}
