//! Deferred answers to ring requests.
//!
//! A [`ReplyToken`] is a number and a function, so that servers need not know whether a request
//! came by call or by ring. The function for rings leaves the outcome in the place with that
//! number, and the ring's service collects it after the event. Static for the same reason as the
//! reply objects: an answer is given in a place that knows nothing of the loop.

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

use libipc_ring::Outcome;

use crate::{Message, ReplyToken, Short};

/// The greatest number of ring requests whose answers are deferred at a time.
pub(super) const PLACES: usize = 256;
const BITS: usize = u64::BITS as usize;

/// What was answered: value << 32 | status.
static OUTCOMES: [AtomicU64; PLACES] = [const { AtomicU64::new(0) }; PLACES];
/// A bit a place; set if its outcome was not collected yet.
static ANSWERED: [AtomicU64; PLACES / BITS] = [const { AtomicU64::new(0) }; PLACES / BITS];

/// A bit a place; set if its client has cancelled its request.
static CANCELLED: [AtomicU64; PLACES / BITS] = [const { AtomicU64::new(0) }; PLACES / BITS];

/// A bit a word of `ANSWERED`; clear if that word is zero.
static ANY: AtomicU64 = AtomicU64::new(0);

/// The right to answer the ring request in a place.
pub(super) fn token(place: usize) -> ReplyToken {
    ReplyToken::of_ring(place)
}

/// Notes whether the request in a place is wanted.
pub(super) fn set_cancelled(place: usize, is_cancelled: bool) {
    if let Some(word) = CANCELLED.get(place / BITS) {
        let bit = 1 << (place % BITS);
        let rest = word.load(Relaxed) & !bit;
        word.store(rest | if is_cancelled { bit } else { 0 }, Relaxed);
    }
}

/// Whether the request in a place was cancelled.
pub(crate) fn is_cancelled(place: u32) -> bool {
    let place = place as usize;
    let word = CANCELLED.get(place / BITS);
    word.is_some_and(|word| word.load(Relaxed) & 1 << (place % BITS) != 0)
}

/// The outcome that an answer's label and payload say.
pub(super) fn outcome(message: &Message) -> Outcome {
    let value = message
        .payload()
        .first_chunk()
        .map_or(0, |bytes| u32::from_le_bytes(*bytes));
    Outcome {
        status: message.label(),
        value,
    }
}

/// The same of an answer that fits in registers.
#[inline]
pub(super) fn outcome_of_short(answer: Short) -> Outcome {
    Outcome {
        status: answer.info.label(),
        value: answer.words[0] as u32,
    }
}

/// Whether outcomes were left.
#[inline]
pub(super) fn any() -> bool {
    ANY.load(Relaxed) != 0
}

/// Takes one outcome that was left, with its place.
pub(super) fn collect() -> Option<(usize, Outcome)> {
    let any = ANY.load(Relaxed);
    let index = any.trailing_zeros() as usize;
    // There is no word for the index of no bit.
    let answered = ANSWERED.get(index)?;
    let word = answered.load(Relaxed);
    let rest = word & word.wrapping_sub(1);
    answered.store(rest, Relaxed);
    if rest == 0 {
        ANY.store(any & !(1 << index), Relaxed);
    }
    let place = index * BITS + word.trailing_zeros() as usize;
    let outcome = OUTCOMES.get(place)?.load(Relaxed);
    Some((
        place,
        Outcome {
            status: outcome as u32,
            value: (outcome >> 32) as u32,
        },
    ))
}

/// Leaves the answer to the request in a place.
pub(crate) fn answer(number: u32, message: &mut Message) {
    let place = number as usize;
    let Outcome { status, value } = outcome(message);
    let (Some(outcome), Some(answered)) = (OUTCOMES.get(place), ANSWERED.get(place / BITS)) else {
        return;
    };
    outcome.store((u64::from(value) << 32) | u64::from(status), Relaxed);
    answered.store(answered.load(Relaxed) | 1 << (place % BITS), Relaxed);
    ANY.store(ANY.load(Relaxed) | 1 << (place / BITS), Relaxed);
}
