//! A ring service between a client's ring and a service that answers at once or later.

extern crate std;

use core::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::vec::Vec;

use libipc_ring::sync::AtomicU64;
use libipc_ring::{
    Capacity, ClientRing, Closed, Completion, Fault, Layout, Link, Outcome, PeerGone, Polled,
    Request as RingRequest, Waiting, Wake,
};

use weft_abi::{MessageInfo, REGISTER_WORDS};

use super::again::Again;
use super::{CANCEL, DRAIN, RingEnds, RingService};
use crate::objects::Notification;
use crate::{
    CPtr, Caller, Deferral, FaultAnswer, Message, ReplyToken, Request, Service, Short, Spare, label,
};

const WAKE_BITS: u64 = 1 << 9;
const CALLER: Caller = Caller::new(5, 1);
const OTHER: Caller = Caller::new(5, 2);
const NOW: u32 = 0x10_0001;
const LATER: u32 = 0x10_0002;
const LOST: u32 = 0x10_0003;

/// Doubles numbers, at once or when it is signalled.
#[derive(Default)]
struct Doubler {
    waiting: Vec<(ReplyToken, u32)>,
}

impl Service for Doubler {
    fn request(&mut self, request: Request<'_>) {
        assert_eq!(request.caller.client(), CALLER.client());
        let number = u32::from_le_bytes(*request.message.payload().first_chunk().unwrap());
        match request.message.label() {
            NOW => answer(request.message, number),
            LATER => {
                if let Ok(token) = request.deferral.token() {
                    self.waiting.push((token, number));
                }
            }
            _ => {}
        }
    }

    fn signal(&mut self, bits: u64) {
        assert_eq!(bits, 1, "the ring's own bits are not the service's");
        for (token, number) in self.waiting.drain(..).rev() {
            let mut message = Message::new(label::OK);
            answer(&mut message, number);
            token.send(&mut message);
        }
    }

    fn fault(&mut self, _: crate::Fault) -> FaultAnswer {
        FaultAnswer::Stop
    }
}

fn answer(message: &mut Message, number: u32) {
    message.begin(label::OK);
    message.append(&(number * 2).to_le_bytes()).unwrap();
}

struct Nobody;

impl Wake for Nobody {
    fn waiting(&self) -> Waiting {
        Waiting::Drains
    }

    fn kick(&self) {}

    fn wait(&self, _: u64) -> Result<(), PeerGone> {
        Err(PeerGone)
    }
}

/// Every page that was made, so that leak checkers see that they are meant to stay.
static PAGES: Mutex<Vec<&'static [AtomicU64]>> = Mutex::new(Vec::new());

fn page(bytes: usize) -> &'static [AtomicU64] {
    let words: Vec<_> = (0..bytes / 8).map(|_| AtomicU64::new(0)).collect();
    let words = &*words.leak();
    PAGES.lock().unwrap().push(words);
    words
}

fn connected() -> (ClientRing<'static, Nobody>, RingService<Doubler>) {
    let (client, ends) = ring(CALLER);
    (client, RingService::new(Doubler::default()).with(ends))
}

/// Both ends of a client's ring.
fn ring(caller: Caller) -> (ClientRing<'static, Nobody>, RingEnds) {
    let layout = Layout::new(Capacity::new(8).unwrap());
    let (a, b) = (page(layout.client_bytes()), page(layout.server_bytes()));
    let ends = RingEnds {
        pools: super::Pools::default(),
        own: b,
        peer: a,
        kick: Notification::from(CPtr(9)),
        wake_bits: WAKE_BITS,
        caller: Some(caller),
        runs: super::Peer::Beside,
    };
    (ClientRing::new(layout, a, b, Nobody).unwrap(), ends)
}

fn submit(client: &mut ClientRing<'_, Nobody>, op: u32, number: u32) {
    let request = RingRequest::from_bytes(op, &number.to_le_bytes()).unwrap();
    client.submit(&request, number).unwrap();
}

fn done(tag: u32, status: u32, value: u32) -> Result<Polled, libipc_ring::Closed> {
    let outcome = Outcome { status, value };
    Ok(Polled::Completion(Completion { tag, outcome }))
}

