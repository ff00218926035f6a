//! A list of live objects, for tests: turns the crate's promises into assertions.

use core::sync::atomic::{AtomicU64, Ordering};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::vec::Vec;

use weft_hal::PhysAddr;

use crate::{Memory, Page};

std::thread_local! {
    static LIVE: RefCell<BTreeMap<usize, usize>> = const { RefCell::new(BTreeMap::new()) };
}

fn overlapping(live: &BTreeMap<usize, usize>, at: usize, bytes: usize) -> Option<(usize, usize)> {
    let (start, length) = live.range(..at + bytes.max(1)).next_back()?;
    (start + length > at).then_some((*start, *length))
}

std::thread_local! {
    /// Objects that were written but do not live yet: their types, by address.
    static FILLED: RefCell<BTreeMap<usize, &'static str>> = const { RefCell::new(BTreeMap::new()) };
}

/// Notes a placement; panics if something lives there.
pub(crate) fn add(at: usize, bytes: usize) {
    overwrite(at, bytes);
    LIVE.with_borrow_mut(|live| live.insert(at, bytes));
}

/// Notes that an object was written that does not live yet; panics if something lives there.
pub(crate) fn fill(at: usize, bytes: usize, of: &'static str) {
    overwrite(at, bytes);
    FILLED.with_borrow_mut(|filled| filled.insert(at, of));
}

/// Notes that objects begin to live; panics if they were not written, or as something else.
pub(crate) fn adopt<T>(first: usize, count: usize) {
    for at in (0..count).map(|index| first + index * size_of::<T>()) {
        let written = FILLED.with_borrow_mut(|filled| filled.remove(&at));
        let wanted = core::any::type_name::<T>();
        assert_eq!(written, Some(wanted), "{at:#x} was not filled with that");
        add(at, size_of::<T>());
    }
}

/// Notes that memory is written; panics if something lives there.
pub(crate) fn overwrite(at: usize, bytes: usize) {
    assert_free(at, bytes);
    FILLED.with_borrow_mut(|filled| {
        let gone: Vec<usize> = filled.range(at..at + bytes).map(|(at, _)| *at).collect();
        for at in gone {
            filled.remove(&at);
        }
    });
}

/// Notes a retirement; panics if no such object lives.
pub(crate) fn remove(at: usize, bytes: usize) {
    let old = LIVE.with_borrow_mut(|live| live.remove(&at));
    assert_eq!(old, Some(bytes), "retired {at:#x}, which is not alive");
}

/// Panics if anything lives in a range.
pub(crate) fn assert_free(at: usize, bytes: usize) {
    LIVE.with_borrow(|live| {
        let found = overlapping(live, at, bytes);
        assert_eq!(found, None, "{at:#x}+{bytes:#x} is in use");
    });
}

/// Panics if a reference leads to something that was retired. Pages are never placed, and not checked.
pub(crate) fn assert_live(at: usize, bytes: usize) {
    if bytes == size_of::<crate::Page>() {
        return;
    }
    LIVE.with_borrow(|live| {
        let found = overlapping(live, at, bytes);
        let inside =
            found.is_some_and(|(start, length)| start <= at && at + bytes <= start + length);
        assert!(
            inside,
            "followed a reference to {at:#x}, where nothing lives"
        );
    });
}

/// Dropped arenas: address and bytes.
static IDLE: Mutex<Vec<(usize, usize)>> = Mutex::new(Vec::new());

/// All memory of arenas, which is never freed.
static KEPT: Mutex<Vec<&'static [AtomicU64]>> = Mutex::new(Vec::new());

/// Plain host memory that stands for a machine's. Dropped arenas are used again, never freed, so that a stray
/// reference reads rubbish but not somebody else's memory.
#[derive(Debug)]
pub struct Arena {
    address: usize,
    bytes: usize,
}

impl Arena {
    /// Physical address of every arena's first byte; no alignment up to 1 GiB is lost.
    pub const BASE: PhysAddr = PhysAddr(0x4000_0000);
    /// What memory that nobody has cleared looks like.
    pub const RUBBISH: u8 = 0xa5;

    /// An arena of `bytes`, a power of two from a page to 1 GiB, aligned to its size and full of rubbish.
    pub fn new(bytes: usize) -> Self {
        let mut all = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = all.iter().position(|(_, size)| *size == bytes);
        let idle = idle.map(|at| all.swap_remove(at));
        drop(all);
        let (address, bytes) = idle.unwrap_or_else(|| {
            let words = (0..bytes / 4).map(|_| AtomicU64::new(0)).collect();
            let words: &'static [AtomicU64] = Vec::leak(words);
            let start = words.as_ptr().expose_provenance().next_multiple_of(bytes);
            KEPT.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(words);
            (start, bytes)
        });
        let arena = Self { address, bytes };
        for page in (0..bytes as u64).step_by(size_of::<Page>()) {
            let page = arena.memory().page(PhysAddr(Self::BASE.0 + page));
            let rubbish = u64::from_ne_bytes([Self::RUBBISH; 8]);
            page.iter()
                .for_each(|word| word.store(rubbish, Ordering::Relaxed));
        }
        arena
    }

    /// The arena as the kernel sees it, from [`BASE`](Self::BASE) on.
    pub fn memory(&self) -> Memory {
        // SAFETY:
        // 1. the arena is never freed, and mapped at its address; tests give core no other physical addresses.
        // 2. nothing else uses it: it is leaked, and in the list of idle arenas only while it is dropped.
        unsafe { Memory::new(self.address.wrapping_sub(Self::BASE.0 as usize)) }
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        let outside = |at: &usize| !(self.address..self.address + self.bytes).contains(at);
        LIVE.with_borrow_mut(|live| live.retain(|at, _| outside(at)));
        FILLED.with_borrow_mut(|filled| filled.retain(|at, _| outside(at)));
        let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push((self.address, self.bytes));
    }
}
