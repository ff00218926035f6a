//! Several methods, one doorbell: what the generated batch builders share.
//!
//! A call that is queued gives a [`Ticket`]; when the batch has run, the ticket fetches its result
//! from the [`Outcomes`], with the method's types. A ticket fetched from the outcomes of another
//! batch gets that batch's result at its place or [`TransportError::BadAnswer`], never memory that
//! is not its own.
//!
//! What a call returns can be the first argument of later ones of the same batch, before anybody knows it
//! ([`Ticket::result`]): the batch is then a chain, whose calls the server's end completes one after the other. A
//! server whose end is too old for that is asked for one call after the other, with a doorbell each.

use core::cell::Cell;
use core::fmt;
use core::marker::PhantomData;

pub use libipc_ring::{BatchError, ClientRing, Request, Wake};
use libipc_ring::{Chain, Link, MAX_CHAIN, Outcome, Request as RingRequest, Step};

use super::{Decode, List, slot};
use crate::{Error, TooLong, TransportError, label};

/// The most calls in a batch.
pub const MAX_CALLS: usize = 64;
const _: () = assert!(MAX_CALLS <= MAX_CHAIN);

/// Queued calls.
///
/// In the order of the fields: behind the room for calls, what says that none is a chain would have all of it cleared.
#[derive(Debug, Default)]
#[repr(C)]
pub struct Calls {
    /// Whether one of them depends on another.
    is_chain: bool,
    /// How many may be carried out twice.
    repeatable: usize,
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
        Self {
            is_chain: false,
            repeatable: 0,
            calls: List::new(),
        }
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

    /// Queues a call that may be carried out twice: a batch of none but such calls is made again once if the server is
    /// started anew before it has answered all of them.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    #[inline]
    pub fn push_repeatable<R, E>(
        &mut self,
        request: Result<RingRequest, TooLong>,
    ) -> Result<Ticket<R, E>, TooLong> {
        let ticket = self.push(request)?;
        self.repeatable += 1;
        Ok(ticket)
    }

    /// Queues a call whose first argument may be the result of an earlier one.
    ///
    /// # Errors
    /// As [`push`](Self::push); also if the result is not that of an earlier call.
    #[inline]
    pub fn push_given<R, E>(
        &mut self,
        given: Given,
        make: impl FnOnce(u32) -> Result<RingRequest, TooLong>,
    ) -> Result<Ticket<R, E>, TooLong> {
        match given {
            Given::Value(value) => self.push(make(value)),
            Given::ResultOf(index) if index < self.calls.len() => {
                let link = Link {
                    target: Some(index as u8),
                    ..Link::default()
                };
                self.is_chain = true;
                self.push(make(0).map(|request| request.linked(link)))
            }
            Given::ResultOf(_) => Err(TooLong),
        }
    }

    /// Makes a queued call depend on the success of every call before it.
    pub fn after_success<R, E>(&mut self, ticket: &Ticket<R, E>) {
        if let Some(call) = self.calls.get_mut(ticket.index) {
            let link = Link {
                after_success: true,
                ..call.request.link().unwrap_or_default()
            };
            call.request = call.request.linked(link);
            self.is_chain = true;
        }
    }

    /// Submits all calls with one doorbell and waits for all of them. A single one goes by a call, if that costs less.
    ///
    /// # Errors
    /// Why there are no outcomes; some calls may then have been carried out.
    #[inline]
    pub fn run<W: Wake>(&self, ring: &mut ClientRing<'_, W>) -> Result<Outcomes<'_>, BatchError> {
        if self.is_chain {
            return self.run_chain(ring);
        }
        if let [call] = &self.calls[..] {
            match ring.run_one(&call.request) {
                Ok(outcome) => call.outcome.set(outcome),
                Err(why) => self.run_again(ring, why)?,
            }
        } else if let Err(why) = self.run_all(ring, self.calls.iter().map(|call| call.request)) {
            self.run_again(ring, why)?;
        }
        Ok(Outcomes(&self.calls))
    }

    /// Makes all calls again if the server was started anew and they may be carried out twice.
    #[cold]
    #[inline(never)]
    fn run_again<W: Wake>(
        &self,
        ring: &mut ClientRing<'_, W>,
        why: BatchError,
    ) -> Result<(), BatchError> {
        if why != BatchError::Restarted || self.repeatable != self.calls.len() {
            return Err(why);
        }
        self.run_all(ring, self.calls.iter().map(|call| call.request))
    }

    #[inline]
    fn run_all<W: Wake>(
        &self,
        ring: &mut ClientRing<'_, W>,
        requests: impl Iterator<Item = RingRequest>,
    ) -> Result<(), BatchError> {
        let mut requests = (0..).zip(requests);
        ring.run_each(&mut requests, |completion| {
            if let Some(call) = self.calls.get(completion.tag as usize) {
                call.outcome.set(completion.outcome);
            }
        })
    }

    /// Runs calls that depend on each other.
    #[inline(never)]
    fn run_chain<W: Wake>(&self, ring: &mut ClientRing<'_, W>) -> Result<Outcomes<'_>, BatchError> {
        if !ring.knows_chains() {
            return self.run_in_turn(ring);
        }
        let calls = self.calls.iter().enumerate();
        let requests = calls.map(|(index, call)| call.request.in_chain(index == 0));
        self.run_all(ring, requests)?;
        Ok(Outcomes(&self.calls))
    }

    /// Runs calls that depend on each other one after the other.
    fn run_in_turn<W: Wake>(
        &self,
        ring: &mut ClientRing<'_, W>,
    ) -> Result<Outcomes<'_>, BatchError> {
        let mut chain = Chain::new();
        for (index, call) in self.calls.iter().enumerate() {
            let (plain, link) = (
                call.plain(),
                Link {
                    first: index == 0,
                    ..call.link()
                },
            );
            // What cannot be joined is skipped; that the calls before it are told of says which.
            let Ok(member) = chain.join(&plain, link) else {
                call.outcome.set(SKIPPED);
                continue;
            };
            let mut outcome = [SKIPPED];
            if let Step::CarryOut(request) = chain.step(member, &plain, link) {
                ring.run(&[request], &mut outcome)?;
            }
            let [outcome] = outcome;
            chain.ended(member, outcome);
            call.outcome.set(outcome);
        }
        Ok(Outcomes(&self.calls))
    }
}

/// What becomes of a call that depends on one that was not successful.
const SKIPPED: Outcome = Outcome {
    status: label::SKIPPED,
    value: 0,
};

impl Call {
    fn link(&self) -> Link {
        self.request.link().unwrap_or_default()
    }

    /// The request without its link.
    fn plain(&self) -> RingRequest {
        self.request.unlinked()
    }
}

/// A call's first argument: a value, or what an earlier call of the batch returns.
#[derive(Clone, Copy, Debug)]
pub enum Given {
    /// The value.
    Value(u32),
    /// The result of the call with that number.
    ResultOf(usize),
}

impl From<u32> for Given {
    #[inline]
    fn from(value: u32) -> Self {
        Self::Value(value)
    }
}

/// The claim to the result of a queued call with result `R` and error `E`.
#[must_use = "without it the call's result is lost"]
pub struct Ticket<R, E> {
    index: usize,
    types: PhantomData<fn() -> (R, E)>,
}

impl<E> Ticket<u32, E> {
    /// The call's result, before it is known, as the first argument of later calls of the same batch. They are
    /// made only if this one is successful.
    #[inline]
    pub fn result(&self) -> Given {
        Given::ResultOf(self.index)
    }
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
