//! What is under way, by its place: the tag of its request.

use alloc::vec::Vec;
use core::task::Waker;

use libipc_ring::Outcome;

use super::{NO_DEADLINE, Side};
use crate::TransportError;
use crate::ring::{Descriptor, RingRequest};

/// The most parts of pools that a request is lent: one each way.
pub(super) const MAX_LOANS: usize = 2;
pub(super) type Loans = heapless::Vec<Loan, MAX_LOANS>;

/// A part of a pool that the server may use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loan {
    pub(super) side: Side,
    pub(super) part: Descriptor,
    /// Who lent it wants it no more: it is free when the request ends.
    pub(super) is_left: bool,
}

/// What is at a place.
#[derive(Debug, Default)]
pub(super) enum Flight {
    /// Nothing.
    #[default]
    Free,
    /// A request that is not answered.
    Flying {
        id: u32,
        deadline: u64,
        waiter: Waiter,
        loans: Loans,
        /// What is to be submitted again if the server is started anew.
        again: Option<RingRequest>,
    },
    /// The answer, until it is fetched.
    Landed(Result<Outcome, TransportError>),
}

/// A request that is submitted again.
#[derive(Debug)]
pub(super) struct Repeated {
    pub(super) place: usize,
    pub(super) request: RingRequest,
    /// What it was called by.
    id: u32,
    flight: Flight,
}

/// Who waits for a request.
#[derive(Debug)]
pub(super) enum Waiter {
    /// Somebody who has not looked yet.
    Silent,
    /// Somebody to be woken.
    Waker(Waker),
    /// Nobody any more.
    Gone,
}

impl Waiter {
    /// Somebody waits by `waker`, mostly the same as before: an atomic count is spared then.
    pub(super) fn become_waker(&mut self, waker: &Waker) {
        match self {
            Self::Waker(known) => known.clone_from(waker),
            other => *other = Self::Waker(waker.clone()),
        }
    }
}

/// All places. There are never more than the ring has slots, besides answers that nobody has fetched.
#[derive(Default)]
pub(super) struct Flights {
    places: Vec<Flight>,
    /// Which are free.
    free: Vec<usize>,
    /// Whether any request ever had a deadline: most clients need no clock.
    is_timed: bool,
}

impl Flights {
    /// A place that is free.
    pub(super) fn vacancy(&mut self) -> usize {
        if self.free.is_empty() {
            self.free.push(self.places.len());
            self.places.push(Flight::Free);
        }
        self.free.last().copied().unwrap_or_default()
    }

    /// Uses the place that is [free](Self::vacancy).
    pub(super) fn begin(&mut self, id: u32) {
        let place = self.free.pop();
        if let Some(flight) = place.and_then(|place| self.places.get_mut(place)) {
            *flight = Flight::Flying {
                id,
                deadline: NO_DEADLINE,
                waiter: Waiter::Silent,
                loans: Loans::new(),
                again: None,
            };
        }
    }

    /// A request may be carried out twice.
    pub(super) fn may_repeat(&mut self, place: usize, request: RingRequest) {
        if let Some(Flight::Flying { again, .. }) = self.places.get_mut(place) {
            *again = Some(request);
        }
    }

    /// Takes out those that may be submitted again and that somebody waits for, in the order in which they were submitted.
    pub(super) fn take_repeatable(&mut self) -> Vec<Repeated> {
        let mut taken = Vec::new();
        for (place, flight) in self.places.iter_mut().enumerate() {
            let Flight::Flying {
                again, waiter, id, ..
            } = flight
            else {
                continue;
            };
            if matches!(waiter, Waiter::Gone) {
                continue;
            }
            if let Some(request) = again.take() {
                let id = *id;
                let flight = core::mem::take(flight);
                taken.push(Repeated {
                    place,
                    request,
                    id,
                    flight,
                });
            }
        }
        let newest = taken.iter().map(|one| one.id).reduce(|newest, id| {
            let is_newer = id.wrapping_sub(newest) < u32::MAX / 2;
            if is_newer { id } else { newest }
        });
        taken
            .sort_by_key(|one| core::cmp::Reverse(newest.unwrap_or_default().wrapping_sub(one.id)));
        taken
    }

