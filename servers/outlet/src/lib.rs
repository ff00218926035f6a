//! The outlet server: takes what programs write in the place of the console, and puts it into files.
//!
//! It is a process of its own, and not a part of the shell, so that a program writes while the shell waits for
//! its end, or serves a person: nobody has to wait for two things at once. It calls the file server only, which
//! calls nobody here, so that no cycle can arise. What a program asks of it is answered in place, whatever
//! becomes of the program meanwhile.
//!
//! | module | does |
//! |---|---|
//! | `sink` | one file that takes output |
//! | `server` | the interfaces `outlets` and `console` |

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod server;
mod sink;

#[cfg(test)]
mod tests;
