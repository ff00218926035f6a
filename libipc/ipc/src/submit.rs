//! Requests that are under way on their own: futures over a ring.
//!
//! A [`Submitter`] owns the client's end of a ring. Each request that it submits is a [`Pending`], a future: several
//! are under way at a time, and each ends when its own completion comes, in whatever order. A future that is dropped,
//! or whose deadline comes, tells the server that nobody waits any more; the request keeps its slot, and the server
//! the parts of pools that it was lent, until the completion comes after all. Nothing is ever given out again that a
//! peer may still write or answer.
//!
//! Nobody waits in here but [`Pending::wait`] and [`Submitter::settle`]. A program that only waits uses
//! [`block_on`](crate::task::block_on), a server that does other things meanwhile [`Tasks`](crate::task::Tasks): both
//! have the submitter [take](Reactor::turn) what has come, and [doze](crate::task::Doze) over it before they sleep.
//!
//! Ordinary calls of the same client do not overtake what it has submitted if they go over [`InOrder`].

mod flights;
mod in_order;
mod pending;
mod room;

use core::cell::RefCell;

use libipc_ring::{Arming, ClientRing, Closed, Polled, Prospect, Source, SubmitError, Wake};

pub use in_order::InOrder;
pub use pending::Pending;
pub use room::{Room, Side};

use crate::codec;
use crate::ring::{CANCEL, Descriptor, RingRequest, Runs};
use crate::task::Reactor;
use crate::{TooLong, TransportError, clock_ns};
use flights::{Flights, Loan};

/// A request without a deadline.
pub const NO_DEADLINE: u64 = u64::MAX;

/// The client's end of a ring, for requests that are waited for one by one.
pub struct Submitter<W> {
    inner: RefCell<Inner<W>>,
    clock: fn() -> u64,
}

pub(crate) struct Inner<W> {
    ring: ClientRing<'static, W>,
    flights: Flights,
    /// What is in use of the pool that this side writes, and of the other.
    pools: [Option<Runs>; 2],
}

impl<W: Wake> Submitter<W> {
    /// Submits over `ring`, on which nothing is outstanding. Nothing can be lent.
    pub fn new(ring: ClientRing<'static, W>) -> Self {
        let inner = Inner {
            ring,
            flights: Flights::default(),
            pools: [None, None],
        };
        Self {
            inner: RefCell::new(inner),
            clock: clock_ns,
        }
    }

    /// Lends parts of pools: which parts of the one that this side writes are free, and of the one that the server
    /// writes.
    #[must_use]
    pub fn lending(self, out: Option<Runs>, inward: Option<Runs>) -> Self {
        self.inner.borrow_mut().pools = [out, inward];
        self
    }

    /// Measures deadlines by another clock than the kernel's.
    #[must_use]
    pub fn with_clock(self, clock: fn() -> u64) -> Self {
        Self { clock, ..self }
    }

    /// Submits a request whose result is an `R`, or an error `E` of the server's own. The server may see it at once,
    /// but is woken only when somebody waits or [flushes](Self::flush).
    pub fn submit<R, E>(&self, request: Result<RingRequest, TooLong>) -> Pending<'_, R, E, W> {
        let placed = match request {
            Ok(request) => self.inner.borrow_mut().start(&request),
            Err(error) => Err(error.into()),
        };
        Pending::new(self, placed)
    }

    /// As [`submit`](Self::submit), of a request that may be carried out twice: it is submitted once more if the server is
    /// started anew before it has answered.
    pub fn submit_repeatable<R, E>(
        &self,
        request: Result<RingRequest, TooLong>,
    ) -> Pending<'_, R, E, W> {
        let pending = self.submit(request);
        if let (Some(place), Ok(request)) = (pending.place(), request) {
            self.inner.borrow_mut().flights.may_repeat(place, request);
        }
        pending
    }

    /// Whether another request can be submitted now. One that cannot fails with [`TransportError::Busy`].
    pub fn has_slot(&self) -> bool {
        self.inner.borrow().ring.has_room()
    }

    /// How many requests are outstanding, those included that nobody waits for.
    pub fn outstanding(&self) -> usize {
        self.inner.borrow().ring.outstanding()
    }

    /// Wakes the server for what was submitted, if it sleeps.
    pub fn flush(&self) {
        self.inner.borrow_mut().ring.flush();
    }

    /// Waits until the server has answered everything that was submitted. What somebody waits for is kept for them.
    pub fn settle(&self) {
        let mut inner = self.inner.borrow_mut();
        while inner.ring.outstanding() != 0 && inner.flights.first_flying().is_some() {
            inner.wait();
        }
    }

    /// Ends everything that is outstanding, because the server is gone.
    pub fn give_up(&self) {
        let mut inner = self.inner.borrow_mut();
        inner.ring.give_up();
        inner.turn();
    }

    /// Whether a deadline has come.
    fn is_over(&self, deadline: u64) -> bool {
        deadline != NO_DEADLINE && deadline <= (self.clock)()
    }
}