    /// Puts one back that was submitted again.
    pub(super) fn go_on(&mut self, repeated: Repeated, new: u32) {
        let Repeated {
            place, mut flight, ..
        } = repeated;
        if let Flight::Flying { id, .. } = &mut flight {
            *id = new;
        }
        if let Some(free) = self.places.get_mut(place) {
            *free = flight;
        }
    }

    pub(super) fn get_mut(&mut self, place: usize) -> Option<&mut Flight> {
        self.places.get_mut(place)
    }

    /// Fetches an answer.
    pub(super) fn fetch(&mut self, place: usize) -> Option<Result<Outcome, TransportError>> {
        let flight = self.places.get_mut(place)?;
        let Flight::Landed(outcome) = *flight else {
            return None;
        };
        *flight = Flight::Free;
        self.free.push(place);
        Some(outcome)
    }

    /// Sets the deadline of a request.
    pub(super) fn set_deadline(&mut self, place: usize, to: u64) {
        self.is_timed = true;
        if let Some(Flight::Flying { deadline, .. }) = self.places.get_mut(place) {
            *deadline = to;
        }
    }

    /// Nobody waits for it any more. Gives the request's identifier, if it is not answered.
    pub(super) fn leave(&mut self, place: usize) -> Option<u32> {
        match self.get_mut(place)? {
            Flight::Flying {
                id,
                waiter,
                deadline,
                ..
            } => {
                *waiter = Waiter::Gone;
                *deadline = NO_DEADLINE;
                Some(*id)
            }
            _ => {
                let _ = self.fetch(place);
                None
            }
        }
    }

    /// A request has ended. Wakes who waits, and gives what it was lent.
    pub(super) fn land(&mut self, place: usize, outcome: Result<Outcome, TransportError>) -> Loans {
        let Some(flight @ Flight::Flying { .. }) = self.places.get_mut(place) else {
            return Loans::new();
        };
        let Flight::Flying { waiter, loans, .. } = core::mem::take(flight) else {
            return Loans::new();
        };
        match waiter {
            Waiter::Gone => {
                self.free.push(place);
                return loans;
            }
            Waiter::Silent => {}
            Waiter::Waker(waker) => waker.wake(),
        }
        *flight = Flight::Landed(outcome);
        loans
    }

    pub(super) fn first_flying(&self) -> Option<usize> {
        let is_flying = |flight: &Flight| matches!(flight, Flight::Flying { .. });
        self.places.iter().position(is_flying)
    }

    /// Whether a part is lent to a request that is not answered; it is then given back when that is.
    pub(super) fn keep(&mut self, side: Side, part: Descriptor) -> bool {
        let mut is_lent = false;
        for flight in &mut self.places {
            let Flight::Flying { loans, .. } = flight else {
                continue;
            };
            for loan in loans {
                // A request may have been lent less of it than there is.
                if (loan.side, loan.part.offset) == (side, part.offset) {
                    (loan.part, loan.is_left) = (part, true);
                    is_lent = true;
                }
            }
        }
        is_lent
    }

    /// Wakes those whose deadline has come. Tells how many.
    pub(super) fn wake_late(&mut self, clock: fn() -> u64) -> usize {
        let mut woken = 0;
        if !self.is_timed {
            return woken;
        }
        let now = clock();
        for flight in &mut self.places {
            if let Flight::Flying {
                deadline, waiter, ..
            } = flight
                && *deadline <= now
                && let Waiter::Waker(waker) = core::mem::replace(waiter, Waiter::Silent)
            {
                waker.wake();
                woken += 1;
            }
        }
        woken
    }

    /// The nearest deadline.
    pub(super) fn deadline(&self) -> u64 {
        if !self.is_timed {
            return NO_DEADLINE;
        }
        let deadlines = self.places.iter().map(|flight| match flight {
            Flight::Flying { deadline, .. } => *deadline,
            _ => NO_DEADLINE,
        });
        deadlines.min().unwrap_or(NO_DEADLINE)
    }
}
