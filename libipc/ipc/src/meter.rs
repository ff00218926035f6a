//! How often and how long each method of a server runs, and what it did last: counters, histograms and trace points.
//!
//! Generated dispatchers run every method by [`method`]. Without the feature `meter` that is a call of the method and nothing
//! else. With it (`meters = true` in a manifest) the program counts what its methods take, in ticks of the processor's
//! counter, or without `counters = true` in nanoseconds ([`weft_sys::measure::ticks`]), and keeps the last [`POINTS`] beginnings
//! and ends. A method whose answer is deferred ends when it has taken the request.
//!
//! Every server answers two requests about it, whatever its interfaces: [`read`] and [`trace`] make them. A server that does not count
//! answers that it does not know them.

#[cfg(any(test, feature = "meter"))]
mod count;
mod points;
mod reading;

#[cfg(any(test, feature = "meter"))]
pub(crate) use count::answer;
#[cfg(any(test, feature = "meter"))]
pub use count::method;
pub use points::{Point, Points, trace};
pub use reading::{BUCKETS, Reading, read};

/// The greatest number of methods that a program counts.
pub const METHODS: usize = 64;

/// How many beginnings and ends of methods are kept.
pub const POINTS: usize = 256;

/// The request for the counters of a method: its word is the method's place in the order in which methods were first called.
pub(crate) const READ: u32 = crate::request_label(0, 3);
/// The request for trace points: its word is the number of the first that is wanted.
pub(crate) const TRACE: u32 = crate::request_label(0, 4);

/// Runs a method of a server.
#[cfg(not(any(test, feature = "meter")))]
#[inline(always)]
pub fn method<R>(_caller: crate::Caller, _label: u32, run: impl FnOnce() -> R) -> R {
    run()
}

#[cfg(test)]
mod tests;
