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

use crate::sync::{AtomicU64, Ordering, fence};

/// Writes messages of `W` words. Positions count up from 0 and never wrap (2⁶⁴ messages).
pub(crate) struct Producer<'a, const W: usize> {
    slots: &'a [[AtomicU64; W]],
    peer_wake_at: &'a AtomicU64,
    produced: u64,
    announced: u64,
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
    pub(crate) fn new(slots: &'a [[AtomicU64; W]], peer_wake_at: &'a AtomicU64) -> Self {
        Self {
            slots,
            peer_wake_at,
            produced: 0,
            announced: 0,
        }
    }

    /// Returns how many messages were published.
    pub(crate) fn produced(&self) -> u64 {
        self.produced
    }

    /// Writes a message into the next slot and publishes it by its first word. The caller knows
    /// that the slot is free.
    pub(crate) fn publish(&mut self, message: [u64; W]) {
        let index = self.produced as usize & (self.slots.len() - 1);
        let (Some(slot), [head, body @ ..]) = (self.slots.get(index), &message[..]) else {
            return;
        };
        let [slot_head, slot_body @ ..] = &slot[..] else {
            return;
        };
        for (word, value) in slot_body.iter().zip(body) {
            word.store(*value, Ordering::Relaxed);
        }
        slot_head.store(*head, Ordering::Release);
        self.produced += 1;
    }

    /// Ends a batch: one full fence, then tells whether the peer must be woken.
    pub(crate) fn announce(&mut self) -> Kick {
        if self.announced == self.produced {
            return Kick::NotDue;
        }
        fence(Ordering::SeqCst);
        let wish = self.peer_wake_at.load(Ordering::Relaxed);
        let crossed = self.announced < wish && wish <= self.produced;
        self.announced = self.produced;
        if crossed { Kick::Due } else { Kick::NotDue }
    }

    /// Starts again from position 0, for a new epoch.
    pub(crate) fn restart(&mut self) {
        self.produced = 0;
        self.announced = 0;
    }

    /// Clears every slot, so that nothing of an earlier life can be taken for a message.
    pub(crate) fn clear(&self) {
        for word in self.slots.as_flattened() {
            word.store(0, Ordering::Relaxed);
        }
    }
}
