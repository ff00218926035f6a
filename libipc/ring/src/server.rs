//! The server's end: take, complete, flush, sleep.

use crate::consumer::Consumer;
use crate::layout::{COMPLETION_WORDS, Capacity, Layout, MAX_CAPACITY, REQUEST_WORDS};
use crate::producer::{Kick, Producer};
use crate::slot::{decode_request, encode_completion, request_sequence, sequence_epoch};
use crate::state::{OwnState, PeerState};
use crate::sync::AtomicU64;
use crate::{Closed, Fault, Outcome, Request, Wake};

/// The duty to complete one request. It can be neither copied nor made up, so that no request is
/// completed twice. A token that is dropped leaves its request unanswered until the server
/// restarts.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "the client waits for the completion"]
pub struct Token(u32);

/// A request that was taken.
#[derive(Debug, PartialEq, Eq)]
pub struct Submission {
    /// To complete it with.
    pub token: Token,
    /// A private copy of what the client asked.
    pub request: Request,
}

/// Whether the server may sleep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sleep {
    /// The client will wake it for the next request.
    Armed,
    /// There is something to look at already.
    Ready,
}

/// The server's end of a ring.
pub struct ServerRing<'a, W> {
    requests: Consumer<'a, REQUEST_WORDS>,
    completions: Producer<'a, COMPLETION_WORDS>,
    held: [u64; MAX_CAPACITY / 64],
    capacity: Capacity,
    epoch: u16,
    own: OwnState<'a>,
    peer: PeerState<'a>,
    wake: W,
    closed: Option<Closed>,
}

impl<'a, W: Wake> ServerRing<'a, W> {
    /// Opens the server's end and starts a new epoch, which ends what a predecessor left
    /// outstanding. `own` is region B, writable, as the predecessor left it; `peer` is region A,
    /// which this side only reads. `None` if a region is too short for the layout.
    #[must_use]
    pub fn new(
        layout: Layout,
        own: &'a [AtomicU64],
        peer: &'a [AtomicU64],
        wake: W,
    ) -> Option<Self> {
        let (own, peer) = (layout.server(own)?, layout.client(peer)?);
        let completions = Producer::new(own.slots, peer.wake_at);
        let mut requests = Consumer::new(peer.slots, own.wake_at);
        completions.clear();
        requests.restart();
        let epoch = OwnState::left_behind(own.state).wrapping_add(1).max(1);
        let own = OwnState::open(own.state, epoch);
        let ring = Self {
            requests,
            completions,
            held: [0; MAX_CAPACITY / 64],
            capacity: layout.capacity(),
            epoch,
            own,
            peer: PeerState::new(peer.state),
            wake,
            closed: None,
        };
        ring.wake.kick();
        Some(ring)
    }

    /// Takes one request if there is one.
    ///
    /// # Errors
    /// [`Closed`], for ever, after a fault of either side.
    #[inline]
    pub fn take(&mut self) -> Result<Option<Submission>, Closed> {
        if let Some(closed) = self.closed {
            return Err(closed);
        }
        let expected = request_sequence(self.epoch, self.requests.consumed());
        let copy = match self.requests.take(|head| head == expected) {
            Ok(copy) => copy,
            Err(head) => return self.nothing_new(head),
        };
        let decoded = decode_request(copy);
        match decoded.and_then(|(id, request)| self.hold(id).map(|token| (token, request))) {
            Ok((token, request)) => Ok(Some(Submission { token, request })),
            Err(fault) => Err(self.close(fault)),
        }
    }

    /// Completes a request, in any order. The client may see it at once, but is woken only by
    /// [`flush`](Self::flush).
    #[inline]
    pub fn complete(&mut self, token: Token, outcome: Outcome) {
        let (word, bit) = Self::place(token.0);
        if let Some(held) = self.held.get_mut(word) {
            *held &= !bit;
        }
        let position = self.completions.produced();
        self.completions
            .publish(encode_completion(position, token.0, outcome));
    }

    /// Returns how many requests were completed in this epoch.
    #[must_use]
    pub fn completed(&self) -> u64 {
        self.completions.produced()
    }

    /// Returns why the connection is closed, if this side knows that it is.
    #[must_use]
    pub fn closed(&self) -> Option<Closed> {
        self.closed
    }

    /// Ends a batch of completions: wakes the client if it sleeps.
    pub fn flush(&mut self) {
        if self.completions.announce() == Kick::Due {
            self.wake.kick();
        }
    }

    /// Asks to be woken by the next request, before the caller sleeps.
    #[must_use = "a server that sleeps although it is ready sleeps for ever"]
    pub fn sleep(&mut self) -> Sleep {
        self.requests.arm();
        let head = self.requests.head();
        if self.is_stale(head) && self.peer.closed().is_none() {
            return Sleep::Armed;
        }
        Sleep::Ready
    }

    /// Flushes, then waits for a request, for servers that have nothing else to wait for.
    ///
    /// # Errors
    /// As [`take`](Self::take), and [`Closed::Gone`] if the client is gone.
    pub fn wait(&mut self) -> Result<Submission, Closed> {
        self.flush();
        loop {
            if let Some(submission) = self.take()? {
                return Ok(submission);
            }
            if self.sleep() == Sleep::Armed {
                self.wake.wait(self.requests.consumed())?;
            }
        }
    }

    /// Closes the connection because its content was at fault; the peer reads the reason.
    pub fn close(&mut self, fault: Fault) -> Closed {
        let closed = Closed::Fault(fault);
        self.closed = Some(closed);
        self.own.close(fault);
        self.wake.kick();
        closed
    }

    /// Tells an empty slot from a closed peer and a forged one.
    #[cold]
    fn nothing_new(&mut self, head: u64) -> Result<Option<Submission>, Closed> {
        if let Some(code) = self.peer.closed() {
            self.closed = Some(Closed::ByPeer(code));
            return Err(Closed::ByPeer(code));
        }
        if self.is_stale(head) {
            return Ok(None);
        }
        Err(self.close(Fault::ForgedSequence))
    }

    /// Whether a slot's first word is what stood there before the next message.
    fn is_stale(&self, head: u64) -> bool {
        let expected = request_sequence(self.epoch, self.requests.consumed());
        let last_lap = expected.wrapping_sub(self.capacity.slots() as u64);
        head != expected && (head == last_lap || sequence_epoch(head) < self.epoch)
    }

    fn hold(&mut self, id: u32) -> Result<Token, Fault> {
        let (word, bit) = Self::place(id);
        if (id & 0xffff) as usize >= self.capacity.slots() {
            return Err(Fault::IdOutOfRange);
        }
        let held = self.held.get_mut(word).ok_or(Fault::IdOutOfRange)?;
        if *held & bit != 0 {
            return Err(Fault::IdInUse);
        }
        *held |= bit;
        Ok(Token(id))
    }

    /// Where the bit of an identifier is in `held`.
    fn place(id: u32) -> (usize, u64) {
        let index = id & 0xffff;
        ((index / 64) as usize, 1 << (index % 64))
    }
}
