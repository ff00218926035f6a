//! The writing end of one queue, and the wake-up rule.
//!
//! A message is published by its first word, stored last with release ordering. Waking follows one
//! rule on both sides, because stores may be delayed behind later loads on every machine:
//!
//! - the consumer stores the count it wants to be woken at, **full fence**, looks once more, sleeps;
//! - the producer publishes, **full fence** (one a batch), reads that count, and kicks only if the
//!   batch crossed it.
//!
//! Whichever fence comes first, the other side sees the store before it: either the consumer finds
//! the message or the producer finds the wish. Dropping either fence loses wake-ups (the loom tests
//! show it). The fences are `fence(SeqCst)` and not SeqCst accesses, whose guarantee is weaker.
//!
//! A producer that is going to look at the other queue may leave its fence out for now: it reads the count without one
//! ([`Producer::hint`]), which misses only a peer that falls asleep at this moment. What it looks for then does not come,
//! and before it stops looking it makes sure, by a fence or by a call that makes the peer take what is there.

use crate::slot::Sequence;
use crate::slots::Slots;
use crate::sync::{AtomicU64, Ordering, fence};

/// Writes messages of `W` words. Positions count up from 0 and never wrap (2⁴⁸ messages an epoch).
pub(crate) struct Producer<'a, const W: usize> {
    /// All slots.
    pub(crate) slots: Slots<'a, W>,
    /// The sequence that the next message has. Loops work on a copy.
    pub(crate) next: Sequence,
    first: Sequence,
    /// What `next` was at the last announcement.
    announced: Sequence,
    peer_wake_at: &'a AtomicU64,
}

/// Whether the peer asked to be woken for what was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kick {
    /// The peer sleeps and waits for one of these messages.
    Due,
    /// Nothing is new, or the peer is awake.
    NotDue,
}

impl<'a, const W: usize> Producer<'a, W> {
    /// Begins with the first message of an epoch.
    pub(crate) fn new(slots: Slots<'a, W>, peer_wake_at: &'a AtomicU64, epoch: u16) -> Self {
        let first = Sequence::first(epoch);
        Self {
            slots,
            next: first,
            first,
            announced: first,
            peer_wake_at,
        }
    }

    /// Returns how many messages were published in this epoch.
    #[inline]
    pub(crate) fn produced(&self) -> u64 {
        self.next.since(self.first) as u64
    }

    /// The epoch in which it publishes.
    pub(crate) fn epoch(&self) -> u16 {
        self.next.epoch()
    }

    /// Publishes the message that `make` gives for its sequence. The caller knows that there is room.
    #[inline(always)]
    pub(crate) fn publish<const N: usize>(&mut self, make: impl FnOnce(Sequence) -> [u64; N]) {
        self.slots.publish(&mut self.next, make);
    }

    /// Ends a batch: one full fence, then tells whether the peer must be woken.
    #[inline]
    pub(crate) fn announce(&mut self) -> Kick {
        if self.announced == self.next {
            return Kick::NotDue;
        }
        fence(Ordering::SeqCst);
        let kick = self.hint();
        self.announced();
        kick
    }

    /// Tells whether the peer is seen to sleep and to wait for one of the messages that were not announced. If not, they still
    /// are not.
    #[inline]
    pub(crate) fn hint(&mut self) -> Kick {
        let wish = self.peer_wake_at.load(Ordering::Relaxed);
        let announced = self.announced.since(self.first) as u64;
        if announced < wish && wish <= self.produced() {
            self.announced();
            return Kick::Due;
        }
        Kick::NotDue
    }

    /// The peer's wish was read behind a full fence that is behind all messages, or the peer is kicked.
    #[inline]
    pub(crate) fn announced(&mut self) {
        self.announced = self.next;
    }

    /// Starts again from position 0 of an epoch.
    pub(crate) fn restart(&mut self, epoch: u16) {
        *self = Self::new(self.slots, self.peer_wake_at, epoch);
    }
}
