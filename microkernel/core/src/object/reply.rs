//! A reply object: the one-shot right to answer one caller.

use weft_hal::Arch;
use weft_store::{HomeCell, Ref};

use crate::list::{Linked, Links};

use super::{SchedContext, ThreadRef};

/// Who waits for an answer, who owes it, and what was lent for it.
#[repr(C, align(64))]
pub struct Reply<A: Arch> {
    /// The thread that waits for the answer.
    pub caller: HomeCell<Option<ThreadRef<A>>>,
    /// The thread that received the call: if it dies, the caller gets DEAD.
    pub server: HomeCell<Option<ThreadRef<A>>>,
    /// A thread blocked in Recv that named this object.
    pub receiver: HomeCell<Option<ThreadRef<A>>>,
    /// The caller's scheduling context, while the server that it was lent to is blocked.
    pub parked: HomeCell<Option<Ref<SchedContext<A>>>>,
    /// Links of the server's list of answers that it owes.
    pub links: Links<Reply<A>>,
}

impl<A: Arch> Reply<A> {
    /// A reply object that holds nobody.
    pub const fn new() -> Self {
        Self {
            caller: HomeCell::new(None),
            server: HomeCell::new(None),
            receiver: HomeCell::new(None),
            parked: HomeCell::new(None),
            links: Links::new(),
        }
    }
}

impl<A: Arch> Default for Reply<A> {
    fn default() -> Self {
        Self::new()
    }
}

impl<A: Arch> Linked for Reply<A> {
    fn links(&self) -> &Links<Self> {
        &self.links
    }
}