static ANSWERED: AtomicU32 = AtomicU32::new(u32::MAX);

/// Makes a drain call; `ANSWERED` holds its label once it is answered later.
fn drain(service: &mut RingService<Doubler>, seen: u64) -> Option<u32> {
    let mut sent = Message::new(DRAIN);
    sent.append(&seen.to_le_bytes()).unwrap();
    let mut message = Message::new(0);
    sent.deliver_to(&mut message);
    let note = |_: u32, message: &mut Message| ANSWERED.store(message.label(), Ordering::Relaxed);
    let mut right = Some(ReplyToken::new(0, note));
    service.request(Request {
        caller: CALLER,
        message: &mut message,
        deferral: Deferral::new(&mut right, Spare::Available),
    });
    right.map(ReplyToken::disarm).map(|()| message.label())
}

/// Tests run side by side, but deferred answers go through statics.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn requests_are_answered_at_once_when_the_ring_is_kicked() {
    let _alone = alone();
    let (mut client, mut service) = connected();
    submit(&mut client, NOW, 3);
    submit(&mut client, LOST, 4);
    assert_eq!(client.poll(), Ok(Polled::Empty));
    service.signal(WAKE_BITS);
    assert_eq!(client.poll(), done(3, label::OK, 6));
    assert_eq!(client.poll(), done(4, label::ABANDONED, 0));
}

#[test]
fn deferred_answers_find_their_rings_while_those_live() {
    let _alone = alone();
    deferred_answers_complete_in_the_order_they_are_given_and_end_a_drain_call();
    a_client_that_is_gone_leaves_nothing_and_the_others_lose_nothing();
    a_chain_waits_for_an_answer_that_is_deferred();
    a_chain_that_waits_goes_with_its_client();
    a_request_that_is_cancelled_is_not_wanted_and_answered_all_the_same();
}

fn cancel(client: &mut ClientRing<'_, Nobody>, id: u32) {
    let request = RingRequest::from_bytes(CANCEL, &id.to_le_bytes()).unwrap();
    client.submit(&request, 99).unwrap();
}

fn a_request_that_is_cancelled_is_not_wanted_and_answered_all_the_same() {
    let (mut client, service) = connected();
    let (mut other, ends) = ring(OTHER);
    let mut service = service.with(ends);
    let first = client.next_id();
    assert_eq!(other.next_id(), first, "identifiers are the ring's own");
    for number in [1, 2] {
        submit(&mut client, LATER, number);
        submit(&mut other, LATER, number);
    }
    service.signal(WAKE_BITS);
    for id in [first + 1, first + 7] {
        cancel(&mut other, id);
        service.signal(WAKE_BITS);
        assert_eq!(other.poll(), done(99, label::OK, 0));
    }
    let kept = service.service_mut().waiting.iter();
    let wanted: Vec<_> = kept.map(|(token, _)| token.is_wanted()).collect();
    assert_eq!(wanted, [true, true, true, false]);
    service.signal(1);
    let not_wanted = other.poll();
    assert_eq!(not_wanted, done(1, label::OK, 2), "its slot was taken");
    assert_eq!(other.poll(), done(2, label::OK, 4));
    for number in 3..7 {
        submit(&mut other, LATER, number);
    }
    service.signal(WAKE_BITS);
    let kept = &service.service_mut().waiting;
    assert!(kept.iter().all(|(token, _)| token.is_wanted()));
    service.signal(1);
    assert_eq!(other.poll(), done(3, label::OK, 6));
}

/// Answers at once, and its client submits again each time, as one on another core can.
struct Restless {
    client: ClientRing<'static, Nobody>,
    /// Every how many requests one begins a chain.
    chains: Option<usize>,
    served: usize,
}

impl Restless {
    /// A service with a client that has submitted, and the label of the ring's drain call.
    fn service(chains: Option<usize>) -> RingService<Self> {
        let (client, ends) = ring(CALLER);
        let mut restless = Self {
            client,
            chains,
            served: 0,
        };
        for _ in 0..4 {
            restless.submit();
        }
        RingService::new(restless).with(ends)
    }

