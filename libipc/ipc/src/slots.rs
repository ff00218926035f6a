//! The free slots of the program's own CNode.
//!
//! A bitmap, because slots are given back in any order; static, because capabilities arrive and are dropped
//! in places that have nothing to do with each other. The words are atomic so that no `unsafe` is needed; a
//! program has one thread, and none of them is contended.

use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use weft_abi::{CPtr, Syscall};

/// The slots that are managed: of a greater CNode the first.
pub const MAX_SLOTS: usize = 1 << 14;
const BITS: usize = u64::BITS as usize;

static OWN: FreeSlots<{ MAX_SLOTS / BITS }> = FreeSlots::new();

/// Makes slots `first_free..end` available. Called once, before the program's `main`.
pub(crate) fn initialise(first_free: usize, end: usize) {
    (first_free..end.min(MAX_SLOTS)).for_each(|slot| OWN.set(slot));
}

/// Takes a free slot; `None` if there is none.
pub fn allocate() -> Option<CPtr> {
    OWN.take().map(pointer)
}

/// Takes `count` consecutive free slots and returns the first; `None` if there is no such run.
pub fn allocate_run(count: usize) -> Option<CPtr> {
    OWN.take_run(count).map(pointer)
}

/// Gives an empty slot back.
pub fn release(slot: CPtr) {
    if slot != CPtr::NULL {
        OWN.set(slot.0 as usize);
    }
}

/// Deletes the capability in a slot, if there is one, and gives the slot back.
pub fn delete(slot: CPtr) {
    let cnode = weft_abi::startup::slots::CNODE;
    // An empty slot is what is wanted, so a refusal changes nothing.
    let _ = weft_sys::invoke(Syscall::CNodeDelete, cnode, [u64::from(slot.0), 0, 0, 0, 0]);
    release(slot);
}

fn pointer(slot: usize) -> CPtr {
    CPtr(slot as u32)
}

/// A set of free slots below `64 * WORDS`.
struct FreeSlots<const WORDS: usize> {
    /// A bit a slot; set if it is free.
    free: [AtomicU64; WORDS],
    /// Words below hold no free slot.
    first: AtomicUsize,
}

impl<const WORDS: usize> FreeSlots<WORDS> {
    const fn new() -> Self {
        Self {
            free: [const { AtomicU64::new(0) }; WORDS],
            first: AtomicUsize::new(0),
        }
    }

    fn take(&self) -> Option<usize> {
        for (index, free) in self.free.iter().enumerate().skip(self.first.load(Relaxed)) {
            let word = free.load(Relaxed);
            if word != 0 {
                free.store(word & (word - 1), Relaxed);
                self.first.store(index, Relaxed);
                return Some(index * BITS + word.trailing_zeros() as usize);
            }
        }
        None
    }

    fn take_run(&self, count: usize) -> Option<usize> {
        let mut run = 0;
        for slot in self.first.load(Relaxed) * BITS..WORDS * BITS {
            run = if self.contains(slot) { run + 1 } else { 0 };
            if run == count && count > 0 {
                let first = slot + 1 - count;
                (first..=slot).for_each(|slot| self.clear(slot));
                return Some(first);
            }
        }
        None
    }

    fn contains(&self, slot: usize) -> bool {
        self.free
            .get(slot / BITS)
            .is_some_and(|word| word.load(Relaxed) & bit(slot) != 0)
    }

    fn set(&self, slot: usize) {
        if let Some(word) = self.free.get(slot / BITS) {
            word.fetch_or(bit(slot), Relaxed);
            self.first.fetch_min(slot / BITS, Relaxed);
        }
    }

    fn clear(&self, slot: usize) {
        if let Some(word) = self.free.get(slot / BITS) {
            word.fetch_and(!bit(slot), Relaxed);
        }
    }
}

const fn bit(slot: usize) -> u64 {
    1 << (slot % BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_given_out_once_and_again_after_release() {
        let slots = FreeSlots::<2>::new();
        assert_eq!(slots.take(), None);
        (60..70).for_each(|slot| slots.set(slot));
        assert_eq!(slots.take(), Some(60));
        assert_eq!(slots.take_run(8), Some(61));
        assert_eq!(slots.take_run(2), None);
        assert_eq!(slots.take(), Some(69));
        assert_eq!(slots.take(), None);
        slots.set(64);
        slots.set(128);
        assert_eq!(slots.take_run(0), None);
        assert_eq!(slots.take(), Some(64));
        assert_eq!(slots.take(), None);
    }
}
