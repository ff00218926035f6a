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

    /// If the next slot's first word is `ready`, copies the slot and steps past it; else returns
    /// that word. It is read once: it stands in the copy.
    #[inline]
    pub(crate) fn take(&mut self, ready: impl FnOnce(u64) -> bool) -> Result<[u64; W], u64> {
        let slot = self.slot();
        let [head, ..] = &slot[..] else { return Err(0) };
        let head = head.load(Ordering::Relaxed);
        if !ready(head) {
            return Err(head);
        }
        fence(Ordering::Acquire);
        self.consumed += 1;
        Ok(core::array::from_fn(|index| match index {
            0 => head,
            _ => slot[index].load(Ordering::Relaxed),
        }))
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
