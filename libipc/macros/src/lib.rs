//! The entry points of programs: `#[libipc::main]` and `#[libipc::root_main]`.
//!
//! `weft-sys` holds the first instruction (`_start`), which calls a function named `weft_entry`. These macros
//! make that function around the program's `main`, so that no program contains `unsafe` or knows how it is
//! started. On a host they leave `main` alone, so that a program's package can be tested there.

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{ItemFn, parse_macro_input};

/// Makes a function the entry point of a program. It takes a `libipc::Startup` and returns any
/// `libipc::Termination`.
#[proc_macro_attribute]
pub fn main(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let function = parse_macro_input!(item as ItemFn);
    checked(&arguments.into(), &function)
        .unwrap_or_else(|| program_entry(&function))
        .into()
}

/// Makes a function the entry point of root. It takes the kernel's boot information and returns any
/// `libipc::Termination`; its heap is an arena of 256 KiB.
#[proc_macro_attribute]
pub fn root_main(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let function = parse_macro_input!(item as ItemFn);
    checked(&arguments.into(), &function)
        .unwrap_or_else(|| root_entry(&function))
        .into()
}

fn program_entry(function: &ItemFn) -> Tokens {
    let name = &function.sig.ident;
    let body = quote! {
        // SAFETY: 1. whoever starts a program passes the address of its start-up page, which is mapped
        // read-only before the first instruction and never changed.
        unsafe { ::libipc::start::program(argument, #name) }
    };
    entry(function, &body)
}

fn root_entry(function: &ItemFn) -> Tokens {
    let name = &function.sig.ident;
    let body = quote! {
        static ARENA: ::libipc::Arena<{ 256 << 10 }> = ::libipc::Arena::new();
        // SAFETY: 1. the kernel passes the address of the boot information, mapped and constant; 2. the arena
        // is local to this function, which runs once.
        unsafe { ::libipc::start::root(argument, ARENA.region(), #name) }
    };
    entry(function, &body)
}

fn entry(function: &ItemFn, body: &Tokens) -> Tokens {
    quote! {
        #[cfg_attr(not(any(target_os = "none", weft)), allow(dead_code, reason = "only started on the target"))]
        #function

        #[cfg(any(target_os = "none", weft))]
        const _: () = {
            #[allow(unsafe_code, reason = "the symbol that the first instruction calls")]
            #[unsafe(no_mangle)]
            extern "C" fn weft_entry(argument: u64) -> ! {
                #body
            }
        };
    }
}

/// The error message for a use that cannot work; `None` if it can.
fn checked(arguments: &Tokens, function: &ItemFn) -> Option<Tokens> {
    let complaint = if !arguments.is_empty() {
        syn::Error::new_spanned(arguments, "the entry point takes no arguments")
    } else if function.sig.inputs.len() != 1 {
        syn::Error::new_spanned(
            &function.sig,
            "the entry point is a function of one parameter",
        )
    } else if function.sig.asyncness.is_some() || !function.sig.generics.params.is_empty() {
        syn::Error::new_spanned(
            &function.sig,
            "the entry point is neither async nor generic",
        )
    } else {
        return None;
    };
    Some(complaint.into_compile_error())
}
