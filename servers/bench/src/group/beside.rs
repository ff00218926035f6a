//! Rings: what a server executes for one client while others keep it as busy as they may, and while they do what no honest
//! client does.
//!
//! The ends of all rings are in this process, and one event of the server is measured: what it takes to answer everything that is
//! there. A client's throughput is its share of that, so as far as the event grows it shrinks. Both times the others' rings are full, each
//! wants to be woken, and the server has their turn before the one's that counts.

use alloc::boxed::Box;
use core::cell::RefCell;

use bench::figure::{Figure, RING_BESIDE_BUSY, RING_BESIDE_FLOODING, RING_BESIDE_FORGING};
use bench::report::Report;
use bench::samples::Batch;
use libipc::ring::{MAX_RINGS, Peer, Polled, Pools, RingEnds, RingRequest, RingService, Untrusted};
use libipc::{Caller, Fault, FaultAnswer, Refusal, Request, Service};
use libipc_ring::sync::{AtomicU64, Ordering};
use libipc_ring::{Capacity, ClientRing, Layout, Link};
use proto::bench_ring;

use super::Group;
use super::rings::{Awake, words};
use crate::check::{Outcome, done};
use crate::meter::{Operation, measure};
use crate::stage::Stage;

/// One client among as many others as a server can have.
pub(crate) const OTHERS: Group = Group {
    figures: &[RING_BESIDE_BUSY, RING_BESIDE_FORGING, RING_BESIDE_FLOODING],
    run: beside,
};

/// Requests that a ring holds.
const SLOTS: u32 = 32;
/// Requests of the client that counts, at a time.
const OWN: u32 = 8;
/// Bytes that a request hands over, from where its number says.
const POOL: u32 = 4096;

/// A server whose methods are not answered from registers, as those are not that bring bytes or capabilities.
struct Full(bench_ring::Dispatcher<Sums>);

/// A server that looks at the first and the last word of what it is handed: about the least that one does.
struct Sums(Words);

impl bench_ring::Server for Sums {
    fn touch(&mut self, _: Caller, _: u64) {}

    fn take(&mut self, _: Caller, offset: u32, length: u32) -> Result<u32, bench_ring::Error> {
        let pool = Untrusted::new(self.0);
        let last = offset
            .wrapping_add(length)
            .wrapping_sub(size_of::<u32>() as u32);
        let word = |at: u32| {
            let word = pool.number_at(at as usize);
            word.map_err(|_| bench_ring::Error::OutOfPool)
        };
        Ok(word(offset)?.wrapping_add(word(last)?))
    }

    fn send(&mut self, _: Caller, _: &[u8]) {}

    fn piece(&mut self, _: Caller, _: u64, _: u64, _: u64, _: u64, _: u64) {}

    fn pooled(&mut self, _: Caller, _: u32, _: u32) -> Result<(), bench_ring::Error> {
        Ok(())
    }
}

impl Service for Full {
    fn request(&mut self, request: Request<'_>) {
        self.0.request(request);
    }

    fn fault(&mut self, fault: Fault) -> FaultAnswer {
        self.0.fault(fault)
    }
}

type Words = &'static [AtomicU64];
type Client = ClientRing<'static, Awake>;

/// What the others do besides filling their rings, in turn.
type Malice = &'static [fn(&mut Hostile)];

/// Nothing.
const BUSY: Malice = &[|_| {}];
/// What closes their rings sooner or later.
const FORGING: Malice = &[
    Hostile::forges_a_sequence,
    Hostile::lies_about_a_length,
    Hostile::names_a_later_request,
    Hostile::claims_to_be_closed,
];
/// What is refused, each request by itself, for as long as they like.
const FLOODING: Malice = &[
    Hostile::asks_for_unknown_methods,
    Hostile::sends_what_is_no_argument,
];

/// The pages of a client that keeps to no rule, after it has filled its ring.
struct Hostile {
    page: Words,
    random: u64,
}

impl Hostile {
    /// A number (xorshift64).
    fn number(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }

    /// Writes a word of a request, from 0: sequence; operation, link and length; arguments.
    fn write(&self, request: u32, word: usize, value: u64) {
        const FIRST: usize = 16;
        const WORDS: usize = 8;
        let slot = (request + 1) % SLOTS;
        if let Some(place) = self.page.get(FIRST + slot as usize * WORDS + word) {
            place.store(value, Ordering::Relaxed);
        }
    }

    fn each(&mut self, word: usize, make: impl Fn(u64) -> u64) {
        for request in 0..SLOTS {
            let value = make(self.number());
            self.write(request, word, value);
        }
    }

    fn forges_a_sequence(&mut self) {
        let (request, sequence) = (self.number() as u32 % SLOTS, self.number());
        self.write(request, 0, sequence);
    }

