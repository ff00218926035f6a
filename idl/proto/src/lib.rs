//! The interfaces of the system: one generated module an interface.
//!
//! The modules are made by `idlc` from the `.idl` files in `idl/` and are checked in, so that they
//! can be read and reviewed; `idlc gen --check` fails if they are not what the sources make. Each
//! has a `Server` trait, a `Dispatcher` for it, a `Client`, and the types of its methods.

#![no_std]
#![forbid(unsafe_code)]

#[rustfmt::skip]
mod interfaces;

pub use interfaces::*;
