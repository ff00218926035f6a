//! The FAT server's program; see `program`.
//!
//! Cargo builds it for the host as well, because tests of this package could want to run it. There it
//! does nothing.

#![cfg_attr(target_os = "none", no_std, no_main)]

#[cfg(target_os = "none")]
mod program;

#[cfg(not(target_os = "none"))]
fn main() {}
