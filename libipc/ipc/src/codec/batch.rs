//! Several methods, one doorbell: what the generated batch builders share.
//!
//! A call that is queued gives a [`Ticket`]; when the batch has run, the ticket fetches its result
//! from the [`Outcomes`], with the method's types. A ticket fetched from the outcomes of another
//! batch gets that batch's result at its place or [`TransportError::BadAnswer`], never memory that
//! is not its own.

use core::cell::Cell;
use core::fmt;
use core::marker::PhantomData;

pub use libipc_ring::{BatchError, ClientRing, Request, Wake};
use libipc_ring::{Outcome, Request as RingRequest};

use super::{Decode, List, slot};
use crate::{Error, TooLong, TransportError};

/// The most calls in a batch.
pub const MAX_CALLS: usize = 64;

/// Queued calls.
#[derive(Debug, Default)]
pub struct Calls {
    calls: List<Call, MAX_CALLS>,
}

/// A queued call, and room for what becomes of it.
#[derive(Debug)]
struct Call {
    request: RingRequest,
    outcome: Cell<Outcome>,
}

impl Calls {
    /// An empty queue.
    #[must_use]
    pub const fn new() -> Self {
        Self { calls: List::new() }
    }

    /// How many calls are queued.
    #[must_use]
    pub fn len(&self) -> usize {
        self.calls.len()
    }

    /// Whether no call is queued.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// Queues a call.
    ///
    /// # Errors
    /// [`TooLong`] if the arguments do not fit, or [`MAX_CALLS`] are queued.
    #[inline]
    pub fn push<R, E>(
        &mut self,
        request: Result<RingRequest, TooLong>,
    ) -> Result<Ticket<R, E>, TooLong> {
        let index = self.calls.len();
        let call = Call {
            request: request?,
            outcome: Cell::default(),
        };
        self.calls.push(call).map_err(|_| TooLong)?;
        Ok(Ticket {
            index,
            types: PhantomData,
        })
    }

    /// Submits all calls with one doorbell and waits for all of them.
    ///
    /// # Errors
    /// Why there are no outcomes; some calls may then have been carried out.
    #[inline]
    pub fn run<W: Wake>(&self, ring: &mut ClientRing<'_, W>) -> Result<Outcomes<'_>, BatchError> {
        let mut requests = (0..).zip(self.calls.iter().map(|call| call.request));
        ring.run_each(&mut requests, |completion| {
            if let Some(call) = self.calls.get(completion.tag as usize) {
                call.outcome.set(completion.outcome);
            }
        })?;
        Ok(Outcomes(&self.calls))
    }
}

/// The claim to the result of a queued call with result `R` and error `E`.
#[must_use = "without it the call's result is lost"]
pub struct Ticket<R, E> {
    index: usize,
    types: PhantomData<fn() -> (R, E)>,
}

impl<R, E> fmt::Debug for Ticket<R, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ticket({})", self.index)
    }
}

/// What became of the calls of a batch.
#[derive(Debug)]
pub struct Outcomes<'a>(&'a [Call]);

impl Outcomes<'_> {
    /// Fetches the result of a call.
    ///
    /// # Errors
    /// The method's own error, or why no answer of it came.
    #[inline]
    pub fn of<R: Decode, E: Decode>(&self, ticket: Ticket<R, E>) -> Result<R, Error<E>> {
        match self.0.get(ticket.index) {
            Some(call) => slot::result(call.outcome.get()),
            None => Err(TransportError::BadAnswer.into()),
        }
    }
}
