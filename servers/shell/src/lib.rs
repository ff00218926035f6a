//! The shell: reads lines from the console, runs built-in commands and programs.
//!
//! [`Shell`] holds the connections and what a person changes (directory, background programs); a command is
//! a function over it, in a file of its own below `builtin`. Everything is generic over the transport, so
//! that tests on a host drive the same commands over fake servers.
//!
//! When the system was started with commands, they are run instead of a prompt and their output is marked,
//! so that whoever started it can tell it from everything else ([`session`](Shell::session)).

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod builtin;
mod clients;
mod command;
mod files;
mod options;
mod outlets;
mod output;
pub mod parse;
mod paths;
mod programs;
mod prompt;
mod session;
mod shell;
mod table;
mod text;
mod trouble;
mod volumes;

#[cfg(test)]
mod tests;

pub use clients::Clients;
pub use session::{Ending, Then};
pub use shell::{Connect, Shell, Watch};
