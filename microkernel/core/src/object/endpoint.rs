//! An endpoint: where senders and receivers meet.

use weft_hal::{Arch, Nanoseconds};
use weft_store::{Home, HomeCell, Ref};

use crate::list::{List, Serving};

use super::{Reply, SlotRef, Thread, ThreadRef};

/// Which threads wait in an endpoint's queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queue {
    /// None, and there is nothing to tell a receiver.
    Empty,
    /// None, but the next receiver has to be told of a client that is gone.
    News,
    /// Threads that want to send.
    Senders,
    /// Threads that want to receive.
    Receivers,
}

/// The receiver on an endpoint's line, and the reply object that it waits with.
pub struct Line<A: Arch> {
    /// Who receives.
    pub server: ThreadRef<A>,
    /// What will hold the caller.
    pub reply: Ref<Reply<A>>,
}

impl<A: Arch> Clone for Line<A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A: Arch> Copy for Line<A> {}

/// Where messages are sent and received. One cache line.
#[repr(C, align(64))]
pub struct Endpoint<A: Arch> {
    /// The prepared line: the receiver that waits longest, if all that a call needs to reach it directly was
    /// checked when it began to wait (see `ipc::line`). It is not in the queue.
    pub line: HomeCell<Option<Line<A>>>,
    /// What the queue holds.
    pub queue: HomeCell<Queue>,
    /// Whether the last receiver died; cleared when a successor first receives.
    pub dead: HomeCell<bool>,
    /// Counts successors: one more each time a receiver comes after a death.
    pub epoch: HomeCell<u32>,
    /// The living threads that last received here.
    pub servers: List<Thread<A>, Serving>,
    /// The waiting threads, first come first, but for the one on the line.
    pub waiting: List<Thread<A>>,
    /// The first in the ring of sessions whose clients are gone, while the server was not told. Nobody waits to
    /// receive then.
    pub gone: HomeCell<Option<SlotRef>>,
    /// How much of its budget a caller must have left. Nobody stands on the line unless it is 0.
    pub min_budget: HomeCell<Nanoseconds>,
}

impl<A: Arch> Endpoint<A> {
    /// Who stands on the line.
    pub fn prepared(&self, home: Home) -> Option<ThreadRef<A>> {
        self.line.get(home).map(|line| line.server)
    }

    /// What the queue holds once no thread waits in it.
    pub fn deserted(&self, home: Home) -> Queue {
        match self.gone.get(home) {
            Some(_) => Queue::News,
            None => Queue::Empty,
        }
    }

    /// An endpoint that nobody uses yet.
    pub const fn new() -> Self {
        Self {
            line: HomeCell::new(None),
            queue: HomeCell::new(Queue::Empty),
            dead: HomeCell::new(false),
            epoch: HomeCell::new(0),
            servers: List::new(),
            waiting: List::new(),
            gone: HomeCell::new(None),
            min_budget: HomeCell::new(Nanoseconds(0)),
        }
    }
}

impl<A: Arch> Default for Endpoint<A> {
    fn default() -> Self {
        Self::new()
    }
}
