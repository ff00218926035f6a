//! The reading end of one queue.
//!
//! The queue lies in memory that this side cannot write, where Rust defines relaxed loads only;
//! an acquire fence behind them gives the ordering.

use crate::sync::{AtomicU64, Ordering, fence};

/// Reads messages of `W` words.
pub(crate) struct Consumer<'a, const W: usize> {
    slots: &'a [[AtomicU64; W]],
    wake_at: &'a AtomicU64,
    consumed: u64,
}

impl<'a, const W: usize> Consumer<'a, W> {
    pub(crate) fn new(slots: &'a [[AtomicU64; W]], wake_at: &'a AtomicU64) -> Self {
        Self {
            slots,
            wake_at,
            consumed: 0,
        }
    }

    /// How many messages were taken.
    pub(crate) fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Reads the first word of the next slot.
    pub(crate) fn head(&self) -> u64 {
        let [head, ..] = &self.slot()[..] else {
            return 0;
        };
        head.load(Ordering::Relaxed)
    }

    /// Copies the next slot and steps past it. `head` is what [`head`](Self::head) returned and
    /// was found to be the next message's; it stands in the copy, so that nothing is read twice.
    pub(crate) fn take(&mut self, head: u64) -> [u64; W] {
        fence(Ordering::Acquire);
        let slot = self.slot();
        let copy = core::array::from_fn(|index| match index {
            0 => head,
            _ => slot[index].load(Ordering::Relaxed),
        });
        self.consumed += 1;
        copy
    }

    /// Asks to be woken by the next message. The caller looks once more before it sleeps.
    pub(crate) fn arm(&self) {
        self.wake_at.store(self.consumed + 1, Ordering::Relaxed);
        fence(Ordering::SeqCst);
    }

    /// Starts again from position 0, for a new epoch.
    pub(crate) fn restart(&mut self) {
        self.consumed = 0;
        self.wake_at.store(0, Ordering::Relaxed);
    }

    fn slot(&self) -> &'a [AtomicU64; W] {
        &self.slots[self.consumed as usize & (self.slots.len() - 1)]
    }
}
