//! A request that is under way.

use core::fmt;
use core::marker::PhantomData;
use core::pin::Pin;
use core::task::{Context, Poll};

use libipc_ring::{Outcome, Wake};

use super::flights::{Flight, Loan};
use super::{Room, Side, Submitter};
use crate::codec::{self, Decode};
use crate::ring::Descriptor;
use crate::{Error, TransportError};

/// A request that is under way; its output is what a call of the method returns.
///
/// Dropped, it is cancelled.
#[must_use = "dropping it cancels the request"]
pub struct Pending<'s, R, E, W: Wake> {
    submitter: &'s Submitter<W>,
    state: State,
    types: PhantomData<fn() -> (R, E)>,
}

#[derive(Clone, Copy)]
enum State {
    /// The request has a place.
    Placed(usize),
    /// It was not submitted.
    Refused(TransportError),
    /// Its output was fetched.
    Over,
}

impl<'s, R, E, W: Wake> Pending<'s, R, E, W> {
    pub(super) fn new(submitter: &'s Submitter<W>, placed: Result<usize, TransportError>) -> Self {
        let state = placed.map_or_else(State::Refused, State::Placed);
        Self {
            submitter,
            state,
            types: PhantomData,
        }
    }

    /// The request's place, if it was submitted.
    pub(super) fn place(&self) -> Option<usize> {
        match self.state {
            State::Placed(place) => Some(place),
            State::Refused(_) | State::Over => None,
        }
    }

    /// Ends with [`TransportError::TimedOut`] if no answer has come at `deadline` (ns of the monotonic clock).
    pub fn until(self, deadline: u64) -> Self {
        if let State::Placed(place) = self.state {
            let mut inner = self.submitter.inner.borrow_mut();
            inner.flights.set_deadline(place, deadline);
        }
        self
    }

    /// Says that the server may use a part of a pool until it answers. Should this be dropped before, the part stays
    /// lent.
    pub fn with(self, room: &Room<'_, W>) -> Self {
        self.with_part(room.side(), room.part())
    }

    /// As [`with`](Self::with), for parts that a stub names by their words.
    pub fn with_word(self, side: Side, word: u64) -> Self {
        self.with_part(side, Descriptor::from_word(word))
    }

    fn with_part(self, side: Side, part: Descriptor) -> Self {
        if let State::Placed(place) = self.state {
            let mut inner = self.submitter.inner.borrow_mut();
            if let Some(Flight::Flying { loans, .. }) = inner.flights.get_mut(place) {
                let is_left = false;
                // A request has at most one part each way.
                let _ = loans.push(Loan {
                    side,
                    part,
                    is_left,
                });
            }
        }
        self
    }

    /// Cancels the request, as dropping does.
    pub fn cancel(self) {}

    /// The outcome, if the request has ended. A deadline that has come ends it.
    fn fetch(&mut self, context: Option<&Context<'_>>) -> Option<Result<Outcome, TransportError>> {
        let place = match self.state {
            State::Placed(place) => place,
            State::Refused(error) => {
                self.state = State::Over;
                return Some(Err(error));
            }
            State::Over => return Some(Err(TransportError::BadAnswer)),
        };
        let mut inner = self.submitter.inner.borrow_mut();
        if let Flight::Flying {
            deadline, waiter, ..
        } = inner.flights.get_mut(place)?
        {
            if !self.submitter.is_over(*deadline) {
                if let Some(context) = context {
                    waiter.become_waker(context.waker());
                }
                return None;
            }
            self.state = State::Over;
            inner.leave(place);
            return Some(Err(TransportError::TimedOut));
        }
        self.state = State::Over;
        Some(
            inner
                .flights
                .fetch(place)
                .unwrap_or(Err(TransportError::BadAnswer)),
        )
    }
}

impl<R: Decode, E: Decode, W: Wake> Pending<'_, R, E, W> {
    /// Waits for the answer, behind everything that was submitted before: a plain call. It has no deadline.
    ///
    /// # Errors
    /// The method's own error, or why no answer of it came.
    pub fn wait(mut self) -> Result<R, Error<E>> {
        loop {
            self.submitter.inner.borrow_mut().turn();
            if let Some(outcome) = self.fetch(None) {
                return codec::result(outcome?);
            }
            self.submitter.inner.borrow_mut().wait();
        }
    }
}

impl<R: Decode, E: Decode, W: Wake> Future for Pending<'_, R, E, W> {
    type Output = Result<R, Error<E>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.fetch(Some(context)) {
            Some(Ok(outcome)) => Poll::Ready(codec::result(outcome)),
            Some(Err(error)) => Poll::Ready(Err(error.into())),
            None => Poll::Pending,
        }
    }
}

impl<R, E, W: Wake> Drop for Pending<'_, R, E, W> {
    fn drop(&mut self) {
        if let State::Placed(place) = self.state {
            self.submitter.inner.borrow_mut().leave(place);
        }
    }
}

impl<R, E, W: Wake> fmt::Debug for Pending<'_, R, E, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.state {
            State::Placed(_) => "Pending(placed)",
            State::Refused(_) => "Pending(refused)",
            State::Over => "Pending(over)",
        })
    }
}
