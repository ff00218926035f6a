//! The server's side: one service behind plain calls and rings.

use libipc_ring::{
    Chain, Linked, Looks, MAX_RINGS, Member, PeerGone, ServerRing, Sleep, Step, Token, Wake,
};
use weft_abi::{MessageInfo, REGISTER_WORDS};

use super::again::Again;
use super::answers::{self, PLACES};
use super::held::{Held, HeldTable};
use super::{CANCEL, DRAIN, Outcome, Peer, RingEnds, RingRequest};
use crate::objects::Notification;
use crate::{
    Caller, Deferral, Endpoint, Fault, FaultAnswer, Message, Never, ReplyToken, Request, Service,
    Short, Spare, label, serve,
};

/// Kicks the client. The server never waits here, but in its loop.
struct Kick(Notification);

impl Wake for Kick {
    fn kick(&self) {
        // Refused only if the client is gone; then nobody is to be woken.
        let _ = self.0.signal();
    }

    fn wait(&self, _: u64) -> Result<(), PeerGone> {
        Err(PeerGone)
    }
}

/// A client that waits in a drain call, and how many completions it knows of.
struct Waiter {
    token: ReplyToken,
    seen: u64,
}

struct Served {
    ring: ServerRing<'static, Kick>,
    caller: Caller,
    wake_bits: u64,
    waiter: Option<Waiter>,
    chain: Chain,
    /// The place of the request that the ring holds, because it depends on one whose answer is deferred.
    stalled: Option<Member>,
    runs: Peer,
}

/// A service that takes requests from rings as well.
pub struct RingService<S> {
    service: S,
    rings: heapless::Vec<Served, MAX_RINGS>,
    held: HeldTable,
    message: Message,
    pub(super) again: Again,
    looks: Looks,
    /// Whether any client runs on another core.
    apart: Peer,
}

/// How often one event has all rings looked at. A client on another core can submit faster than it is served; then others
/// have their turn before it goes on.
pub(super) const ROUNDS: usize = 4;

/// For how long a server stays in one event at rings of clients on other cores that submit without a pause, in looks: so long
/// it may keep those waiting that wait for it in the kernel. If nobody submits, it is one [`WINDOW`](libipc_ring::WINDOW).
pub(super) const STAY: u64 = (ROUNDS * libipc_ring::MAX_CAPACITY) as u64 * REQUEST;
/// What a request counts for: about what it takes. So there are no more than [`ROUNDS`] let one ring have.
pub(super) const REQUEST: u64 = 4;

/// After so many requests no further one of a chain is taken of a ring at a time. With those that come without a chain that is
/// less than twice as many.
pub(super) const MAX_VISIT: u64 = libipc_ring::MAX_CAPACITY as u64;

impl<S: Service> RingService<S> {
    /// A service that has no ring yet.
    pub fn new(service: S) -> Self {
        Self {
            service,
            rings: heapless::Vec::new(),
            held: HeldTable::new(),
            message: Message::new(label::OK),
            again: Again::default(),
            looks: Looks::default(),
            apart: Peer::Beside,
        }
    }

    /// Adds a ring. What its client may ask is what the connection with its badge may.
    ///
    /// # Panics
    /// If there are more than [`MAX_RINGS`], or its regions hold no slot.
    #[must_use]
    pub fn with(mut self, ends: RingEnds) -> Self {
        self.add(ends);
        self
    }

    /// As [`with`](Self::with), of a service that runs already; what the client has submitted is taken with the next
    /// event, or by [`start`](Self::start).
    ///
    /// # Panics
    /// As `with`.
    pub fn add(&mut self, ends: RingEnds) {
        let ring = ends
            .server_layout()
            .and_then(|layout| ServerRing::chaining(layout, ends.own, ends.peer, Kick(ends.kick)));
        let Some(ring) = ring else {
            panic!("a ring's regions are too small")
        };
        let caller = ends.caller.unwrap_or(Caller::from_badge(0));
        let served = Served {
            ring,
            caller,
            wake_bits: ends.wake_bits,
            waiter: None,
            chain: Chain::new(),
            stalled: None,
            runs: ends.runs,
        };
        if self.rings.push(served).is_err() {
            panic!("a server has at most {MAX_RINGS} rings");
        }
        self.held.ring_came();
        self.note_peers();
    }

    /// The service behind the rings.
    pub fn service_mut(&mut self) -> &mut S {
        &mut self.service
    }

