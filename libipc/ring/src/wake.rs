//! How one side of a ring wakes the other.
//!
//! A trait, because there are several ways: notifications of the kernel, a donating call that
//! drains the ring, condition variables in tests.

/// The peer died, or its end was taken away: waiting for it would never end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerGone;

/// What waiting does for requests that were not announced yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// Nothing: the server must be kicked first.
    Passive,
    /// The wait itself makes the server take what was submitted, and the server answers it when it
    /// has completed more than `seen`: a kick before it, or one that ends it, would be an entry
    /// into the kernel for nothing.
    Drains,
}

/// Wakes the peer and waits to be woken.
pub trait Wake {
    /// What [`wait`](Self::wait) does for requests that were not announced.
    fn waiting(&self) -> Waiting {
        Waiting::Passive
    }

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
    fn waiting(&self) -> Waiting {
        (**self).waiting()
    }

    fn kick(&self) {
        (**self).kick();
    }

    fn wait(&self, seen: u64) -> Result<(), PeerGone> {
        (**self).wait(seen)
    }
}