    fn lies_about_a_length(&mut self) {
        let (request, length) = (self.number() as u32 % SLOTS, self.number() | 6);
        self.write(request, 1, length);
    }

    fn names_a_later_request(&mut self) {
        let target = Some(self.number() as u8 | 128);
        let link = Link {
            first: true,
            target,
            ..Link::default()
        };
        let request = RingRequest::default().linked(link);
        let place = self.number() as u32 % SLOTS;
        self.write(place, 1, request.words.into());
    }

    fn claims_to_be_closed(&mut self) {
        const STATE: usize = 8;
        let state = self.number();
        if let Some(word) = self.page.get(STATE) {
            word.store(state, Ordering::Relaxed);
        }
    }

    fn asks_for_unknown_methods(&mut self) {
        self.each(1, |number| (number & !0xffff_ffff) | 5);
    }

    fn sends_what_is_no_argument(&mut self) {
        let label = u64::from(bench_ring::labels::TAKE) << 32;
        self.each(1, |number| label | (2 + number % 4));
    }
}

/// The pages of all rings.
struct Rings {
    layout: Layout,
    pages: [(Words, Words); MAX_RINGS],
    /// What requests are about.
    pool: Words,
    random: u64,
}

/// What one event is to do: everything there is.
struct Event {
    service: Box<RingService<Full>>,
    own: Client,
}

fn submit(client: &mut Client, count: u32) -> Outcome {
    for number in 0..count {
        let request = done("a request", bench_ring::take_request(number, POOL))?;
        done("submitting", client.submit(&request, number))?;
    }
    Ok(())
}

impl Rings {
    fn new() -> Option<Self> {
        let layout = Layout::new(Capacity::new(SLOTS as usize)?);
        let page = || (words(layout.client_bytes()), words(layout.server_bytes()));
        Some(Self {
            layout,
            pages: core::array::from_fn(|_| page()),
            pool: words(2 * POOL as usize),
            random: 0x5eed,
        })
    }

    /// All clients have submitted. A ring that was closed is a new one again.
    fn event(&mut self, malice: Malice) -> Outcome<Event> {
        for word in self
            .pages
            .iter()
            .flat_map(|(a, b)| a.iter().chain(b.iter()))
        {
            word.store(0, Ordering::Relaxed);
        }
        let mut service = Box::new(RingService::new(Full(bench_ring::Dispatcher(Sums(
            self.pool,
        )))));
        let [own, rest @ ..] = self.pages;
        for (number, (page, peer)) in (1..).zip(rest.into_iter().chain([own])) {
            let caller = Caller::new(number, 0);
            let ends = RingEnds::in_process((peer, page), Pools::default(), caller);
            service.add(ends.with_peer(Peer::Beside));
        }
        for ((page, peer), does) in rest.into_iter().zip(malice.iter().cycle()) {
            let mut client = self.client((page, peer))?;
            submit(&mut client, SLOTS)?;
            client.arm();
            let random = self.random;
            let mut hostile = Hostile { page, random };
            does(&mut hostile);
            self.random = hostile.random;
        }
        let mut own = self.client(own)?;
        submit(&mut own, OWN)?;
        Ok(Event { service, own })
    }

    fn client(&self, (page, peer): (Words, Words)) -> Outcome<Client> {
        let client = ClientRing::new(self.layout, page, peer, Awake);
        client.ok_or_else(|| "there is no ring".into())
    }
}

impl Event {
    /// The client that counts has all its answers.
    fn check(mut self) -> Outcome {
        for _ in 0..OWN {
            match done("polling", self.own.poll())? {
                Polled::Completion(completion) if completion.outcome.status == 0 => {}
                other => return Err(alloc::format!("no answer but {other:?}")),
            }
        }
        Ok(())
    }
}

fn beside(stage: &mut Stage, report: &mut Report) -> Outcome {
    let mut rings = Rings::new().ok_or("there is no ring")?;
    for (figure, malice) in [
        (RING_BESIDE_BUSY, BUSY),
        (RING_BESIDE_FORGING, FORGING),
        (RING_BESIDE_FLOODING, FLOODING),
    ] {
        event(stage, &mut rings, (figure, malice), report)?;
    }
    Ok(())
}

fn event(
    stage: &mut Stage,
    rings: &mut Rings,
    (figure, malice): (Figure, Malice),
    report: &mut Report,
) -> Outcome {
    let operation = Operation {
        before: |_: &mut Stage| Ok(RefCell::new(rings.event(malice)?)),
        run: |event: &RefCell<Event>| {
            event.borrow_mut().service.start();
            Ok::<_, Refusal>(())
        },
        after: |_: &mut Stage, event: RefCell<Event>, ()| event.into_inner().check(),
    };
    let batch = Batch::new(OWN).ok_or("no requests")?;
    measure(stage, operation, (figure, batch), report)
}
