//! The client's end: submit, flush, poll, wait.

use crate::consumer::Consumer;
use crate::layout::{COMPLETION_WORDS, Layout, REQUEST_WORDS};
use crate::producer::{Kick, Producer};
use crate::slot::{completion_sequence, decode_completion, encode_request, request_sequence};
use crate::state::{OwnState, PeerState};
use crate::sync::AtomicU64;
use crate::table::Table;
use crate::{Closed, Completion, Fault, Request, Waiting, Wake};

/// Why a request was not submitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubmitError {
    /// As many requests are outstanding as the ring holds; take completions first.
    Full,
    /// The connection is closed.
    Closed(Closed),
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

/// The client's end of a ring.
pub struct ClientRing<'a, W> {
    requests: Producer<'a, REQUEST_WORDS>,
    completions: Consumer<'a, COMPLETION_WORDS>,
    table: Table,
    epoch: u16,
    own: OwnState<'a>,
    peer: PeerState<'a>,
    wake: W,
    closed: Option<Closed>,
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
        let requests = Producer::new(own.slots, peer.wake_at);
        let mut completions = Consumer::new(peer.slots, own.wake_at);
        requests.clear();
        completions.restart();
        let peer = PeerState::new(peer.state);
        let own = OwnState::open(own.state, 0);
        let table = Table::new(layout.capacity());
        let epoch = peer.epoch().max(1);
        Some(Self {
            requests,
            completions,
            table,
            epoch,
            own,
            peer,
            wake,
            closed: None,
        })
    }

    /// Returns how many requests are outstanding.
    #[must_use]
    pub fn outstanding(&self) -> usize {
        self.table.outstanding()
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
        let id = self.table.open(tag).ok_or(SubmitError::Full)?;
        let sequence = request_sequence(self.epoch, self.requests.produced());
        self.requests.publish(encode_request(sequence, id, request));
        Ok(())
    }

    /// Ends a batch: wakes the server if it sleeps.
    pub fn flush(&mut self) {
        if self.requests.announce() == Kick::Due {
            self.wake.kick();
        }
    }

    /// Takes one completion if there is one.
    ///
    /// # Errors
    /// [`Closed`], for ever, after a fault of either side.
    #[inline]
    pub fn poll(&mut self) -> Result<Polled, Closed> {
        if let Some(closed) = self.closed {
            return Err(closed);
        }
        let expected = completion_sequence(self.completions.consumed());
        let copy = match self.completions.take(|head| head as u32 == expected) {
            Ok(copy) => copy,
            Err(head) => return self.nothing_new(head as u32),
        };
        let (id, outcome) = decode_completion(copy);
        match self.table.close(id) {
            Ok(tag) => Ok(Polled::Completion(Completion { tag, outcome })),
            Err(fault) => Err(self.close(fault)),
        }
    }

    /// Flushes, then waits for a completion or a restart. Returns [`Polled::Empty`] only if
    /// nothing is outstanding.
    ///
    /// # Errors
    /// As [`poll`](Self::poll), and [`Closed::Gone`] if the server is gone.
    pub fn wait(&mut self) -> Result<Polled, Closed> {
        if self.wake.waiting() == Waiting::Passive {
            self.flush();
        }
        loop {
            if let Some(found) = self.poll_before_waiting()? {
                self.flush();
                return Ok(found);
            }
            if self.wake.wait(self.completions.consumed()).is_err() {
                self.closed = Some(Closed::Gone);
            }
        }
    }

    /// Looks; if there is nothing and the wait is a passive one, asks to be woken and looks again.
    fn poll_before_waiting(&mut self) -> Result<Option<Polled>, Closed> {
        let mut found = self.poll()?;
        if found == Polled::Empty && self.outstanding() == 0 {
            return Ok(Some(found));
        }
        if found == Polled::Empty && self.wake.waiting() == Waiting::Passive {
            self.completions.arm();
            found = self.poll()?;
        }
        Ok(Some(found).filter(|found| *found != Polled::Empty))
    }

    /// Closes the connection because its content was at fault; the peer reads the reason.
    pub fn close(&mut self, fault: Fault) -> Closed {
        let closed = Closed::Fault(fault);
        self.closed = Some(closed);
        self.own.close(fault);
        self.wake.kick();
        closed
    }

    /// Tells an empty slot from a closed peer, a restarted one and a forged one.
    #[cold]
    fn nothing_new(&mut self, sequence: u32) -> Result<Polled, Closed> {
        if let Some(code) = self.peer.closed() {
            self.closed = Some(Closed::ByPeer(code));
            return Err(Closed::ByPeer(code));
        }
        let epoch = self.peer.epoch();
        if epoch != self.epoch && epoch != 0 {
            self.restart(epoch);
            return Ok(Polled::Restarted);
        }
        let expected = completion_sequence(self.completions.consumed());
        let last_lap = expected.wrapping_sub(self.table.capacity() as u32);
        if sequence == 0 || sequence == last_lap {
            return Ok(Polled::Empty);
        }
        Err(self.close(Fault::ForgedSequence))
    }

    fn restart(&mut self, epoch: u16) {
        self.epoch = epoch;
        self.table.abandon();
        self.requests.restart();
        self.completions.restart();
    }
}
