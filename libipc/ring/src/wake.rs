//! How one side of a ring wakes the other.
//!
//! A trait, because there are several ways: notifications of the kernel, a donating call that
//! drains the ring, condition variables in tests.

/// The peer died, or its end was taken away: waiting for it would never end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerGone;

/// Wakes the peer and waits to be woken.
pub trait Wake {
    /// Wakes the peer, or makes its next [`wait`](Wake::wait) return at once.
    fn kick(&self);

    /// Waits until the peer kicked. `seen` is how many completions the caller has taken in this
    /// epoch. May return without a kick; the caller looks at the ring again anyway.
    ///
    /// # Errors
    /// [`PeerGone`] if no kick can come any more.
    fn wait(&self, seen: u64) -> Result<(), PeerGone>;
}

impl<W: Wake + ?Sized> Wake for &W {
    fn kick(&self) {
        (**self).kick();
    }

    fn wait(&self, seen: u64) -> Result<(), PeerGone> {
        (**self).wait(seen)
    }
}
