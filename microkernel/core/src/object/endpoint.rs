//! An endpoint: where senders and receivers meet.

use weft_hal::Arch;
use weft_store::HomeCell;

use crate::list::{List, Serving};

use super::Thread;

/// Which threads wait in an endpoint's queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queue {
    /// None.
    Empty,
    /// Threads that want to send.
    Senders,
    /// Threads that want to receive.
    Receivers,
}

/// Where messages are sent and received.
#[repr(C, align(64))]
pub struct Endpoint<A: Arch> {
    /// What the queue holds.
    pub queue: HomeCell<Queue>,
    /// Whether the last receiver died; cleared when a successor first receives.
    pub dead: HomeCell<bool>,
    /// The living threads that last received here.
    pub servers: List<Thread<A>, Serving>,
    /// Counts successors: one more each time a receiver comes after a death.
    pub epoch: HomeCell<u32>,
    /// The waiting threads, first come first.
    pub waiting: List<Thread<A>>,
}

impl<A: Arch> Endpoint<A> {
    /// An endpoint that nobody uses yet.
    pub const fn new() -> Self {
        Self {
            queue: HomeCell::new(Queue::Empty),
            dead: HomeCell::new(false),
            servers: List::new(),
            epoch: HomeCell::new(0),
            waiting: List::new(),
        }
    }
}

impl<A: Arch> Default for Endpoint<A> {
    fn default() -> Self {
        Self::new()
    }
}
