//! The server's end: take, complete, flush, sleep.

use crate::consumer::Consumer;
use crate::layout::{COMPLETION_WORDS, Capacity, Layout, REQUEST_WORDS};
use crate::producer::{Kick, Producer};
use crate::slot::{
    REQUEST_USED, Sequence, decode_linked, decode_request, encode_completion, sequence_epoch,
};
use crate::slots::Slots;
use crate::state::{Chaining, OwnState, PeerState};
use crate::sync::AtomicU64;
use crate::{Closed, Fault, Link, Looks, Outcome, Request, WINDOW, Waiting, Wake};

/// The duty to complete one request. It can be neither copied nor made up, so that no request is
/// completed twice. A token that is dropped leaves its request unanswered until the server
/// restarts.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "the client waits for the completion"]
pub struct Token(u32);

impl Token {
    /// The identifier that the client knows the request by.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.0
    }
}

/// A request that was taken.
#[derive(Debug, PartialEq, Eq)]
pub struct Submission {
    /// To complete it with.
    pub token: Token,
    /// A private copy of what the client asked.
    pub request: Request,
}

/// A request of a chain that was taken.
#[derive(Debug, PartialEq, Eq)]
pub struct Linked {
    /// To complete it with.
    pub token: Token,
    /// A private copy of what the client asked, apart from the link.
    pub request: Request,
    /// How it depends on others.
    pub link: Link,
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
    capacity: Capacity,
    /// How far the sequence word of the first request that may not be outstanding yet is ahead of that of the next
    /// completion.
    lead: u64,
    own: OwnState<'a>,
    peer: PeerState<'a>,
    wake: W,
    closed: Option<Closed>,
    chaining: Chaining,
    /// A request of a chain that cannot be carried out yet. While there is one, nothing is taken.
    held: Option<Linked>,
    /// All slots of requests, also while nothing is taken.
    slots: Slots<'a, REQUEST_WORDS>,
    looks: Looks,
}

impl<'a, W: Wake> ServerRing<'a, W> {
    /// Opens the server's end and starts a new epoch, which ends what a predecessor left
    /// outstanding. `own` is region B, writable, as the predecessor left it; `peer` is region A,
    /// which this side only reads. `None` if a region is too short for the layout.
    ///
    /// A request of a chain closes it.
    #[must_use]
    pub fn new(
        layout: Layout,
        own: &'a [AtomicU64],
        peer: &'a [AtomicU64],
        wake: W,
    ) -> Option<Self> {
        Self::open(layout, (own, peer), wake, Chaining::Unknown)
    }

    /// As [`new`](Self::new), for an owner that knows chains and takes requests by
    /// [`serve_chains`](Self::serve_chains).
    #[must_use]
    pub fn chaining(
        layout: Layout,
        own: &'a [AtomicU64],
        peer: &'a [AtomicU64],
        wake: W,
    ) -> Option<Self> {
        Self::open(layout, (own, peer), wake, Chaining::Known)
    }