    /// Takes what clients submitted before the server started, and arms the rings. To be called
    /// once before a server loop that is not [`serve`](Self::serve) hands events to it.
    pub fn start(&mut self) {
        self.work();
    }

    /// Serves for ever.
    ///
    /// # Panics
    /// As [`serve`].
    pub fn serve(mut self, endpoint: Endpoint) -> Never {
        self.work();
        serve(endpoint, self)
    }

    /// Takes and answers all there is; afterwards every ring is armed to wake the server. Where a client submits so fast that
    /// there is no end to it, the server is woken by its own signal, behind who waits for it now.
    fn work(&mut self) {
        let mut left = STAY;
        loop {
            for _ in 0..ROUNDS {
                self.visit();
                if self.apart == Peer::Apart {
                    self.stay(&mut left);
                }
                if self.arm() == Sleep::Armed {
                    return;
                }
            }
            let bits = self.rings.first().map_or(0, |served| served.wake_bits);
            if self.again.signal(bits).is_ok() {
                return;
            }
        }
    }

    /// Looks at all rings once, answers what is there, and wakes who waits for it.
    fn visit(&mut self) {
        for ring in 0..self.rings.len() {
            self.drain(ring);
        }
        self.collect();
        self.rings.iter_mut().for_each(Served::settle);
    }

    /// Goes on looking at the rings of clients on other cores for as long as that pays, and answers what they submit: until
    /// it is in vain, or others are to have their turn. `left` is how long it may.
    #[cold]
    fn stay(&mut self, left: &mut u64) {
        while *left != 0 {
            let (rings, most) = (&self.rings, u32::try_from(*left).unwrap_or(u32::MAX));
            let (found, looks) = self.looks.wait(most, || {
                weft_sys::relax();
                rings.iter().any(Served::is_found).then_some(())
            });
            *left = left.saturating_sub(looks.into());
            if found.is_none() {
                return;
            }
            let before = self.answered();
            self.visit();
            let requests = self.answered().wrapping_sub(before);
            *left = left.saturating_sub(requests * REQUEST);
        }
    }

    /// How many requests were answered.
    fn answered(&self) -> u64 {
        let apart = self.rings.iter().filter(|one| one.runs == Peer::Apart);
        apart.map(|served| served.ring.completed()).sum()
    }

    /// Frees the ring of a client that is gone: its place, its deferred requests, and the drain call that it waited in.
    fn free(&mut self, client: Caller) {
        let Some(place) = self.rings.iter().position(|one| one.caller == client) else {
            return;
        };
        let last = self.rings.len() - 1;
        self.held.ring_gone(place as u8, last as u8);
        drop(self.rings.swap_remove(place));
        self.note_peers();
    }

    fn note_peers(&mut self) {
        let any = self.rings.iter().any(|served| served.runs == Peer::Apart);
        self.apart = if any { Peer::Apart } else { Peer::Beside };
    }

    /// Takes requests of a ring. A closed ring has none.
    fn drain(&mut self, ring: usize) {
        if let Some(served) = self.rings.get_mut(ring) {
            served.drain(
                ring as u8,
                &mut self.service,
                &mut self.held,
                &mut self.message,
            );
        }
    }

    /// Completes the deferred requests that were answered.
    fn collect(&mut self) {
        while let Some((place, outcome)) = answers::collect() {
            let held = self.held.take(place);
            if let Some(Held {
                ring,
                token,
                member,
            }) = held
                && let Some(served) = self.rings.get_mut(usize::from(ring))
            {
                served.complete(token, member, outcome);
            }
        }
    }

    /// Completes what an event had answered, and does what may follow from it. Most events answer nothing that was
    /// deferred.
    #[inline]
    fn follow_up(&mut self) {
        if answers::any() {
            self.work();
        }
    }

    /// Arms the rings; `Ready` if one of them has more.
    fn arm(&mut self) -> Sleep {
        let mut all = Sleep::Armed;
        for served in &mut self.rings {
            if served.ring.closed().is_none() && served.sleep() == Sleep::Ready {
                all = Sleep::Ready;
            }
        }
        all
    }

