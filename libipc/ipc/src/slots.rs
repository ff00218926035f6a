//! The free slots of the program's own CNode.
//!
//! A bitmap, because slots are given back in any order; static, because capabilities arrive and are dropped
//! in places that have nothing to do with each other. The words are atomic so that no `unsafe` is needed; a
//! program has one thread, and none of them is contended.

use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use weft_abi::{CPtr, Syscall};

/// The greatest CNode whose slots are managed.
const MAX_SLOTS: usize = 1 << 14;
const BITS: usize = u64::BITS as usize;

/// A bit a slot; set if it is free.
static FREE: [AtomicU64; MAX_SLOTS / BITS] = [const { AtomicU64::new(0) }; MAX_SLOTS / BITS];
/// Words below hold no free slot.
static FIRST: AtomicUsize = AtomicUsize::new(0);

/// Makes slots `first_free..end` available. Called once, before the program's `main`.
pub fn initialise(first_free: usize, end: usize) {
    for slot in first_free..end.min(MAX_SLOTS) {
        set(slot);
    }
}

/// Takes a free slot; `None` if there is none.
pub fn allocate() -> Option<CPtr> {
    for (index, free) in FREE.iter().enumerate().skip(FIRST.load(Relaxed)) {
        let word = free.load(Relaxed);
        if word != 0 {
            free.store(word & (word - 1), Relaxed);
            FIRST.store(index, Relaxed);
            return Some(pointer(index * BITS + word.trailing_zeros() as usize));
        }
    }
    None
}

/// Takes `count` consecutive free slots and returns the first; `None` if there is no such run.
pub fn allocate_run(count: usize) -> Option<CPtr> {
    let mut run = 0;
    for slot in FIRST.load(Relaxed) * BITS..MAX_SLOTS {
        run = if is_free(slot) { run + 1 } else { 0 };
        if run == count && count > 0 {
            let first = slot + 1 - count;
            (first..=slot).for_each(clear);
            return Some(pointer(first));
        }
    }
    None
}

/// Gives an empty slot back.
pub fn release(slot: CPtr) {
    let slot = slot.0 as usize;
    if slot != 0 && slot < MAX_SLOTS {
        set(slot);
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

fn is_free(slot: usize) -> bool {
    FREE[slot / BITS].load(Relaxed) & (1 << (slot % BITS)) != 0
}

fn set(slot: usize) {
    FREE[slot / BITS].fetch_or(1 << (slot % BITS), Relaxed);
    FIRST.fetch_min(slot / BITS, Relaxed);
}

fn clear(slot: usize) {
    FREE[slot / BITS].fetch_and(!(1 << (slot % BITS)), Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    // One test, because the slots are the program's and tests run side by side.
    #[test]
    fn slots_are_given_out_once_and_again_after_release() {
        assert_eq!(allocate(), None);
        initialise(60, 70);
        assert_eq!(allocate(), Some(CPtr(60)));
        assert_eq!(allocate_run(8), Some(CPtr(61)));
        assert_eq!(allocate_run(2), None);
        assert_eq!(allocate(), Some(CPtr(69)));
        assert_eq!(allocate(), None);
        delete(CPtr(64));
        release(CPtr::NULL);
        assert_eq!(allocate(), Some(CPtr(64)));
        assert_eq!(allocate_run(0), None);
    }
}
