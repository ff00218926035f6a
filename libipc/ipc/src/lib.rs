//! The fabric's library: what every Weft program is written with.
//!
//! A client holds a [`Connection`] and calls methods of generated stubs on it; a server implements a generated
//! trait and hands itself to a loop. Both sides share [`Message`] and the [`codec`]. Programs begin with a
//! [`Startup`], which names everything they were given. The library talks to the kernel through `weft-sys`
//! only; on a host the same stubs run over `libipc-mock`.
//!
//! Programs have one thread. Everything that is static in here relies on it for meaning, never for soundness.

#![no_std]
#![allow(
    unsafe_code,
    reason = "uninitialised message buffers, the start-up page at its address, the heap's region"
)]

#[cfg(feature = "alloc")]
extern crate alloc;

mod caller;
mod cap;
pub mod codec;
mod connection;
mod error;
pub mod events;
mod given;
mod heap;
mod interface;
pub mod lend;
mod log;
mod message;
pub mod meter;
pub mod objects;
pub mod reflect;
mod reply;
mod reply_objects;
pub mod ring;
mod router;
mod serve;
mod service;
mod session;
pub mod slots;
pub mod start;
mod startup;
pub mod stream;
#[cfg(feature = "alloc")]
pub mod submit;
#[cfg(feature = "alloc")]
pub mod task;
mod termination;
mod transport;
mod wire;

pub use caller::Caller;
pub use cap::{Cap, ReceivedCaps};
pub use codec::short::Short;
pub use connection::Connection;
pub use error::{Error, TransportError};
pub use given::{Endpoint, Irq, PortRange, Region};
pub use heap::Arena;
pub use interface::{
    Interface, interface_id, label, label_interface, label_ordinal, request_label,
};
pub use libipc_macros::{main, root_main};
pub use log::log_line;
pub use message::{MAX_BYTES, Message, TooLong};
pub use objects::Log;
pub use reply::{Answer, Busy, Deferral, Encode, Reply, ReplyToken, Spare};
pub use router::{Dispatch, DispatchShort, Router};
pub use serve::serve;
pub use service::{Events, Fault, FaultAnswer, Request, Service};
pub use session::{Session, Sessions};
pub use startup::{BadStartup, Startup};
pub use termination::{ExitCode, Never, Termination, exit};
pub use transport::{Transport, Verdict};
pub use weft_abi as abi;
pub use weft_abi::message::CapItem;
pub use weft_abi::{CPtr, FaultKind, Kind, Refusal, Rights};
pub use weft_sys::clock_ns;
