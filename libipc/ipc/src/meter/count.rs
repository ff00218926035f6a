//! The counting.

use core::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use weft_sys::measure;

use super::points::{self, End};
use super::{BUCKETS, METHODS, READ, Reading, TRACE};
use crate::codec::{Decoder, Sink as _};
use crate::{Caller, Message, label};

/// What is known of one method.
struct Meter {
    /// Label of the method's requests; 0 if the place is free.
    label: AtomicU32,
    calls: AtomicU64,
    ticks: AtomicU64,
    longest: AtomicU64,
    buckets: [AtomicU32; BUCKETS],
}

/// Static, as what a program has only one of: its methods run in one thread.
static METERS: [Meter; METHODS] = [const { Meter::unused() }; METHODS];

/// Runs a method of a server, and counts.
pub fn method<R>(caller: Caller, label: u32, run: impl FnOnce() -> R) -> R {
    let begin = measure::ticks();
    points::note(label, caller, begin, End::Not);
    let result = run();
    let end = measure::ticks();
    points::note(label, caller, end, End::Is);
    if let Some(meter) = find(label) {
        meter.count(end.wrapping_sub(begin));
    }
    result
}

/// The place of a method. None is left for those beyond [`METHODS`].
fn find(label: u32) -> Option<&'static Meter> {
    let found = METERS.iter().find(|meter| {
        let known = meter.label.load(Relaxed);
        known == label || known == 0
    })?;
    found.label.store(label, Relaxed);
    Some(found)
}

/// Answers a request about the counters; tells whether it is one.
pub(crate) fn answer(message: &mut Message) -> bool {
    let label = message.label();
    if label != READ && label != TRACE {
        return false;
    }
    let Ok(word) = Decoder::of(message).get::<u64>() else {
        message.begin(label::MALFORMED);
        return true;
    };
    message.begin(label::OK);
    let written = match label {
        READ => METERS
            .get(usize::try_from(word).unwrap_or(usize::MAX))
            .and_then(Meter::reading)
            .map_or(Ok(()), |reading| message.put(&reading)),
        _ => points::write(word, message),
    };
    if written.is_err() {
        message.begin(label::ABANDONED);
    }
    true
}

impl Meter {
    const fn unused() -> Self {
        Self {
            label: AtomicU32::new(0),
            calls: AtomicU64::new(0),
            ticks: AtomicU64::new(0),
            longest: AtomicU64::new(0),
            buckets: [const { AtomicU32::new(0) }; BUCKETS],
        }
    }

    fn count(&self, ticks: u64) {
        self.calls.store(self.calls.load(Relaxed) + 1, Relaxed);
        let sum = self.ticks.load(Relaxed).saturating_add(ticks);
        self.ticks.store(sum, Relaxed);
        self.longest.fetch_max(ticks, Relaxed);
        if let Some(bucket) = self.buckets.get(Reading::bucket(ticks)) {
            bucket.store(bucket.load(Relaxed).saturating_add(1), Relaxed);
        }
    }

    fn reading(&self) -> Option<Reading> {
        let label = self.label.load(Relaxed);
        (label != 0).then(|| Reading {
            label,
            calls: self.calls.load(Relaxed),
            ticks: self.ticks.load(Relaxed),
            longest: self.longest.load(Relaxed),
            buckets: core::array::from_fn(|index| {
                self.buckets
                    .get(index)
                    .map_or(0, |bucket| bucket.load(Relaxed))
            }),
        })
    }
}
