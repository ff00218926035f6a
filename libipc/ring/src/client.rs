//! The client's end: submit, flush, poll, wait.

use crate::consumer::Consumer;
use crate::layout::{COMPLETION_WORDS, Layout, REQUEST_WORDS};
use crate::producer::{Kick, Producer};
use crate::slot::{Sequence, decode_completion, encode_request};
use crate::state::{Chaining, OwnState, PeerState};
use crate::sync::AtomicU64;
use crate::table::Table;
use crate::{
    Closed, Completion, Fault, Looks, Outcome, PeerGone, Prospect, Request, WINDOW, Waiting, Wake,
};

/// Why a request was not submitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubmitError {
    /// As many requests are outstanding as the ring holds; take completions first.
    Full,
    /// The connection is closed.
    Closed(Closed),
}

/// Whether [`ClientRing::submit_all`] submitted everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// It did.
    All,
    /// The ring is full; there may be more.
    UntilFull,
}

/// What [`ClientRing::poll`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polled {
    /// Nothing yet.
    Empty,
    /// A request ended.
    Completion(Completion),
    /// The server was restarted: no request that is still outstanding will be answered, and it is
    /// unknown which of them were carried out. The ring is empty and can be used again.
    Restarted,
}

/// Whether a wait slept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Slept {
    No,
    Yes,
}

/// More completions than there can be: a wait for others than so many ends at once.
const NEVER_SEEN: u64 = u64::MAX;

/// The client's end of a ring.
pub struct ClientRing<'a, W> {
    requests: Producer<'a, REQUEST_WORDS>,
    completions: Consumer<'a, COMPLETION_WORDS>,
    table: Table,
    own: OwnState<'a>,
    peer: PeerState<'a>,
    wake: W,
    closed: Option<Closed>,
    /// How many completions the caller has no use for without a further one.
    fewer: u64,
    looks: Looks,
}

impl<'a, W: Wake> ClientRing<'a, W> {
    /// Opens the client's end. `own` is region A, writable; `peer` is region B, which this side
    /// only reads. `None` if a region is too short for the layout.
    ///
    /// The server need not have started: requests wait for it.
    #[must_use]
    pub fn new(
        layout: Layout,
        own: &'a [AtomicU64],
        peer: &'a [AtomicU64],
        wake: W,
    ) -> Option<Self> {
        let (own, peer) = (layout.client(own)?, layout.server(peer)?);
        let state = PeerState::new(peer.state);
        let requests = Producer::new(own.slots, peer.wake_at, state.epoch().max(1));
        requests.slots.clear();
        Some(Self {
            requests,
            completions: Consumer::new(peer.slots, own.wake_at, 0),
            table: Table::new(layout.capacity()),
            own: OwnState::open(own.state, 0, Chaining::Unknown),
            peer: state,
            wake,
            closed: None,
            fewer: 0,
            looks: Looks::default(),
        })
    }

    /// Returns how many requests are outstanding.
    #[must_use]
    #[inline]
    pub fn outstanding(&self) -> usize {
        self.table.outstanding()
    }

    /// Returns why the connection is closed, if this side knows that it is.
    #[must_use]
    pub fn closed(&self) -> Option<Closed> {
        self.closed
    }