impl<W: Wake> Inner<W> {
    fn start(&mut self, request: &RingRequest) -> Result<usize, TransportError> {
        let id = self.ring.next_id();
        let place = self.flights.vacancy();
        match self.ring.submit(request, place as u32) {
            Ok(()) => self.flights.begin(id),
            Err(SubmitError::Full) => return Err(TransportError::Busy),
            Err(SubmitError::Closed(_)) => return Err(TransportError::Dead),
        }
        Ok(place)
    }

    /// Nobody waits for a request any more. The server is told, if there is a slot to tell it in.
    fn leave(&mut self, place: usize) {
        let Some(id) = self.flights.leave(place) else {
            return;
        };
        let cancel = codec::request(CANCEL, |slot| codec::Sink::put(slot, &u64::from(id)));
        if let Ok(cancel) = cancel
            && let Ok(place) = self.start(&cancel)
        {
            let _ = self.flights.leave(place);
        }
    }

    /// Takes what has come. Tells how many requests have ended so.
    fn turn(&mut self) -> usize {
        let mut ended = 0;
        loop {
            let polled = self.ring.poll();
            ended += self.land(polled);
            if !matches!(polled, Ok(Polled::Completion(_))) {
                return ended;
            }
        }
    }

    /// Waits once, as the ring does.
    fn wait(&mut self) {
        let polled = self.ring.wait();
        self.land(polled);
    }

    fn land(&mut self, polled: Result<Polled, Closed>) -> usize {
        match polled {
            Ok(Polled::Empty) => 0,
            Ok(Polled::Completion(completion)) => {
                let place = completion.tag as usize;
                let loans = self.flights.land(place, Ok(completion.outcome));
                self.return_all(&loans);
                1
            }
            Ok(Polled::Restarted) => self.begin_again(),
            Err(_) => self.end_all(TransportError::Dead),
        }
    }

    /// The server was started anew: submits again what may be repeated and somebody waits for, in its order, and ends the rest.
    fn begin_again(&mut self) -> usize {
        let repeated = self.flights.take_repeatable();
        let ended = self.end_all(TransportError::Restarted);
        for flight in repeated {
            let id = self.ring.next_id();
            let submitted = self.ring.submit(&flight.request, flight.place as u32);
            self.flights.go_on(flight, id);
            // Not in a ring that is empty.
            debug_assert!(submitted.is_ok(), "{submitted:?}");
        }
        self.ring.flush();
        ended
    }

    fn end_all(&mut self, why: TransportError) -> usize {
        let mut ended = 0;
        while let Some(place) = self.flights.first_flying() {
            let loans = self.flights.land(place, Err(why));
            self.return_all(&loans);
            ended += 1;
        }
        ended
    }

    fn return_all(&mut self, loans: &[Loan]) {
        for loan in loans.iter().filter(|loan| loan.is_left) {
            self.return_room(loan.side, loan.part);
        }
    }

    /// Gives a part of a pool back, unless a request is outstanding that it is lent to: then that does when it ends.
    fn return_room(&mut self, side: Side, part: Descriptor) {
        if self.flights.keep(side, part) {
            return;
        }
        if let Some(Some(runs)) = self.pools.get_mut(side as usize) {
            runs.give_back(part);
        }
    }
}

impl<W: Wake> Source for Submitter<W> {
    fn hint(&self) -> Prospect {
        self.inner.borrow_mut().ring.hint()
    }

    fn has_news(&self) -> bool {
        self.inner.borrow().ring.has_news()
    }

    fn arm(&self) -> Arming {
        self.inner.borrow_mut().ring.arm();
        match self.turn() {
            0 => Arming::Armed,
            _ => Arming::Ready,
        }
    }
}

impl<W: Wake> Reactor for Submitter<W> {
    fn turn(&self) -> usize {
        let mut inner = self.inner.borrow_mut();
        inner.turn() + inner.flights.wake_late(self.clock)
    }

    fn flush(&self) {
        Submitter::flush(self);
    }

    fn deadline(&self) -> u64 {
        self.inner.borrow().flights.deadline()
    }

    fn probe(&self) {
        let mut inner = self.inner.borrow_mut();
        if inner.ring.outstanding() != 0 {
            inner.ring.probe();
        }
    }
}

impl<W> core::fmt::Debug for Submitter<W> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Submitter")
    }
}

#[cfg(test)]
mod tests;
