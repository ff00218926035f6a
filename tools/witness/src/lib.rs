//! The outside witness: a plugin of QEMU's translator that counts what a guest does between two markers.
//!
//! A guest that measures itself can be wrong about itself. This plugin sees every instruction and every access
//! from outside, counts them by kind between a begin and an end marker ([`marker`]), and writes
//! one line of JSON for each stretch ([`line`]). The guest's own counter and these lines must agree.
//!
//! What decides is safe code without QEMU and is tested on the host: [`decode`] tells instructions apart,
//! [`stretch`] counts, [`witness`] keeps the stretches of all cores and writes the lines. Only `plugin` talks to
//! QEMU. The same crate is linked by programs that read the lines; [`functions`] finds names for them.

#![allow(unsafe_code, reason = "QEMU's plugin interface is one of C functions")]

pub mod class;
pub mod decode;
pub mod functions;
pub mod line;
pub mod marker;
pub mod masked;
pub mod options;
mod plugin;
pub mod program;
pub mod stretch;
pub mod table;
pub mod vector;
pub mod witness;
