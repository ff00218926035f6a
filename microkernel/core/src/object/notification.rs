//! A notification: a word of flags, at most one waiter, at most one bound thread.

use weft_hal::Arch;
use weft_store::HomeCell;

use super::ThreadRef;

/// A 64-bit word that signals are ORed into.
#[repr(C, align(64))]
pub struct Notification<A: Arch> {
    /// Signals that nobody has taken.
    pub word: HomeCell<u64>,
    /// The thread blocked in Wait.
    pub waiter: HomeCell<Option<ThreadRef<A>>>,
    /// The thread whose Recv also wakes for signals.
    pub bound: HomeCell<Option<ThreadRef<A>>>,
}

impl<A: Arch> Notification<A> {
    /// A notification without signals.
    pub const fn new() -> Self {
        Self {
            word: HomeCell::new(0),
            waiter: HomeCell::new(None),
            bound: HomeCell::new(None),
        }
    }
}

impl<A: Arch> Default for Notification<A> {
    fn default() -> Self {
        Self::new()
    }
}