    /// Whether another request can be submitted.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.table.room() != 0
    }

    /// The identifier that the next request will have.
    #[must_use]
    #[inline]
    pub fn next_id(&self) -> u32 {
        self.requests.next.half()
    }

    /// Announces what was submitted, and asks to be woken by the next completion. For callers that sleep on their own: they
    /// [poll](Self::poll) once more before they do.
    pub fn arm(&mut self) {
        self.completions.arm(1);
        // The fence of the wish is behind the requests as well.
        self.hint();
        self.requests.announced();
    }

    /// Wakes the server if it is seen to sleep, for a caller that is going to look or to [arm](Self::arm); no full fence makes sure
    /// that a server which falls asleep at this moment is seen. Tells whether it pays to look for completions before this side sleeps
    /// on its own: something is outstanding that a server on another core takes without being called.
    pub fn hint(&mut self) -> Prospect {
        if self.requests.hint() == Kick::Due {
            self.wake.kick();
        }
        let is_apart = self.wake.waiting() == Waiting::Apart;
        match is_apart && self.closed.is_none() && self.outstanding() != 0 {
            true => Prospect::Soon,
            false => Prospect::Nothing,
        }
    }

    /// Looks whether the server lives, if the wait is one that drains: it is made to take what was submitted, and
    /// answers at once.
    pub fn probe(&mut self) {
        if self.wake.waiting() != Waiting::Passive && self.wake.wait(NEVER_SEEN).is_err() {
            self.end(Closed::Gone);
        }
    }

    /// Closes the connection, because its owner was told that the server is gone.
    pub fn give_up(&mut self) {
        if self.closed.is_none() {
            self.end(Closed::Gone);
        }
    }

    /// Whether the server's end knows chains. One that has not started yet does not.
    #[must_use]
    pub fn knows_chains(&self) -> bool {
        self.peer.chaining() == Chaining::Known
    }

    /// Writes a request; `tag` comes back with its completion. The server may see it at once, but
    /// is woken only by [`flush`](Self::flush).
    ///
    /// # Errors
    /// [`SubmitError::Full`] if the capacity is in use, [`SubmitError::Closed`] for ever after a
    /// fault.
    #[inline]
    pub fn submit(&mut self, request: &Request, tag: u32) -> Result<(), SubmitError> {
        if let Some(closed) = self.closed {
            return Err(SubmitError::Closed(closed));
        }
        if self.table.room() == 0 {
            return Err(SubmitError::Full);
        }
        self.table.make_way(self.requests.next.half());
        self.table.open(self.requests.next.half(), tag);
        self.table.opened(1);
        self.requests
            .publish(|sequence| encode_request(sequence, request));
        Ok(())
    }

    /// Writes requests, each with its tag, until there are no more or the ring is full; then what did not fit is
    /// still in the iterator. As [`submit`](Self::submit) of each, in fewer instructions.
    ///
    /// # Errors
    /// [`Closed`], for ever, after a fault of either side.
    #[inline]
    pub fn submit_all(
        &mut self,
        requests: &mut impl Iterator<Item = (u32, Request)>,
    ) -> Result<Submitted, Closed> {
        if let Some(closed) = self.closed {
            return Err(closed);
        }
        let slots = self.requests.slots;
        let mut next = self.requests.next;
        let mut room = self.table.room();
        let mut submitted = Submitted::UntilFull;
        // Known here, it need not be asked of each request.
        while !slots.is_empty() && room != 0 {
            self.table.make_way(next.half());
            let Some((tag, request)) = requests.next() else {
                submitted = Submitted::All;
                break;
            };
            self.table.open(next.half(), tag);
            slots.publish(&mut next, |sequence| encode_request(sequence, &request));
            room -= 1;
        }
        self.table.opened(next.since(self.requests.next));
        self.requests.next = next;
        Ok(submitted)
    }

    /// Ends a batch: wakes the server if it sleeps.
    pub fn flush(&mut self) {
        // What was answered was taken.
        if self.outstanding() != 0 && self.requests.announce() == Kick::Due {
            self.wake.kick();
        }
    }

    /// Takes one completion if there is one.
    ///
    /// # Errors
    /// [`Closed`], for ever, after a fault of either side.
    #[inline]
    pub fn poll(&mut self) -> Result<Polled, Closed> {
        self.look_once()
    }

    /// As [`poll`](Self::poll), in the place of its caller.
    #[inline(always)]
    fn look_once(&mut self) -> Result<Polled, Closed> {
        let copy = match self.completions.take(is_next) {
            Ok(copy) => copy,
            Err(head) => return self.nothing_new(head as u32),
        };
        let (id, outcome) = decode_completion(copy);
        match self.table.close(id, self.requests.next) {
            Ok(tag) => {
                self.table.closed(1);
                Ok(Polled::Completion(Completion { tag, outcome }))
            }
            Err(fault) => Err(self.close(fault)),
        }
    }

    /// Takes the completions that are there and hands each over. As [`poll`](Self::poll) until it finds nothing, in
    /// fewer instructions; but why nothing more was found, only `poll` and [`wait`](Self::wait) tell.
    ///
    /// # Errors
    /// [`Closed`], for ever, after a fault of the server.
    #[inline]
    pub fn poll_all(&mut self, mut each: impl FnMut(Completion)) -> Result<(), Closed> {
        if let Some(closed) = self.closed {
            return Err(closed);
        }
        let slots = self.completions.slots;
        let mut next = self.completions.next;
        let (made, all) = (self.requests.next, self.outstanding());
        let mut left = all;
        let mut taken = Ok(());
        while !slots.is_empty()
            && left != 0
            && let Ok(copy) = slots.take(&mut next, is_next)
        {
            let (id, outcome) = decode_completion(copy);
            match self.table.close(id, made) {
                Ok(tag) => each(Completion { tag, outcome }),
                Err(fault) => {
                    taken = Err(fault);
                    break;
                }
            }
            left -= 1;
        }
        self.table.closed(all - left);
        self.completions.next = next;
        taken.map_err(|fault| self.close(fault))
    }

    /// Flushes, then waits for a completion or a restart. Returns [`Polled::Empty`] only if
    /// nothing is outstanding.
    ///
    /// # Errors
    /// As [`poll`](Self::poll), and [`Closed::Gone`] if the server is gone.
    pub fn wait(&mut self) -> Result<Polled, Closed> {
        let (found, slept) = self.wait_unannounced()?;
        // A wait that drains had everything taken.
        if slept == Slept::No {
            self.flush();
        }
        Ok(found)
    }

    /// As [`wait`](Self::wait), but what it did not wait for may not be announced, unless it slept.
    fn wait_unannounced(&mut self) -> Result<(Polled, Slept), Closed> {
        if self.wake.waiting() == Waiting::Passive {
            self.flush();
        }
        let mut slept = Slept::No;
        loop {
            if let Some(found) = self.poll_before_waiting()? {
                return Ok((found, slept));
            }
            if self.wake.waiting() == Waiting::Apart && self.looks_and_finds() {
                continue;
            }
            self.sleep();
            slept = Slept::Yes;
        }
    }

    /// Looks for as long as that pays for what a server on another core answers. Tells whether there is something to take.
    #[cold]
    #[inline(never)]
    fn looks_and_finds(&mut self) -> bool {
        let mut looks = self.looks;
        if looks.pay() {
            self.hint();
        }
        let (found, _) = looks.wait(WINDOW, || {
            self.wake.relax();
            self.is_news_there().then_some(())
        });
        self.looks = looks;
        found.is_some()
    }

    /// Whether the next [`poll`](Self::poll) tells something that no poll has told yet.
    #[must_use]
    pub fn has_news(&self) -> bool {
        self.closed.is_none() && self.is_news_there()
    }

    /// The same of a ring that is not closed.
    fn is_news_there(&self) -> bool {
        let is_here = is_next(self.completions.next, self.completions.head());
        let epoch = self.peer.epoch();
        let is_restarted = epoch != 0 && epoch != self.requests.epoch();
        is_here || is_restarted || self.peer.closed().is_some()
    }

    /// As [`wait`](Self::wait), for a caller that has no use for fewer than `count` completions: if it sleeps, it is woken
    /// once, when so many are there, or all that are outstanding.
    ///
    /// # Errors
    /// As [`wait`](Self::wait).
    #[inline(never)]
    pub fn wait_for(&mut self, count: usize) -> Result<Polled, Closed> {
        self.fewer = count.min(self.outstanding()).saturating_sub(1) as u64;
        let found = self.wait();
        self.fewer = 0;
        found
    }

    /// As [`wait_for`](Self::wait_for) everything that is outstanding, for a caller that waits again until nothing is.
    #[inline(never)]
    pub(crate) fn wait_for_all(&mut self) -> Result<Polled, Closed> {
        self.fewer = self.outstanding().saturating_sub(1) as u64;
        let found = self.wait_unannounced();
        self.fewer = 0;
        found.map(|(found, _)| found)
    }

    /// Has a request carried out without the ring, if there is a way and nothing is there that only the ring tells: a
    /// closed connection, a server that was started anew. The caller knows that nothing is outstanding.
    #[inline]
    pub(crate) fn carry(&mut self, request: &Request) -> Option<Result<Outcome, Closed>> {
        if self.closed.is_some() || !self.peer.is_open_in(self.requests.epoch()) {
            return None;
        }
        let carried = self.wake.carry(request)?;
        Some(carried.map_err(|PeerGone| self.end(Closed::Gone)))
    }

    /// Wakes the server for what was submitted, or lets it run at once if waiting does that. For callers that wait for all of it,
    /// and know that there is nothing to take yet.
    #[inline]
    pub(crate) fn hand_over(&mut self) {
        match self.wake.waiting() {
            Waiting::Passive => self.flush(),
            Waiting::Drains => self.sleep(),
            // It is taken meanwhile, or else by the wait.
            Waiting::Apart if self.looks.pay() => {
                self.hint();
            }
            Waiting::Apart => {
                self.looks.slept();
                self.sleep();
            }
        }
    }

    /// Waits once.
    #[inline]
    fn sleep(&mut self) {
        if self
            .wake
            .wait(self.completions.consumed() + self.fewer)
            .is_err()
        {
            self.end(Closed::Gone);
        }
    }

    /// Looks; if there is nothing and the wait is a passive one, asks to be woken and looks again.
    fn poll_before_waiting(&mut self) -> Result<Option<Polled>, Closed> {
        let mut found = self.look_once()?;
        if found == Polled::Empty && self.outstanding() == 0 {
            return Ok(Some(found));
        }
        if found == Polled::Empty && self.wake.waiting() == Waiting::Passive {
            self.completions.arm(self.fewer + 1);
            found = self.poll()?;
        }
        Ok(Some(found).filter(|found| *found != Polled::Empty))
    }

    /// Closes the connection because its content was at fault; the peer reads the reason.
    pub fn close(&mut self, fault: Fault) -> Closed {
        self.own.close(fault);
        self.wake.kick();
        self.end(Closed::Fault(fault))
    }

    /// Remembers why the connection is closed. That nothing is found any more saves the question
    /// from every completion.
    #[cold]
    fn end(&mut self, closed: Closed) -> Closed {
        self.closed = Some(closed);
        self.completions.end();
        closed
    }

    /// Tells an empty slot from a closed peer, a restarted one and a forged one.
    #[cold]
    fn nothing_new(&mut self, sequence: u32) -> Result<Polled, Closed> {
        if let Some(closed) = self.closed {
            return Err(closed);
        }
        if let Some(code) = self.peer.closed() {
            return Err(self.end(Closed::ByPeer(code)));
        }
        let epoch = self.peer.epoch();
        if epoch != self.requests.epoch() && epoch != 0 {
            self.restart(epoch);
            return Ok(Polled::Restarted);
        }
        let expected = self.completions.next.half();
        let last_lap = expected.wrapping_sub(self.table.capacity() as u32);
        if sequence == 0 || sequence == last_lap {
            return Ok(Polled::Empty);
        }
        Err(self.close(Fault::ForgedSequence))
    }

    fn restart(&mut self, epoch: u16) {
        self.table.abandon();
        self.requests.restart(epoch);
        self.completions.restart(0);
    }
}

/// Whether a completion's first word is that of the next one.
#[inline]
fn is_next(next: Sequence, head: u64) -> bool {
    head as u32 == next.half()
}