    fn submit(&mut self) {
        let request = RingRequest::from_bytes(NOW, &[1]).unwrap();
        let begins = self.chains.is_some_and(|of| self.served.is_multiple_of(of));
        let request = if begins {
            request.linked(FIRST)
        } else {
            request
        };
        self.client.submit(&request, 1).unwrap();
    }
}

/// How often it submits: more than is served by one event, but not for ever.
const STAMINA: usize = 20_000;

impl Service for Restless {
    fn request(&mut self, request: Request<'_>) {
        request.message.begin(label::OK);
        if request.caller != CALLER {
            return;
        }
        self.served += 1;
        while let Ok(Polled::Completion(_)) = self.client.poll() {}
        if self.served < STAMINA {
            self.submit();
        }
    }
}

static CAME_BACK: AtomicU32 = AtomicU32::new(0);

#[test]
#[cfg_attr(miri, ignore = "takes minutes under Miri")]
fn a_client_that_submits_without_a_pause_leaves_others_their_turn() {
    let _alone = alone();
    for chains in [None, Some(1), Some(7)] {
        let mut service = Restless::service(chains);
        service.again = Again::by(|_, bits| {
            CAME_BACK.fetch_add(1, Ordering::Relaxed);
            assert_eq!(bits, WAKE_BITS);
            Ok(())
        });
        CAME_BACK.store(0, Ordering::Relaxed);
        service.signal(WAKE_BITS);
        let visits = CAME_BACK.load(Ordering::Relaxed);
        let first = service.service_mut().served;
        assert!((4..1_200).contains(&first), "{first} at one time");
        assert_eq!(visits, 1, "the server is to be woken");
        while service.service_mut().served < STAMINA {
            service.signal(WAKE_BITS);
        }
        service.signal(WAKE_BITS);
        let visits = CAME_BACK.load(Ordering::Relaxed);
        service.signal(WAKE_BITS);
        assert_eq!(visits, CAME_BACK.load(Ordering::Relaxed), "it is quiet");
    }
}

#[test]
fn a_client_that_submits_while_it_waits_in_a_call_is_answered_in_the_end() {
    let _alone = alone();
    for chains in [None, Some(1), Some(7)] {
        let mut service = Restless::service(chains);
        let drains = MessageInfo::new(DRAIN, 1, 0);
        let answer = service.short(CALLER, Short::new(drains, [0; REGISTER_WORDS]));
        assert!(answer.is_some());
        let first = service.service_mut().served;
        assert!((4..300).contains(&first), "{first} at one time");
    }
}

#[test]
#[cfg_attr(miri, ignore = "takes minutes, by the ways that shorter tests go too")]
fn a_client_whose_answers_are_deferred_leaves_others_their_places() {
    let _alone = alone();
    let layout = Layout::new(Capacity::new(256).unwrap());
    let regions = [(); 2].map(|()| (page(layout.client_bytes()), page(layout.server_bytes())));
    let mut service = RingService::new(Doubler::default());
    for ((a, b), caller) in regions.iter().zip([CALLER, OTHER]) {
        let mut ends = RingEnds::in_process((b, a), super::Pools::default(), caller);
        ends.wake_bits = WAKE_BITS;
        service.add(ends);
    }
    let [mut greedy, mut modest] =
        regions.map(|(a, b)| ClientRing::new(layout, a, b, Nobody).unwrap());
    for number in 0..256 {
        submit(&mut greedy, LATER, number);
    }
    service.signal(WAKE_BITS);
    let refused = core::iter::from_fn(|| match greedy.poll() {
        Ok(Polled::Completion(completion)) => Some(completion.outcome.status),
        _ => None,
    });
    assert_eq!(refused.collect::<Vec<_>>(), [label::ABANDONED; 32]);
    for number in 0..33 {
        submit(&mut modest, LATER, number);
    }
    service.signal(WAKE_BITS);
    assert_eq!(
        modest.poll(),
        done(32, label::ABANDONED, 0),
        "all are in use"
    );
    service.client_gone(CALLER);
    service.signal(1);
    for number in 0..32 {
        assert_eq!(modest.poll(), done(number, label::OK, number * 2));
    }
    for number in 0..256 {
        submit(&mut modest, LATER, number);
    }
    service.signal(WAKE_BITS);
    assert_eq!(
        modest.poll(),
        Ok(Polled::Empty),
        "who is alone can have all"
    );
    service.signal(1);
    assert_eq!(modest.outstanding(), 256);
}

