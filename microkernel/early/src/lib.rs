//! What both architectures need before the kernel's core runs, and in a report when it no longer does.
//!
//! Safe and tested on the host: sets of memory ranges, building the kernel's page tables, finding function
//! names, reports of bugs. [`Handover`] is what an architecture gives to the kernel's `main`, [`System`] what it gets back.
//! None of it knows an architecture; the encoding of page-table entries comes from [`tables::Encoding`].

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod handover;
pub mod region;
pub mod report;
pub mod stage;
pub mod stubs;
pub mod symbols;
mod system;
pub mod tables;

pub use handover::{DIRECT_MAP, Handover};
pub use region::{Range, RangeSet};
pub use system::System;
