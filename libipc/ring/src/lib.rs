//! The shared ring: requests and completions between two processes that do not trust each other.
//!
//! One pair of queues a client. The client writes requests of 64 bytes, the server answers with
//! completions of 16 bytes. What makes it safe and cheap:
//!
//! - **Ownership by page permission.** Everything a side writes lies in a region that is read-only
//!   for the other: requests and client words in region A, completions and server words in region
//!   B ([`Layout`]). Neither side can spoil the other's positions, because those are never shared.
//! - **One cache line a request.** A sequence word, published last, says that the slot is filled.
//!   There is no shared head or tail. The capacity is computed once from the regions' lengths and
//!   held privately.
//! - **Completions are the credits.** At most `capacity` requests are outstanding, each in the
//!   client's private table until its completion comes. As the server takes requests in order, `k`
//!   completions prove that at least `k` slots were copied; a slot that is written again is
//!   therefore free, and the completion queue cannot overfill. (A credit word, as other rings have,
//!   would be a second line to share for the same knowledge.) The server counts the same, and closes
//!   on a request too many.
//! - **Little per message.** Where a message lies follows from its sequence, and its sequence is its
//!   identifier. Loops over many messages ([`ClientRing::submit_all`], [`ServerRing::serve`],
//!   [`ClientRing::poll_all`]) keep what they count in registers.
//! - **One copy, then validate.** A consumer copies a slot word by word and looks at the copy only.
//! - **No lost wake-up.** See the module `producer`: a full fence on both sides, checked by loom.
//! - **Looking before sleeping.** Where the peer runs on another core a side looks for a while before it has itself woken: see
//!   [`Looks`]. Then a batch is no entry into the kernel, and one fence for each side.
//! - **Faults close.** A forged, stale or duplicate message closes the connection with a
//!   [`Fault`]; an honest peer never causes one.
//! - **Epochs.** A restarted server starts a new epoch; the client gives up what was outstanding.
//!
//! Neighbours: `libipc` binds [`Wake`] to notifications and maps the regions; `proto` encodes
//! methods into the 40 inline bytes.

#![cfg_attr(not(any(test, loom)), no_std)]
#![forbid(unsafe_code)]

mod batch;
mod bytes;
mod chain;
mod client;
mod consumer;
mod doze;
mod fault;
mod layout;
mod link;
mod looks;
mod pool;
mod producer;
mod runs;
mod server;
mod slot;
mod slots;
mod state;
pub mod sync;
mod table;
mod untrusted;
mod wake;

pub use batch::BatchError;
pub use chain::{Chain, MAX_CHAIN, Member, Step};
pub use client::{ClientRing, Polled, SubmitError, Submitted};
pub use doze::{Arming, Prospect, Source, doze};
pub use fault::{Closed, Fault};
pub use layout::{Capacity, Layout, MAX_CAPACITY, MAX_RINGS};
pub use link::Link;
pub use looks::{IN_VAIN, Looks, RETRY, WINDOW};
pub use pool::{Descriptor, OutOfBounds, Pool};
pub use runs::Runs;
pub use server::{Linked, ServerRing, Sleep, Submission, Token};
pub use slot::{Completion, INLINE_WORDS, Inline, Outcome, Request};
pub use untrusted::Untrusted;
pub use wake::{PeerGone, Waiting, Wake};
