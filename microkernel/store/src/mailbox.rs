//! What one core puts down for another.
//!
//! A mailbox is a list that any core adds to and only its own core empties, all at once: putting is one compare and
//! exchange, taking one exchange, and neither waits for another core. The links are in the letters themselves, so that
//! mail takes no memory. Rejected: a queue with a tail, whose reader would have to wait for a writer that was
//! interrupted between its two stores.

use core::marker::PhantomData;

#[cfg(loom)]
use loom::sync::atomic::{AtomicBool, AtomicU64, Ordering};

#[cfg(not(loom))]
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::{Home, Ref};

/// An object that can be put into a mailbox. The link belongs to whoever has the object, so it is no more than a field.
pub trait Letter: Sized {
    /// The address of the next letter; 0: none.
    fn next_letter(&self, home: Home) -> u64;

    /// Sets it.
    fn set_next_letter(&self, home: Home, next: u64);
}

/// A mailbox. Who puts a letter gives up the object until its core puts it somewhere else.
pub struct Mailbox<T> {
    last: AtomicU64,
    kind: PhantomData<fn(Ref<T>)>,
}

impl<T: Letter> Mailbox<T> {
    /// An empty mailbox.
    #[cfg(not(loom))]
    pub const fn new() -> Self {
        Self {
            last: AtomicU64::new(0),
            kind: PhantomData,
        }
    }

    /// An empty mailbox.
    #[cfg(loom)]
    pub fn new() -> Self {
        Self {
            last: AtomicU64::new(0),
            kind: PhantomData,
        }
    }

    /// Puts a letter in. Says whether the mailbox was empty, so that its core has to be told; otherwise who filled it
    /// has told it, or is about to.
    pub fn put(&self, home: Home, letter: Ref<T>) -> bool {
        let mut last = self.last.load(Ordering::Relaxed);
        loop {
            letter.set_next_letter(home, last);
            // Release: whoever takes the letter sees all that was written to it, and before.
            let put = self.last.compare_exchange_weak(
                last,
                letter.address(),
                Ordering::Release,
                Ordering::Relaxed,
            );
            match put {
                Ok(_) => return last == 0,
                Err(other) => last = other,
            }
        }
    }

    /// Takes all letters; gives the first that was put, from which the links lead to those that were put later.
    pub fn take(&self, home: Home) -> Option<Ref<T>> {
        let mut at = Ref::<T>::from_address(self.last.swap(0, Ordering::Acquire));
        let mut first = None;
        while let Some(letter) = at {
            at = Ref::from_address(letter.next_letter(home));
            letter.set_next_letter(home, first.map_or(0, Ref::address));
            first = Some(letter);
        }
        first
    }
}

impl<T: Letter> Default for Mailbox<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether a core has been told that there is something in its mailboxes, and has not looked since.
pub struct Bell {
    rung: AtomicBool,
}

impl Bell {
    /// One that has not been rung.
    #[cfg(not(loom))]
    pub const fn new() -> Self {
        Self {
            rung: AtomicBool::new(false),
        }
    }

    /// One that has not been rung.
    #[cfg(loom)]
    pub fn new() -> Self {
        Self {
            rung: AtomicBool::new(false),
        }
    }

    /// Rings it after something was put into an empty mailbox. Says whether the core has to be told.
    pub fn ring(&self) -> bool {
        // Release: whoever answers sees what was put before.
        !self.rung.swap(true, Ordering::AcqRel)
    }

    /// The core looks: what is put after this rings again, what was put before is there.
    pub fn answer(&self) {
        self.rung.swap(false, Ordering::AcqRel);
    }
}

impl Default for Bell {
    fn default() -> Self {
        Self::new()
    }
}