const FIRST: Link = Link {
    first: true,
    after_success: false,
    target: None,
};

fn to(target: u8) -> Link {
    Link {
        target: Some(target),
        ..Link::default()
    }
}

fn link(client: &mut ClientRing<'_, Nobody>, op: u32, number: u32, link: Link) {
    let request = RingRequest::from_bytes(op, &number.to_le_bytes()).unwrap();
    client.submit(&request.linked(link), number).unwrap();
}

#[test]
fn what_a_request_returns_is_given_to_those_that_name_it() {
    let _alone = alone();
    let (mut client, mut service) = connected();
    assert!(client.knows_chains());
    link(&mut client, NOW, 3, FIRST);
    link(&mut client, NOW, 0, to(0));
    submit(&mut client, NOW, 50);
    link(&mut client, NOW, 1, to(1));
    service.signal(WAKE_BITS);
    assert_eq!(client.poll(), done(3, label::OK, 6));
    assert_eq!(client.poll(), done(0, label::OK, 12));
    assert_eq!(client.poll(), done(50, label::OK, 100), "it is in between");
    assert_eq!(client.poll(), done(1, label::OK, 24));
}

#[test]
fn a_failure_skips_what_depends_on_it() {
    let _alone = alone();
    let (mut client, mut service) = connected();
    let after = Link {
        after_success: true,
        ..Link::default()
    };
    link(&mut client, NOW, 3, FIRST);
    link(&mut client, LOST, 4, Link::default());
    link(&mut client, NOW, 5, to(1));
    link(&mut client, NOW, 6, after);
    link(&mut client, NOW, 0, to(0));
    service.signal(WAKE_BITS);
    assert_eq!(client.poll(), done(3, label::OK, 6));
    assert_eq!(client.poll(), done(4, label::ABANDONED, 0));
    assert_eq!(client.poll(), done(5, label::SKIPPED, 0));
    assert_eq!(client.poll(), done(6, label::SKIPPED, 0));
    assert_eq!(client.poll(), done(0, label::OK, 12));
}

#[test]
fn a_chain_that_cannot_be_closes_its_ring_and_no_other() {
    let _alone = alone();
    for (first, second) in [
        (Link::default(), FIRST),
        (to(0), FIRST),
        (FIRST, to(1)),
        (FIRST, to(200)),
    ] {
        let (mut client, service) = connected();
        let (mut other, ends) = ring(OTHER);
        let mut service = service.with(ends);
        link(&mut client, NOW, 1, first);
        link(&mut client, NOW, 2, second);
        submit(&mut other, NOW, 4);
        service.signal(WAKE_BITS);
        let mut closed = client.poll();
        if closed == done(1, label::OK, 2) {
            closed = client.poll();
        }
        let reason = Fault::ForgedChain as u32;
        assert_eq!(closed, Err(Closed::ByPeer(reason)));
        assert_eq!(other.poll(), done(4, label::OK, 8));
    }
}

fn a_chain_waits_for_an_answer_that_is_deferred() {
    let (mut client, service) = connected();
    let (mut other, ends) = ring(OTHER);
    let mut service = service.with(ends);
    link(&mut client, LATER, 1, FIRST);
    link(&mut client, NOW, 0, to(0));
    submit(&mut client, NOW, 7);
    submit(&mut other, NOW, 4);
    service.signal(WAKE_BITS);
    assert_eq!(client.poll(), Ok(Polled::Empty));
    assert_eq!(drain(&mut service, 0), None, "the client is to wait");
    assert_eq!(other.poll(), done(4, label::OK, 8), "others go on");
    service.signal(1);
    assert_eq!(client.poll(), done(1, label::OK, 2));
    assert_eq!(client.poll(), done(0, label::OK, 4));
    assert_eq!(client.poll(), done(7, label::OK, 14), "it came behind");
    service.client_gone(CALLER);
}

fn a_chain_that_waits_goes_with_its_client() {
    let (mut client, mut service) = connected();
    link(&mut client, LATER, 1, FIRST);
    link(&mut client, NOW, 0, to(0));
    service.signal(WAKE_BITS);
    service.client_gone(CALLER);
    service.signal(1);
    assert_eq!(client.poll(), Ok(Polled::Empty));
}

