//! Where things lie in the two regions of a ring.
//!
//! Both regions begin with 128 bytes of words that their owner writes, a cache line each, followed
//! by the slots:
//!
//! | word | region A (client writes) | region B (server writes) |
//! |---|---|---|
//! | 0 | completion count to be woken at | request count to be woken at |
//! | 8 | state: fault code | state: epoch << 32 \| fault code |
//! | 16… | requests, 8 words each | completions, 2 words each |
//!
//! The message at position `n` (from 0) lies in slot `(n + 1) mod capacity`.
//!
//! Both sides compute the capacity from the regions' lengths, which whoever mapped them told each
//! of them; no length, position or capacity is ever read from shared memory.

use crate::slots::Slots;
use crate::sync::AtomicU64;

/// The greatest capacity of a ring: the size of the private tables.
pub const MAX_CAPACITY: usize = 256;

/// The greatest number of rings of a server, and of clients that lend to one.
pub const MAX_RINGS: usize = 8;

/// Words before the slots.
pub(crate) const HEADER_WORDS: usize = 16;
/// Header word: count at which the owner wants to be woken.
pub(crate) const WAKE_AT: usize = 0;
/// Header word: epoch and fault code.
pub(crate) const STATE: usize = 8;
/// Words of a request slot.
pub(crate) const REQUEST_WORDS: usize = 8;
/// Words of a completion slot.
pub(crate) const COMPLETION_WORDS: usize = 2;

/// How many messages a ring holds: a power of two up to [`MAX_CAPACITY`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity(u16);

impl Capacity {
    /// Returns the capacity, or `None` unless it is a power of two from 1 to [`MAX_CAPACITY`].
    #[must_use]
    pub const fn new(slots: usize) -> Option<Self> {
        if slots.is_power_of_two() && slots <= MAX_CAPACITY {
            return Some(Self(slots as u16));
        }
        None
    }

    /// Returns the number of slots.
    #[must_use]
    pub const fn slots(self) -> usize {
        self.0 as usize
    }
}

/// The shape of a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    capacity: Capacity,
}

impl Layout {
    /// Returns the layout of a ring with this capacity.
    #[must_use]
    pub const fn new(capacity: Capacity) -> Self {
        Self { capacity }
    }

    /// Returns the greatest layout that fits into regions of these lengths in bytes, or `None` if
    /// not even one slot does. Both sides get the same answer from the same lengths.
    #[must_use]
    pub const fn fitting(client_bytes: usize, server_bytes: usize) -> Option<Self> {
        let mut slots = MAX_CAPACITY;
        while slots > 0 {
            if let Some(capacity) = Capacity::new(slots) {
                let layout = Self::new(capacity);
                if layout.client_bytes() <= client_bytes && layout.server_bytes() <= server_bytes {
                    return Some(layout);
                }
            }
            slots /= 2;
        }
        None
    }

    /// Returns how many messages it holds.
    #[must_use]
    pub const fn capacity(self) -> Capacity {
        self.capacity
    }

    /// Returns the least length of region A in bytes.
    #[must_use]
    pub const fn client_bytes(self) -> usize {
        (HEADER_WORDS + self.capacity.slots() * REQUEST_WORDS) * size_of::<u64>()
    }

    /// Returns the least length of region B in bytes.
    #[must_use]
    pub const fn server_bytes(self) -> usize {
        (HEADER_WORDS + self.capacity.slots() * COMPLETION_WORDS) * size_of::<u64>()
    }

    /// Takes region A apart.
    pub(crate) fn client<'a>(self, words: &'a [AtomicU64]) -> Option<Side<'a, REQUEST_WORDS>> {
        Side::new(words, self.capacity)
    }

    /// Takes region B apart.
    pub(crate) fn server<'a>(self, words: &'a [AtomicU64]) -> Option<Side<'a, COMPLETION_WORDS>> {
        Side::new(words, self.capacity)
    }
}

/// One region, taken apart: its owner's words and slots of `W` words.
#[derive(Clone, Copy)]
pub(crate) struct Side<'a, const W: usize> {
    /// Count at which the owner wants to be woken.
    pub(crate) wake_at: &'a AtomicU64,
    /// Epoch and fault code.
    pub(crate) state: &'a AtomicU64,
    /// The slots; exactly as many as the capacity.
    pub(crate) slots: Slots<'a, W>,
}

impl<'a, const W: usize> Side<'a, W> {
    fn new(words: &'a [AtomicU64], capacity: Capacity) -> Option<Self> {
        let (header, slots) = words.split_at_checked(HEADER_WORDS)?;
        let slots = slots.as_chunks::<W>().0.get(..capacity.slots())?;
        Some(Self {
            wake_at: header.get(WAKE_AT)?,
            state: header.get(STATE)?,
            slots: Slots::new(slots),
        })
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_page_each_holds_32_messages() {
        let layout = Layout::fitting(4096, 4096).expect("fits");
        assert_eq!(layout.capacity().slots(), 32);
    }

    #[test]
    fn the_smaller_region_decides() {
        let layout = Layout::fitting(1 << 20, 128 + 4 * 16).expect("fits");
        assert_eq!(layout.capacity().slots(), 4);
        assert_eq!(layout.server_bytes(), 128 + 4 * 16);
        assert_eq!(layout.client_bytes(), 128 + 4 * 64);
    }

    #[test]
    fn regions_without_room_for_a_slot_have_no_layout() {
        assert_eq!(Layout::fitting(128, 4096), None);
        assert_eq!(Layout::fitting(0, 0), None);
    }

    #[test]
    fn capacities_are_powers_of_two_within_the_limit() {
        for bad in [0, 3, 48, 2 * MAX_CAPACITY] {
            assert_eq!(Capacity::new(bad), None);
        }
    }
}
