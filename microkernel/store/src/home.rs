//! Fields that only their home core opens.
//!
//! Rejected: `Cell` in plain sight, because nothing would then say which functions touch core-private state;
//! atomics, because a home-core operation must not pay for them.

use core::cell::Cell;
use core::marker::PhantomData;

/// The token of the running core. It cannot leave the core (it is not `Send`) and has no size.
#[derive(Clone, Copy, Debug)]
pub struct Home(PhantomData<*mut ()>);

impl Home {
    /// Makes a core's token.
    ///
    /// Called once for each core, where its state is made; an object's home is checked at the lookup of the
    /// capability that names it, before any of its fields is opened.
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl Default for Home {
    fn default() -> Self {
        Self::new()
    }
}

/// A field that its home core reads and writes without locks.
#[derive(Default)]
#[repr(transparent)]
pub struct HomeCell<T>(Cell<T>);

impl<T: Copy> HomeCell<T> {
    /// Holds `value`.
    pub const fn new(value: T) -> Self {
        Self(Cell::new(value))
    }

    /// The value.
    pub fn get(&self, _home: Home) -> T {
        self.0.get()
    }

    /// Replaces the value.
    pub fn set(&self, _home: Home, value: T) {
        self.0.set(value);
    }

    /// Replaces the value and gives the old one.
    pub fn replace(&self, _home: Home, value: T) -> T {
        self.0.replace(value)
    }
}