fn a_client_that_is_gone_leaves_nothing_and_the_others_lose_nothing() {
    let (mut client, service) = connected();
    let (mut other, ends) = ring(OTHER);
    let mut service = service.with(ends);
    submit(&mut client, LATER, 1);
    submit(&mut other, LATER, 2);
    assert_eq!(drain(&mut service, 0), None);
    ANSWERED.store(u32::MAX, Ordering::Relaxed);
    service.client_gone(CALLER);
    assert_eq!(
        ANSWERED.load(Ordering::Relaxed),
        label::ABANDONED,
        "what it waited with is free"
    );
    submit(&mut client, NOW, 3);
    service.signal(WAKE_BITS | 1);
    assert_eq!(client.poll(), Ok(Polled::Empty), "nobody looks at its ring");
    assert_eq!(other.poll(), done(2, label::OK, 4));
    assert_eq!(drain(&mut service, 0), Some(label::WRONG_INTERFACE));
    for number in 0..2 * super::MAX_RINGS as u32 {
        let (_, ends) = ring(Caller::new(5, number as u8));
        service = service.with(ends);
        service.client_gone(Caller::new(5, number as u8));
    }
}

fn deferred_answers_complete_in_the_order_they_are_given_and_end_a_drain_call() {
    let (mut client, mut service) = connected();
    submit(&mut client, LATER, 1);
    submit(&mut client, LATER, 2);
    assert_eq!(drain(&mut service, 0), None, "nothing is completed yet");
    assert_eq!(client.poll(), Ok(Polled::Empty));
    service.signal(WAKE_BITS | 1);
    assert_eq!(ANSWERED.load(Ordering::Relaxed), label::OK);
    assert_eq!(client.poll(), done(1, label::OK, 2));
    assert_eq!(client.poll(), done(2, label::OK, 4));
    assert_eq!(
        drain(&mut service, 0),
        Some(label::OK),
        "the client has missed completions"
    );
}

#[test]
fn a_ring_that_is_closed_keeps_nobody_waiting() {
    const SECOND_REQUEST: usize = 16 + 2 * 8;
    let _alone = alone();
    let (mut client, ends) = ring(CALLER);
    let words = ends.peer;
    let mut service = RingService::new(Doubler::default()).with(ends);
    submit(&mut client, LATER, 1);
    assert_eq!(drain(&mut service, 0), None, "it waits");
    ANSWERED.store(u32::MAX, Ordering::Relaxed);
    words[SECOND_REQUEST].store(u64::MAX, Ordering::Relaxed);
    service.signal(WAKE_BITS);
    assert_eq!(ANSWERED.load(Ordering::Relaxed), label::OK, "it is told");
    let code = Fault::ForgedSequence as u32;
    assert_eq!(client.poll(), Err(Closed::ByPeer(code)));
    assert_eq!(drain(&mut service, 0), Some(label::OK), "and never waits");
    service.signal(1);
}

#[test]
fn a_ring_that_its_client_has_closed_keeps_no_server_awake() {
    let _alone = alone();
    let (mut client, mut service) = connected();
    service.again = Again::by(|_, _| panic!("there is nothing to come back for"));
    let _why = client.close(Fault::Content);
    for _ in 0..3 {
        service.signal(WAKE_BITS);
    }
}

#[test]
fn a_call_of_a_client_takes_what_is_in_its_own_ring() {
    let _alone = alone();
    let ((mut other, others), (mut client, ends)) = (ring(OTHER), ring(CALLER));
    let service = RingService::new(Doubler::default());
    let mut service = service.with(others).with(ends);
    submit(&mut other, NOW, 2);
    submit(&mut client, NOW, 3);
    let drains = MessageInfo::new(DRAIN, 1, 0);
    let answer = service.short(CALLER, Short::new(drains, [0; REGISTER_WORDS]));
    assert!(answer.is_some());
    assert_eq!(client.poll(), done(3, label::OK, 6));
    assert_eq!(other.poll(), Ok(Polled::Empty));
}

/// Answers with the number that it is asked for, whoever asks.
struct Echo;