    /// A client asks to take what it submitted, and to be answered when there is a completion. Returns how it goes on.
    ///
    /// Only its own ring is looked at: the others are armed, as always between two events. So is this one, which
    /// stays armed for what it was: the client announces nothing of what it has taken by a call, and kicks when
    /// it announces more. Nor need it be woken for its completions, since it is about to hear of them.
    #[inline(never)]
    fn drain_short(&mut self, caller: Caller, seen: u64) -> Drained {
        let mut rings = (0..).zip(&mut self.rings);
        let Some((number, served)) = rings.find(|(_, one)| one.caller == caller) else {
            return Drained::Unfinished;
        };
        served.drain(number, &mut self.service, &mut self.held, &mut self.message);
        let is_quiet = !answers::any() && served.ring.closed().is_none();
        if is_quiet && served.ring.completed() != seen {
            Drained::Answered
        } else {
            Drained::Unfinished
        }
    }

    /// As `drain_short`, in all cases.
    fn drain_call(&mut self, request: Request<'_>) {
        let seen = request
            .message
            .payload()
            .first_chunk()
            .map_or(0, |b| u64::from_le_bytes(*b));
        let caller = request.caller;
        self.work();
        let Some(served) = self.rings.iter_mut().find(|served| served.caller == caller) else {
            return request.message.begin(label::WRONG_INTERFACE);
        };
        if served.ring.completed() != seen || served.ring.closed().is_some() {
            return request.message.begin(label::OK);
        }
        match request.deferral.token() {
            Ok(token) => served.waiter = Some(Waiter { token, seen }),
            // Nothing to wait with: the client looks again and comes back.
            Err(_) => request.message.begin(label::OK),
        }
    }
}

/// How a drain call goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Drained {
    /// There are completions that the client does not know.
    Answered,
    /// There are none yet, or something else is to be done first.
    Unfinished,
}

/// Whether a ring's requests go on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// The next one can be taken.
    Free,
    /// Not before a request has ended whose answer is deferred, or never: the ring was closed.
    Stalled,
}

impl Served {
    /// Takes what requests there are, but goes on behind one of a chain only while it has taken no more than any ring holds: the
    /// client may submit meanwhile, also one whose other thread waits in a drain call.
    #[inline(always)]
    fn drain<S: Service>(
        &mut self,
        number: u8,
        service: &mut S,
        held: &mut HeldTable,
        message: &mut Message,
    ) {
        let before = self.ring.taken();
        while let Some(linked) = self.serve(number, service, held, message) {
            if self.follow(number, service, (held, message), linked) == Pace::Stalled
                || self.ring.taken() - before >= MAX_VISIT
            {
                return;
            }
        }
    }

    /// Takes requests up to one of a chain, and gives that.
    #[inline(always)]
    fn serve<S: Service>(
        &mut self,
        number: u8,
        service: &mut S,
        held: &mut HeldTable,
        message: &mut Message,
    ) -> Option<Linked> {
        let caller = self.caller;
        // A ring that is closed stays so; its waiter is told when it is settled.
        let taken = self.ring.serve_chains(|token, request| {
            let RingRequest { op, words, inline } = request;
            let [a, b, c, d, e] = inline;
            let info = MessageInfo::new(op, words as usize, 0);
            if let Some(answer) = service.short(caller, Short::new(info, [a, b, c, d, e, 0])) {
                return Some((token, answers::outcome_of_short(answer)));
            }
            let short = Short::new(info, [a, b, c, d, e, 0]);
            let source = (number, caller, None);
            let token = dispatch(service, (held, message), source, token, short)?;
            Some((token, answers::outcome(message)))
        });
        taken.ok()?.1
    }

    /// Does what is to be done with a request of a chain, or waits until that is known.
    #[inline(never)]
    fn follow<S: Service>(
        &mut self,
        number: u8,
        service: &mut S,
        (held, message): (&mut HeldTable, &mut Message),
        linked: Linked,
    ) -> Pace {
        let joined = match self.stalled.take() {
            Some(member) => Ok(member),
            None => self.chain.join(&linked.request, linked.link),
        };
        let member = match joined {
            Ok(member) => member,
            Err(fault) => {
                self.ring.close(fault);
                return Pace::Stalled;
            }
        };
        let request = match self.chain.step(member, &linked.request, linked.link) {
            Step::CarryOut(request) => request,
            Step::Wait => {
                self.stalled = Some(member);
                self.ring.hold(linked);
                return Pace::Stalled;
            }
            Step::Skip => {
                let (status, value) = (label::SKIPPED, 0);
                self.complete(linked.token, Some(member), Outcome { status, value });
                return Pace::Free;
            }
        };
        let RingRequest { op, words, inline } = request;
        let [a, b, c, d, e] = inline;
        let info = MessageInfo::new(op, words as usize, 0);
        let short = Short::new(info, [a, b, c, d, e, 0]);
        if let Some(answer) = service.short(self.caller, short) {
            let outcome = answers::outcome_of_short(answer);
            self.complete(linked.token, Some(member), outcome);
            return Pace::Free;
        }
        let source = (number, self.caller, Some(member));
        if let Some(token) = dispatch(service, (held, message), source, linked.token, short) {
            self.complete(token, Some(member), answers::outcome(message));
        }
        Pace::Free
    }

