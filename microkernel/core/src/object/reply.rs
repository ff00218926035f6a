//! A reply object: the one-shot right to answer one caller.

use weft_hal::{Arch, Nanoseconds};
use weft_store::{HomeCell, Ref};

use crate::list::{Linked, Links};

use super::{SchedContext, ThreadRef};

/// Who waits for an answer, who owes it, and what was lent for it.
#[repr(C, align(64))]
pub struct Reply<A: Arch> {
    /// The thread that waits for the answer.
    pub caller: HomeCell<Option<ThreadRef<A>>>,
    /// The thread that last named this object in Recv: it will receive, or has received, the call. If it dies, the
    /// caller gets DEAD. It stays tied when the answer is given, so that the next call finds it so.
    pub server: HomeCell<Option<ThreadRef<A>>>,
    /// The caller's scheduling context, while the server that it was lent to is blocked.
    pub parked: HomeCell<Option<Ref<SchedContext<A>>>>,
    /// What the server had used of its own time when the budget of what is parked ended: the caller owes what it uses
    /// beyond that.
    pub owed_since: HomeCell<Option<Nanoseconds>>,
    /// Links of the server's list of reply objects.
    pub links: Links<Reply<A>>,
}

impl<A: Arch> Reply<A> {
    /// A reply object that holds nobody.
    pub const fn new() -> Self {
        Self {
            caller: HomeCell::new(None),
            server: HomeCell::new(None),
            parked: HomeCell::new(None),
            owed_since: HomeCell::new(None),
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
