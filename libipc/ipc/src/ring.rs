//! Rings between programs: `libipc-ring` bound to start-up pages, notifications and calls.
//!
//! The method that a plain call reaches is the one a ring request reaches: a request carries the
//! label and the encoded arguments that a call would, [`RingService`] turns it into a [`Message`]
//! for the same [`Service`](crate::Service), and the answer's label and first four bytes become
//! the completion. So a server implements its interface once, deferred answers included, and an
//! interface can go over a ring if its arguments fit in 40 bytes and its results in 4.
//!
//! A client does not wait for a ring by sleeping on a notification but by a *drain call* on its
//! connection to the same server: the call donates its time, makes the server take what was
//! submitted, and is answered when there is a completion. It costs one entry into the kernel where
//! kick and wait cost two, and it ends when the server dies, which a notification cannot tell.
//!
//! Where client and server run on different cores, nobody's time is there to donate. Both sides then look for a while before they
//! sleep ([`Looks`](libipc_ring::Looks)), and the client makes the drain call only if that was in vain.
//!
//! Names in the start-up page, for a ring `NAME`: `NAME` is the region that this program writes,
//! `NAME.peer` the other side's, `NAME.out` and `NAME.in` the pools that this side writes and reads.

mod again;
pub(crate) mod answers;
mod client;
mod ends;
mod held;
mod server;

pub use client::{ClientWake, RingClient, outcome};
pub use ends::{Peer, Pools, RingEnds};
pub use libipc_ring::{
    BatchError, ClientRing, Closed, Completion, Descriptor, Link, MAX_RINGS, OutOfBounds, Outcome,
    Polled, Pool, Request as RingRequest, Runs, SubmitError, Untrusted, Wake,
};
pub use server::RingService;

/// The label of the drain call: interface 0, which no name has. Its one word is how many
/// completions the client has taken; it is answered when there are more.
pub const DRAIN: u32 = crate::request_label(0, 1);

/// The request by which a client says over its ring that it waits no more for another one, which it names by its
/// identifier. Both are completed as any other: a server that has not begun with what is not wanted need not
/// ([`Reply::is_wanted`](crate::Reply::is_wanted)).
pub const CANCEL: u32 = crate::request_label(0, 2);

#[cfg(test)]
mod apart_tests;
#[cfg(test)]
mod tests;