    /// Completes a request.
    #[inline]
    fn complete(&mut self, token: Token, member: Option<Member>, outcome: Outcome) {
        if let Some(member) = member {
            self.chain.ended(member, outcome);
        }
        self.ring.complete(token, outcome);
    }

    /// Whether a client on another core has submitted something. What is held is not found so.
    fn is_found(&self) -> bool {
        self.runs == Peer::Apart && self.ring.closed().is_none() && self.ring.is_ready()
    }

    /// Arms the ring, if its next request would be taken.
    fn sleep(&mut self) -> Sleep {
        let (Some(member), Some(linked)) = (self.stalled, self.ring.held()) else {
            return self.ring.sleep();
        };
        match self.chain.step(member, &linked.request, linked.link) {
            Step::Wait => Sleep::Armed,
            Step::CarryOut(_) | Step::Skip => Sleep::Ready,
        }
    }

    /// Wakes the client for what was completed, whichever way it waits.
    fn settle(&mut self) {
        let over = self.ring.closed().is_some();
        if let Some(waiter) = self
            .waiter
            .take_if(|w| over || self.ring.completed() != w.seen)
        {
            waiter.token.send(&mut Message::new(label::OK));
        }
        self.ring.flush();
    }
}

/// Hands one request to the service, as if it had come by call. Gives the token back if the message is the answer;
/// keeps it if the answer comes later.
///
/// Out of line: what it needs would take registers from the loop over requests that are answered from their words.
#[inline(never)]
fn dispatch<S: Service>(
    service: &mut S,
    (held, message): (&mut HeldTable, &mut Message),
    (ring, caller, member): (u8, Caller, Option<Member>),
    token: Token,
    request: Short,
) -> Option<Token> {
    if request.info.label() == CANCEL {
        if let Some(place) = held.place_of(ring, request.words[0] as u32) {
            answers::set_cancelled(place, true);
        }
        message.begin(label::OK);
        return Some(token);
    }
    let place = held.vacancy(ring);
    let mut right = Some(answers::token(place.unwrap_or(PLACES)));
    let spare = if place.is_some() {
        Spare::Available
    } else {
        Spare::Exhausted
    };
    message.fill_head(request.info.label(), request.info.words(), request.words);
    service.request(Request {
        caller,
        message,
        deferral: Deferral::new(&mut right, spare),
    });
    let Some(right) = right else {
        let request = Held {
            ring,
            token,
            member,
        };
        let place = place.unwrap_or(PLACES);
        answers::set_cancelled(place, false);
        held.put(place, request);
        return None;
    };
    right.disarm();
    if message.is_received() {
        message.begin(label::ABANDONED);
    }
    Some(token)
}

impl<S: Service> Service for RingService<S> {
    fn request(&mut self, request: Request<'_>) {
        if request.message.label() == DRAIN {
            return self.drain_call(request);
        }
        self.service.request(request);
        self.follow_up();
    }

    #[inline]
    fn short(&mut self, caller: Caller, request: Short) -> Option<Short> {
        const DRAINS: MessageInfo = MessageInfo::new(DRAIN, 1, 0);
        if request.info == DRAINS {
            return match self.drain_short(caller, request.words[0]) {
                Drained::Answered => Some(Short::ok(0, [0; REGISTER_WORDS])),
                Drained::Unfinished => None,
            };
        }
        let answer = self.service.short(caller, request)?;
        self.follow_up();
        Some(answer)
    }

    fn signal(&mut self, bits: u64) {
        let rings = self
            .rings
            .iter()
            .fold(0, |all, served| all | served.wake_bits);
        if bits & !rings != 0 {
            self.service.signal(bits & !rings);
        }
        self.work();
    }

    fn client_gone(&mut self, client: Caller) {
        self.free(client);
        self.service.client_gone(client);
        self.work();
    }

    fn fault(&mut self, fault: Fault) -> FaultAnswer {
        let answer = self.service.fault(fault);
        self.work();
        answer
    }
}