impl Service for Echo {
    fn request(&mut self, request: Request<'_>) {
        let number = request.message.payload().first_chunk().copied();
        answer(
            request.message,
            u32::from_le_bytes(number.unwrap_or_default()) / 2,
        );
    }

    fn fault(&mut self, _: crate::Fault) -> FaultAnswer {
        FaultAnswer::Stop
    }
}

/// Random numbers (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16) % limit
    }

    /// A word that comes near what an honest client writes in these places, or any.
    fn word(&mut self) -> u64 {
        const EPOCH: u64 = (1 << 48) + (1 << 24);
        match self.below(4) {
            0 => self.below(8),
            1 => self.below(3) * EPOCH + self.below(20),
            2 => 1 << self.below(24) | self.below(8),
            _ => self.below(1 << 48) << 16 | self.below(1 << 16),
        }
    }
}

#[test]
fn a_hostile_client_delays_no_other_one_for_a_million_steps() {
    const STEPS: u32 = if cfg!(miri) { 50 } else { 1_000_000 };
    const LONGEST: u64 = if cfg!(miri) { 25 } else { 400 };
    const BATCH: u32 = 3;
    const FIRST_REQUEST: u64 = 16;
    let _alone = alone();
    let layout = Layout::new(Capacity::new(8).unwrap());
    let pages = [(); 2].map(|()| (page(layout.client_bytes()), page(layout.server_bytes())));
    let mut random = Random(0x5eed);
    let (mut steps, mut closed, mut flooded) = (0, 0, 0_u64);
    while steps < STEPS {
        for word in pages.iter().flat_map(|(a, b)| a.iter().chain(b.iter())) {
            word.store(0, Ordering::Relaxed);
        }
        let ends = |(client, server), caller, wake_bits| RingEnds {
            pools: super::Pools::default(),
            own: server,
            peer: client,
            kick: Notification::from(CPtr(9)),
            wake_bits,
            caller: Some(caller),
            runs: super::Peer::Beside,
        };
        // The hostile one has its turn first.
        let hostile = pages[1].0;
        let mut service = RingService::new(Echo)
            .with(ends(pages[1], OTHER, WAKE_BITS << 1))
            .with(ends(pages[0], CALLER, WAKE_BITS));
        let mut honest = ClientRing::new(layout, pages[0].0, pages[0].1, Nobody).unwrap();
        let mut sequence = (1 << 48) + (1 << 24);
        for _ in 0..random.below(LONGEST) {
            steps += 1;
            if random.below(3) == 0 {
                // A flood of what it may ask.
                for _ in 0..8 {
                    sequence += 1;
                    let slot = (FIRST_REQUEST + sequence % 8 * 8) as usize;
                    hostile[slot + 1].store(1, Ordering::Relaxed);
                    hostile[slot].store(sequence, Ordering::Relaxed);
                }
                flooded += 1;
            } else if random.below(6) == 0 {
                let at = random.below(hostile.len() as u64) as usize;
                hostile[at].store(random.word(), Ordering::Relaxed);
            }
            for number in 0..BATCH {
                let number = (steps.wrapping_mul(BATCH) + number) & !1;
                submit(&mut honest, NOW, number);
            }
            honest.flush();
            service.signal(WAKE_BITS | WAKE_BITS << 1);
            for number in 0..BATCH {
                let number = (steps.wrapping_mul(BATCH) + number) & !1;
                assert_eq!(honest.poll(), done(number, 0, number), "step {steps}");
            }
        }
        closed += u32::from(hostile_is_closed(pages[1].1));
    }
    let answered = steps * BATCH;
    std::println!(
        "{steps} steps, {flooded} floods, {closed} rings closed: {answered} requests beside it answered in their step"
    );
    // Miri takes too few steps to be sure.
    assert!(
        cfg!(miri) || closed > STEPS / 4000 && flooded > u64::from(STEPS) / 10,
        "{closed} {flooded}"
    );
}

/// Whether a server has closed a ring: its state says why.
fn hostile_is_closed(server: &[AtomicU64]) -> bool {
    const STATE: usize = 8;
    server[STATE].load(Ordering::Relaxed) & 0xff != 0
}
