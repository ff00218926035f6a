//! The program's reply objects: which are free to receive with.
//!
//! A set bit of `FREE` is an index into `SLOTS`. Static for the reason given in [`slots`](crate::slots):
//! a deferred answer is given in a place that has nothing to do with the loop.

use core::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed};

use weft_abi::CPtr;

use crate::{Message, ReplyToken, Spare, wire};

const CAPACITY: usize = u64::BITS as usize;

static SLOTS: [AtomicU32; CAPACITY] = [const { AtomicU32::new(0) }; CAPACITY];
static COUNT: AtomicUsize = AtomicUsize::new(0);
static FREE: AtomicU64 = AtomicU64::new(0);

/// A reply object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReplyObject {
    index: u32,
    slot: CPtr,
}

/// Adds a reply object. Those beyond the capacity stay unused.
pub(crate) fn add(slot: CPtr) {
    let index = COUNT.load(Relaxed);
    if let Some(place) = SLOTS.get(index) {
        place.store(slot.0, Relaxed);
        COUNT.store(index + 1, Relaxed);
        FREE.store(FREE.load(Relaxed) | 1 << index, Relaxed);
    }
}

/// Takes a free reply object.
pub(crate) fn take() -> Option<ReplyObject> {
    let free = FREE.load(Relaxed);
    if free == 0 {
        return None;
    }
    FREE.store(free & (free - 1), Relaxed);
    Some(ReplyObject::at(free.trailing_zeros()))
}

/// Whether another one is free.
#[inline]
pub(crate) fn spare() -> Spare {
    if FREE.load(Relaxed) == 0 {
        Spare::Exhausted
    } else {
        Spare::Available
    }
}

impl ReplyObject {
    fn at(index: u32) -> Self {
        let slot = SLOTS
            .get(index as usize)
            .map_or(0, |slot| slot.load(Relaxed));
        Self {
            index,
            slot: CPtr(slot),
        }
    }

    /// Its slot.
    #[inline]
    pub(crate) fn slot(self) -> CPtr {
        self.slot
    }

    /// The right to answer the caller it holds.
    #[inline]
    pub(crate) fn token(self) -> ReplyToken {
        ReplyToken::new(self.index, answer)
    }
}

/// Answers through a reply object and frees it.
fn answer(number: u32, message: &mut Message) {
    let object = ReplyObject::at(number);
    let info = wire::stage(message);
    // Refused if the caller has gone: nobody is left to be told.
    let _ = weft_sys::reply(object.slot(), info, message.head());
    wire::settle_caps(message);
    FREE.store(FREE.load(Relaxed) | 1 << (number % u64::BITS), Relaxed);
}