    fn open(
        layout: Layout,
        (own, peer): (&'a [AtomicU64], &'a [AtomicU64]),
        wake: W,
        chaining: Chaining,
    ) -> Option<Self> {
        let (own, peer) = (layout.server(own)?, layout.client(peer)?);
        let completions = Producer::new(own.slots, peer.wake_at, 0);
        completions.slots.clear();
        let epoch = OwnState::left_behind(own.state).wrapping_add(1).max(1);
        let requests = Consumer::new(peer.slots, own.wake_at, epoch);
        let own = OwnState::open(own.state, epoch, chaining);
        let ring = Self {
            lead: requests.next.word() + layout.capacity().slots() as u64 - completions.next.word(),
            requests,
            completions,
            capacity: layout.capacity(),
            own,
            peer: PeerState::new(peer.state),
            wake,
            closed: None,
            chaining,
            held: None,
            slots: peer.slots,
            looks: Looks::default(),
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
        let bound = self.bound();
        let copy = match self.requests.take(is_next) {
            Ok(copy) => copy,
            Err(head) => return self.nothing_new(head).map(|()| None),
        };
        if copy[0] == bound {
            return Err(self.close(Fault::TooManyRequests));
        }
        match decode_request(copy) {
            Ok((id, request)) => Ok(Some(Submission {
                token: Token(id),
                request,
            })),
            Err(fault) => Err(self.close(fault)),
        }
    }

    /// Completes a request, in any order. The client may see it at once, but is woken only by
    /// [`flush`](Self::flush).
    #[inline]
    pub fn complete(&mut self, token: Token, outcome: Outcome) {
        self.completions
            .publish(|sequence| encode_completion(sequence, token.0, outcome));
    }

    /// Takes the requests that are there, but no more than may be outstanding, so that a client which goes on
    /// submitting is left in the end. Hands each to `answer`, which either tells its outcome or keeps its token. As
    /// [`take`](Self::take) and [`complete`](Self::complete) of each, in fewer instructions. Returns how many it took.
    ///
    /// # Errors
    /// [`Closed`], for ever, after a fault of either side.
    #[inline(always)]
    pub fn serve(
        &mut self,
        answer: impl FnMut(Token, Request) -> Option<(Token, Outcome)>,
    ) -> Result<usize, Closed> {
        self.serve_chains(answer).map(|(taken, _)| taken)
    }

    /// As [`serve`](Self::serve), up to a request of a chain, which is not handed over but returned. The owner goes
    /// on behind it, or [holds](Self::hold) it.
    ///
    /// # Errors
    /// [`Closed`], for ever, after a fault of either side.
    #[inline(always)]
    pub fn serve_chains(
        &mut self,
        mut answer: impl FnMut(Token, Request) -> Option<(Token, Outcome)>,
    ) -> Result<(usize, Option<Linked>), Closed> {
        let (requests, completions) = (self.requests.slots, self.completions.slots);
        let (mut from, mut to) = (self.requests.next, self.completions.next);
        let bound = self.bound();
        let mut odd = None;
        // That there are slots is known here, and need not be asked for each request.
        while from.word() != bound
            && !requests.is_empty()
            && !completions.is_empty()
            && let Ok(copy) = requests.take(&mut from, is_next)
        {
            let (id, request) = match decode_request(copy) {
                Ok(decoded) => decoded,
                Err(_) => {
                    odd = Some(copy);
                    break;
                }
            };
            if let Some((token, outcome)) = answer(Token(id), request) {
                completions.publish(&mut to, |sequence| {
                    encode_completion(sequence, token.0, outcome)
                });
            }
        }
        let taken = from.since(self.requests.next);
        (self.requests.next, self.completions.next) = (from, to);
        match odd {
            Some(copy) => self.linked(copy).map(|linked| (taken, Some(linked))),
            // Why there is nothing more is asked when there is nothing at all.
            None if taken == 0 => self.nothing_taken(),
            None => Ok((taken, None)),
        }
    }

    /// Gives a request of a chain back that cannot be carried out yet. The next [`serve_chains`](Self::serve_chains)
    /// takes nothing and returns it again.
    pub fn hold(&mut self, linked: Linked) {
        self.held = Some(linked);
        self.requests.end();
    }

    /// The request of a chain that is held.
    #[must_use]
    pub fn held(&self) -> Option<&Linked> {
        self.held.as_ref()
    }

    /// A request of a chain, if that is what was refused.
    #[cold]
    #[inline(never)]
    fn linked(&mut self, copy: [u64; REQUEST_USED]) -> Result<Linked, Closed> {
        match decode_linked(copy) {
            Ok((id, request, link)) if self.chaining == Chaining::Known => Ok(Linked {
                token: Token(id),
                request,
                link,
            }),
            _ => Err(self.close(Fault::LengthOutOfRange)),
        }
    }

    /// Returns how many requests were taken in this epoch.
    #[must_use]
    #[inline]
    pub fn taken(&self) -> u64 {
        self.requests.consumed()
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
        self.requests.arm(1);
        if self.is_ready() {
            return Sleep::Ready;
        }
        Sleep::Armed
    }

    /// Whether there is something to look at, without asking to be woken for it.
    #[must_use]
    #[inline]
    pub fn is_ready(&self) -> bool {
        let head = self.requests.head();
        !self.is_stale(head) || self.peer.closed().is_some()
    }

    /// Flushes, then waits for a request, for servers that have nothing else to wait for. Looks for a while before it sleeps, if
    /// the client runs on another core.
    ///
    /// # Errors
    /// As [`take`](Self::take), and [`Closed::Gone`] if the client is gone.
    pub fn wait(&mut self) -> Result<Submission, Closed> {
        self.flush();
        loop {
            if let Some(submission) = self.take()? {
                return Ok(submission);
            }
            if self.looks_and_finds() {
                continue;
            }
            if self.sleep() == Sleep::Armed {
                self.wake.wait(self.requests.consumed())?;
            }
        }
    }

    fn looks_and_finds(&mut self) -> bool {
        if self.wake.waiting() != Waiting::Apart {
            return false;
        }
        let mut looks = self.looks;
        let (found, _) = looks.wait(WINDOW, || {
            self.wake.relax();
            self.is_ready().then_some(())
        });
        self.looks = looks;
        found.is_some()
    }

    /// Closes the connection because its content was at fault; the peer reads the reason.
    pub fn close(&mut self, fault: Fault) -> Closed {
        self.own.close(fault);
        self.wake.kick();
        self.end(Closed::Fault(fault))
    }

    /// Remembers why the connection is closed. That nothing is found any more saves the question from every request.
    fn end(&mut self, closed: Closed) -> Closed {
        self.closed = Some(closed);
        self.requests.end();
        closed
    }

    /// The sequence word of the first request that may not be outstanding yet: each completion allows one more.
    #[inline]
    fn bound(&self) -> u64 {
        self.completions.next.word() + self.lead
    }

    /// Tells why no request was taken.
    #[cold]
    #[inline(never)]
    fn nothing_taken(&mut self) -> Result<(usize, Option<Linked>), Closed> {
        if let Some(closed) = self.closed {
            return Err(closed);
        }
        if let Some(held) = self.held.take() {
            self.requests.slots = self.slots;
            return Ok((0, Some(held)));
        }
        let head = self.requests.head();
        if !is_next(self.requests.next, head) {
            return self.nothing_new(head).map(|()| (0, None));
        }
        if head == self.bound() {
            return Err(self.close(Fault::TooManyRequests));
        }
        // It came just now.
        Ok((0, None))
    }

    /// Tells an empty slot from a closed peer and a forged one.
    #[cold]
    fn nothing_new(&mut self, head: u64) -> Result<(), Closed> {
        if let Some(closed) = self.closed {
            return Err(closed);
        }
        if let Some(code) = self.peer.closed() {
            return Err(self.end(Closed::ByPeer(code)));
        }
        if self.is_stale(head) {
            return Ok(());
        }
        Err(self.close(Fault::ForgedSequence))
    }

    /// Whether a slot's first word is what stood there before the next message.
    fn is_stale(&self, head: u64) -> bool {
        let expected = self.requests.next.word();
        let last_lap = expected.wrapping_sub(self.capacity.slots() as u64);
        head != expected && (head == last_lap || sequence_epoch(head) < self.requests.next.epoch())
    }
}

/// Whether a request's first word is that of the next one.
#[inline]
fn is_next(next: Sequence, head: u64) -> bool {
    head == next.word()
}
