//! How one side of a ring wakes the other.
//!
//! A trait, because there are several ways: notifications of the kernel, a donating call that
//! drains the ring, condition variables in tests.

use crate::{Outcome, Request};

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
    /// As [`Drains`](Self::Drains), but the server runs on another core, and takes what is announced without being
    /// called: it pays to look for a while before.
    Apart,
}

/// Wakes the peer and waits to be woken.
pub trait Wake {
    /// Has the server carry out one request that does not go through the ring's slots, where there is a way that costs
    /// less: a call whose registers bring the request and its answer. Asked only while nothing is outstanding, so
    /// that no request is overtaken.
    ///
    /// `None` if there is no such way, or the server takes the request by the ring only; it was not carried out then.
    fn carry(&self, request: &Request) -> Option<Result<Outcome, PeerGone>> {
        let _ = request;
        None
    }

    /// What [`wait`](Self::wait) does for requests that were not announced.
    fn waiting(&self) -> Waiting {
        Waiting::Passive
    }

    /// What a core does between two looks. The default is the processor's pause.
    fn relax(&self) {
        core::hint::spin_loop();
    }

    /// Wakes the peer, or makes its next [`wait`](Wake::wait) return at once. Whoever returns from that wait sees what was
    /// written before the kick.
    fn kick(&self);

    /// Waits until the peer kicked. `seen` is how many completions the caller has taken in this
    /// epoch. May return without a kick; the caller looks at the ring again anyway.
    ///
    /// # Errors
    /// [`PeerGone`] if no kick can come any more.
    fn wait(&self, seen: u64) -> Result<(), PeerGone>;
}

impl<W: Wake + ?Sized> Wake for &W {
    fn carry(&self, request: &Request) -> Option<Result<Outcome, PeerGone>> {
        (**self).carry(request)
    }

    fn waiting(&self) -> Waiting {
        (**self).waiting()
    }

    fn relax(&self) {
        (**self).relax();
    }

    fn kick(&self) {
        (**self).kick();
    }

    fn wait(&self, seen: u64) -> Result<(), PeerGone> {
        (**self).wait(seen)
    }
}
