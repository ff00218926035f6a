//! The interfaces of the system: one generated module an interface.
//!
//! The modules are made by `idlc` from the `.idl` files in `idl/` and are checked in, so that they
//! can be read and reviewed; `idlc gen --check` fails if they are not what the sources make. Each
//! has a `Server` trait, a `Dispatcher` for it, a `Client`, and the types of its methods. With the feature
//! `mock`, `mocks` has what tests put in a server's place, and `sample` values of every type.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(any(test, feature = "mock"))]
extern crate alloc;

#[rustfmt::skip]
mod interfaces;
#[cfg(any(test, feature = "mock"))]
pub mod sample;

pub use interfaces::*;
