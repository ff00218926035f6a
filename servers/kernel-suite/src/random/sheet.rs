//! The page of a core that its keeper and its program write, and the suite reads.

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Where the process of a core has its page.
pub(super) const HERE: u64 = 0x4000_0000;

/// What a core has done so far.
#[repr(C, align(4096))]
pub(super) struct Sheet {
    /// Calls that the running program has made.
    pub(super) made: AtomicU64,
    /// Those of them that were accepted.
    pub(super) accepted: AtomicU64,
    /// Calls of all programs before.
    pub(super) calls: AtomicU64,
    /// Programs that were started.
    pub(super) starts: AtomicU64,
    /// Faults for malformed calls.
    pub(super) faults: AtomicU64,
    /// Waits that were cancelled.
    pub(super) cancelled: AtomicU64,
    /// Programs that had destroyed or stopped themselves.
    pub(super) destroyed: AtomicU64,
    /// Programs that gave no sign of life.
    pub(super) silent: AtomicU64,
    /// Where the keeper is: 0 at work, 1 done, else the step that failed.
    pub(super) state: AtomicU64,
    /// The refusal's number, if one made it fail.
    pub(super) refusal: AtomicU64,
}

impl Sheet {
    /// The page at an address at which it is mapped.
    pub(super) fn at(address: u64) -> &'static Self {
        let page = core::ptr::with_exposed_provenance::<Self>(address as usize);
        // SAFETY:
        // 1. the suite maps a page there before anybody comes here, and leaves it there.
        // 2. all in it is atomic, and zero is a value of it.
        unsafe { &*page }
    }

    /// All calls so far.
    pub(super) fn total(&self) -> u64 {
        self.calls.load(Relaxed) + self.made.load(Relaxed)
    }
}

/// Counts one more.
pub(super) fn count(what: &AtomicU64) {
    what.store(what.load(Relaxed) + 1, Relaxed);
}
