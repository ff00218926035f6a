//! The reading end of one queue: where it stands, and when it wants to be woken.

use crate::slot::Sequence;
use crate::slots::Slots;
use crate::sync::{AtomicU64, Ordering, fence};

/// Reads messages of `W` words.
pub(crate) struct Consumer<'a, const W: usize> {
    /// All slots; none once nothing is to be taken any more.
    pub(crate) slots: Slots<'a, W>,
    /// The sequence that the next message has. Loops work on a copy.
    pub(crate) next: Sequence,
    first: Sequence,
    wake_at: &'a AtomicU64,
}

impl<'a, const W: usize> Consumer<'a, W> {
    /// Begins with the first message of an epoch.
    pub(crate) fn new(slots: Slots<'a, W>, wake_at: &'a AtomicU64, epoch: u16) -> Self {
        wake_at.store(0, Ordering::Relaxed);
        let first = Sequence::first(epoch);
        Self {
            slots,
            next: first,
            first,
            wake_at,
        }
    }

    /// How many messages of this epoch were taken.
    #[inline]
    pub(crate) fn consumed(&self) -> u64 {
        self.next.since(self.first) as u64
    }

    /// Takes the next message, if its first word is `ready`; else returns that word.
    #[inline(always)]
    pub(crate) fn take<const N: usize>(
        &mut self,
        ready: impl FnOnce(Sequence, u64) -> bool,
    ) -> Result<[u64; N], u64> {
        self.slots.take(&mut self.next, ready)
    }

    /// The first word of the next slot.
    #[inline]
    pub(crate) fn head(&self) -> u64 {
        self.slots.head(self.next)
    }

    /// From now on nothing is taken, and nothing found in front of it.
    pub(crate) fn end(&mut self) {
        self.slots = Slots::new(&[]);
    }

    /// Asks to be woken by the message that is the `count`th from here. The caller looks once more before it sleeps: only
    /// if no message at all is there yet is it sure that the one it wants is still to be announced.
    #[inline]
    pub(crate) fn arm(&self, count: u64) {
        self.wake_at
            .store(self.consumed() + count, Ordering::Relaxed);
        fence(Ordering::SeqCst);
    }

    /// Starts again from position 0 of an epoch.
    pub(crate) fn restart(&mut self, epoch: u16) {
        *self = Self::new(self.slots, self.wake_at, epoch);
    }
}
