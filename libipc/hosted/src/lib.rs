//! Client and server in two processes of Linux: the same stubs and the same ring, without QEMU.
//!
//! A [`Server`] plays the kernel and the server loop for a service; [`connect`] gives a client a [`Connection`], over which
//! generated clients call, and a ring, over which generated batches run. So a server's logic can be tested in a process of
//! its own, killed, fed by a client that writes what it likes, and timed on a real processor.
//!
//! What stands for what:
//!
//! | on Weft | here |
//! |---|---|
//! | memory of a ring and its pools, read-only for the other side | memory files, sealed so that nobody but their maker can ever write them |
//! | a call | the message in the caller's own memory, published by its number; likewise the answer |
//! | a switch, a signal | a futex in the waker's own memory (module `bell`) |
//! | a badge | a number that the server gives each connection |
//! | the end of a process | the end of its socket: callers are told DEAD, servers that a client is gone |
//! | a reply object | the connection: a client has one call at a time |
//!
//! Not here: capabilities (a message with one is refused), faults, other signals than a ring's, and a ring that outlives its server:
//! after [`Dead`](libipc::TransportError::Dead) a client connects anew. Memory stays mapped for the rest of the process, because rings and pools may
//! be used as long.
//!
//! Neighbours: `libipc-mock` has both sides in one thread, where deaths come on order and nothing needs Linux.

mod bell;
mod client;
mod mailbox;
mod memory;
mod patience;
mod peer;
mod pending;
mod process;
mod server;
mod socket;

pub use client::{Client, Connection, Options, connect};
pub use patience::Patience;
pub use process::Process;
pub use server::{MAX_CLIENTS, Server};

#[cfg(test)]
mod tests;
