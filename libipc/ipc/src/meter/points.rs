//! Trace points: when methods began and ended, the last ones of them.

#[cfg(any(test, feature = "meter"))]
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::TRACE;
use crate::codec::{Decoder, Sink as _};
#[cfg(any(test, feature = "meter"))]
use crate::{Caller, TooLong, label};
use crate::{Message, Transport, TransportError};

/// How many points an answer has at most.
const TOGETHER: usize = 64;

/// A bit of a point's second word.
const END: u64 = 1 << 31;

/// One point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// When, in ticks.
    pub when: u64,
    /// The label of the method's requests.
    pub label: u32,
    /// Who called: the client's number.
    pub client: u32,
    /// Whether the method ended; else it began.
    pub is_end: bool,
}

/// Points that follow each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Points {
    /// The number of the first; points are counted from 0, and old ones are forgotten.
    pub first: u64,
    /// The points.
    pub points: heapless::Vec<Point, TOGETHER>,
}

/// Reads a server's trace points from a number on, or from the oldest that it still has: as many as fit in an answer, none
/// behind the last.
///
/// # Errors
/// Why there is no answer; [`TransportError::WrongInterface`] if the server does not trace.
pub fn trace<T: Transport + ?Sized>(transport: &T, from: u64) -> Result<Points, TransportError> {
    let mut message = Message::new(TRACE);
    message.put(&from)?;
    transport.call(&mut message)?;
    let mut decoder = Decoder::of(&mut message);
    let (first, count): (u64, u64) = (decoder.get()?, decoder.get()?);
    let mut points = heapless::Vec::new();
    for _ in 0..count {
        let (when, what): (u64, u64) = (decoder.get()?, decoder.get()?);
        let point = Point {
            when,
            label: (what >> 32) as u32,
            client: (what & (END - 1)) as u32,
            is_end: what & END != 0,
        };
        points.push(point).map_err(|_| TransportError::BadAnswer)?;
    }
    decoder.finish()?;
    Ok(Points { first, points })
}

/// Whether a method ended or began.
#[cfg(any(test, feature = "meter"))]
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Is,
    Not,
}

/// When, and what: label << 32 | end << 31 | client.
#[cfg(any(test, feature = "meter"))]
struct Kept {
    when: AtomicU64,
    what: AtomicU64,
}

#[cfg(any(test, feature = "meter"))]
static KEPT: [Kept; super::POINTS] = [const {
    Kept {
        when: AtomicU64::new(0),
        what: AtomicU64::new(0),
    }
}; super::POINTS];
/// How many points there were.
#[cfg(any(test, feature = "meter"))]
static COUNT: AtomicU64 = AtomicU64::new(0);

/// Keeps a point.
#[cfg(any(test, feature = "meter"))]
pub(super) fn note(label: u32, caller: Caller, when: u64, end: End) {
    let number = COUNT.load(Relaxed);
    COUNT.store(number + 1, Relaxed);
    if let Some(kept) = KEPT.get(number as usize % super::POINTS) {
        let client = u64::from(caller.client()) & (END - 1);
        let end = if end == End::Is { END } else { 0 };
        kept.when.store(when, Relaxed);
        kept.what
            .store(u64::from(label) << 32 | end | client, Relaxed);
    }
}

/// Writes points from a number on into an answer.
#[cfg(any(test, feature = "meter"))]
pub(super) fn write(from: u64, message: &mut Message) -> Result<(), TooLong> {
    debug_assert_eq!(message.label(), label::OK);
    let count = COUNT.load(Relaxed);
    let first = from
        .max(count.saturating_sub(super::POINTS as u64))
        .min(count);
    let numbers = first..count.min(first + TOGETHER as u64);
    message.put(&first)?;
    message.put(&(numbers.end - first))?;
    for number in numbers {
        let kept = KEPT.get(number as usize % super::POINTS);
        let (when, what) = kept.map_or((0, 0), |kept| {
            (kept.when.load(Relaxed), kept.what.load(Relaxed))
        });
        message.put(&when)?;
        message.put(&what)?;
    }
    Ok(())
}
