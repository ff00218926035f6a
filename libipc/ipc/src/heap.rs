//! The heap: a fixed region, given by the start-up page (root: a static arena).
//!
//! `talc` manages it. The lock around it exists for the language: a program has one thread, so it is never
//! contended, and a second thread would yield until it is free. With the feature `alloc` off a program has
//! no allocator, and allocating does not link.

#[cfg(all(feature = "alloc", any(target_os = "none", weft)))]
mod region {
    use core::sync::atomic::{AtomicBool, Ordering};

    use talc::TalcLock;
    use talc::lock_api::{GuardNoSend, RawMutex};
    use talc::source::Manual;

    #[global_allocator]
    static HEAP: TalcLock<YieldLock, Manual> = TalcLock::new(Manual);

    /// A lock that lets others run while it is taken.
    struct YieldLock(AtomicBool);

    // SAFETY: 1. `try_lock` succeeds for one holder only, until `unlock`; 2. acquire and release order what
    // the holders do.
    unsafe impl RawMutex for YieldLock {
        const INIT: Self = Self(AtomicBool::new(false));
        type GuardMarker = GuardNoSend;

        fn lock(&self) {
            while !self.try_lock() {
                weft_sys::yield_now();
            }
        }

        fn try_lock(&self) -> bool {
            !self.0.swap(true, Ordering::Acquire)
        }

        unsafe fn unlock(&self) {
            self.0.store(false, Ordering::Release);
        }
    }

    /// Gives memory to the heap.
    ///
    /// # Safety
    /// `length` bytes at `base` must be mapped, writable and used by nothing else for the rest of the program.
    pub(crate) unsafe fn add(base: *mut u8, length: usize) {
        if length == 0 {
            return;
        }
        // SAFETY: 1. the memory is valid and ours (the caller's promise).
        let _ = unsafe { HEAP.lock().claim(base, length) };
    }
}

#[cfg(all(feature = "alloc", any(target_os = "none", weft)))]
pub(crate) use region::add;

/// Gives memory to the heap; without the feature `alloc` there is none.
///
/// # Safety
/// None needed: nothing happens.
#[cfg(not(all(feature = "alloc", any(target_os = "none", weft))))]
pub(crate) unsafe fn add(_base: *mut u8, _length: usize) {}

/// Memory for the heap of a program that is given none: root.
#[repr(C, align(4096))]
pub struct Arena<const BYTES: usize>(core::cell::UnsafeCell<[core::mem::MaybeUninit<u8>; BYTES]>);

// SAFETY: 1. the only access is by the raw pointer of `region`, whose user answers for it.
unsafe impl<const BYTES: usize> Sync for Arena<BYTES> {}

impl<const BYTES: usize> Arena<BYTES> {
    /// An arena, for a static.
    #[expect(
        clippy::new_without_default,
        reason = "only ever made in a static, which needs a const fn"
    )]
    pub const fn new() -> Self {
        Self(core::cell::UnsafeCell::new(
            [const { core::mem::MaybeUninit::uninit() }; BYTES],
        ))
    }

    /// Where it is and how long.
    pub const fn region(&self) -> (*mut u8, usize) {
        (self.0.get().cast(), BYTES)
    }
}
