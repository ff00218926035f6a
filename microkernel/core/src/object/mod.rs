//! The kernel's objects: what each holds. What is done with them stands in `cspace`, `ipc`, `sched`, `space`
//! and `syscall`.
//!
//! Objects link to each other by [`Ref`](weft_store::Ref); all their fields are home cells. Capabilities that
//! an object holds itself (a thread's CSpace, an interrupt's notification) are [`Slot`]s inside it, so that the
//! derivation tree knows them and revoking reaches them.

mod endpoint;
mod notification;
mod reply;
mod sched_context;
mod slot;
mod space;
mod thread;

pub use endpoint::{Endpoint, Line, Queue};
pub use notification::Notification;
pub use reply::Reply;
pub use sched_context::SchedContext;
pub use slot::{Container, Head, Slot, SlotRef, Tag};
pub use space::{AddressSpace, PageTable};
pub use thread::{Blocked, MESSAGE_PAGE_OFFSET, Named, Thread, ThreadRef, ThreadSlot};

/// Bytes that an object of each kind takes from untyped memory (a power of two; its alignment too).
pub mod size {
    /// log2 of a slot's size.
    pub const SLOT: u8 = 6;
    /// log2 of a thread's size: registers and links, then its message page.
    pub const THREAD: u8 = 13;
    /// log2 of a scheduling context's size.
    pub const SCHED_CONTEXT: u8 = 8;
    /// log2 of an endpoint's size.
    pub const ENDPOINT: u8 = 7;
    /// log2 of a reply's size.
    pub const REPLY: u8 = 7;
    /// log2 of a notification's size.
    pub const NOTIFICATION: u8 = 6;
    /// log2 of an address space's size: its root table, then its header.
    pub const ADDRESS_SPACE: u8 = 13;
    /// log2 of a page table's size.
    pub const PAGE_TABLE: u8 = 12;
}
