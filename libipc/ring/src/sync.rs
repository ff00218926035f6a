//! The atomics of the ring: the machine's, or those of the model checker.
//!
//! Everything in this crate takes its atomics from here, so that loom runs exactly what ships.

#[cfg(not(loom))]
pub use core::sync::atomic::{AtomicU64, Ordering, fence};
#[cfg(loom)]
pub use loom::sync::atomic::{AtomicU64, Ordering, fence};
