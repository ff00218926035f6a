//! A ring service with a client on another core.

extern crate std;

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::vec::Vec;

use libipc_ring::sync::AtomicU64;
use libipc_ring::{
    Capacity, ClientRing, Completion, Layout, Outcome, PeerGone, Polled, WINDOW, Waiting, Wake,
};

use weft_abi::{MessageInfo, REGISTER_WORDS};

use super::again::Again;
use super::server::{REQUEST, STAY};
use super::{ClientWake, DRAIN, Peer, Pools, RingEnds, RingRequest, RingService};
use crate::objects::Notification;
use crate::{CPtr, Caller, Connection, FaultAnswer, Request, Service, Short, label};

const WAKE_BITS: u64 = 1 << 9;
const CALLER: Caller = Caller::new(5, 1);
const DOUBLE: u32 = 0x10_0001;

/// Every page that was made, so that leak checkers see that they are meant to stay.
static PAGES: Mutex<Vec<&'static [AtomicU64]>> = Mutex::new(Vec::new());

fn page(bytes: usize) -> &'static [AtomicU64] {
    let words: Vec<_> = (0..bytes / 8).map(|_| AtomicU64::new(0)).collect();
    let words = &*words.leak();
    PAGES.lock().unwrap().push(words);
    words
}

/// Both ends of a ring between two cores.
fn ring<W: Wake>(slots: usize, wake: W) -> (ClientRing<'static, W>, RingEnds) {
    let layout = Layout::new(Capacity::new(slots).unwrap());
    let (a, b) = (page(layout.client_bytes()), page(layout.server_bytes()));
    let mut ends = RingEnds::in_process((b, a), Pools::default(), CALLER);
    ends.wake_bits = WAKE_BITS;
    let client = ClientRing::new(layout, a, b, wake).unwrap();
    (client, ends.with_peer(Peer::Apart))
}

fn double(number: u32) -> RingRequest {
    RingRequest::from_bytes(DOUBLE, &number.to_le_bytes()).unwrap()
}

/// Doubles numbers.
struct Doubler;

fn doubled(request: Short) -> Option<Short> {
    let [number, ..] = request.words;
    let mut words = [0; REGISTER_WORDS];
    words[0] = number * 2;
    (request.info.label() == DOUBLE).then(|| Short::ok(1, words))
}

impl Service for Doubler {
    fn request(&mut self, request: Request<'_>) {
        request.message.begin(label::WRONG_INTERFACE);
    }

    fn short(&mut self, _: Caller, request: Short) -> Option<Short> {
        doubled(request)
    }

    fn fault(&mut self, _: crate::Fault) -> FaultAnswer {
        FaultAnswer::Stop
    }
}

/// Counts how often it is asked to kick; never waits.
struct Kicks<'a>(&'a AtomicU32);

impl Wake for Kicks<'_> {
    fn waiting(&self) -> Waiting {
        Waiting::Apart
    }

    fn kick(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    fn wait(&self, _: u64) -> Result<(), PeerGone> {
        Err(PeerGone)
    }
}

#[test]
fn a_service_that_has_looked_in_vain_asks_to_be_woken() {
    let kicks = AtomicU32::new(0);
    let (mut client, ends) = ring(8, Kicks(&kicks));
    let mut service = RingService::new(Doubler).with(ends);
    service.start();
    for number in 1..=40 {
        client.submit(&double(number), number).unwrap();
        client.flush();
        assert_eq!(kicks.load(Relaxed), number, "whether it looks or not");
        service.signal(WAKE_BITS);
        let (status, value) = (label::OK, number * 2);
        let done = Completion {
            tag: number,
            outcome: Outcome { status, value },
        };
        assert_eq!(client.poll(), Ok(Polled::Completion(done)));
    }
}

/// Answers, and its client submits a batch again as soon as it is answered, as one on another core does.
struct Busy<'a> {
    client: ClientRing<'static, Kicks<'a>>,
    served: u32,
    batch: u32,
}

const STAMINA: u32 = 20_000;

impl Busy<'_> {
    fn submit(&mut self) {
        for _ in 0..self.batch {
            self.client.submit(&double(1), 0).unwrap();
        }
        self.client.flush();
    }
}

impl Service for Busy<'_> {
    fn request(&mut self, request: Request<'_>) {
        request.message.begin(label::WRONG_INTERFACE);
    }

    fn short(&mut self, _: Caller, request: Short) -> Option<Short> {
        self.served += 1;
        if self.served.is_multiple_of(self.batch) && self.served < STAMINA {
            self.client.poll_all(|_| {}).unwrap();
            self.submit();
        }
        doubled(request)
    }

    fn fault(&mut self, _: crate::Fault) -> FaultAnswer {
        FaultAnswer::Stop
    }
}

static CAME_BACK: AtomicU32 = AtomicU32::new(0);

#[test]
#[cfg_attr(miri, ignore = "takes minutes under Miri")]
fn a_service_stays_at_the_ring_while_it_finds_something_and_kicks_are_not_needed() {
    static KICKS: AtomicU32 = AtomicU32::new(0);
    const SLOTS: u64 = 8;
    for batch in [1, 4] {
        let (client, ends) = ring(SLOTS as usize, Kicks(&KICKS));
        let busy = Busy {
            client,
            served: 0,
            batch,
        };
        let mut service = RingService::new(busy).with(ends);
        service.start();
        service.again = Again::by(|_, _| {
            CAME_BACK.fetch_add(1, Relaxed);
            Ok(())
        });
        service.service_mut().submit();
        KICKS.store(0, Relaxed);
        CAME_BACK.store(0, Relaxed);
        service.signal(WAKE_BITS);
        let first = u64::from(service.service_mut().served);
        // A visit takes as much as the ring holds, and is made with the first look. There are five that are not looked for.
        let expected = STAY / (SLOTS * REQUEST + 1) * SLOTS;
        assert!(
            (expected..=expected + 5 * SLOTS).contains(&first),
            "{first}"
        );
        assert_eq!(CAME_BACK.load(Relaxed), 1, "others have their turn");
        let kicks = KICKS.load(Relaxed);
        assert!(kicks <= 4, "{kicks}: once for each time that it is armed");
    }
}

#[test]
fn no_request_is_carried_to_another_core_by_a_call() {
    let wake = ClientWake::new(Notification::from(CPtr(1)), Connection::permanent(CPtr(2)));
    assert!(wake.carry(&double(1)).is_some(), "the call is refused here");
    let wake = wake.with_peer(Peer::Apart);
    assert!(wake.carry(&double(1)).is_none());
    assert_eq!(wake.waiting(), Waiting::Apart);
}

/// What a client and its server share besides the ring, where each is a thread.
#[derive(Default)]
struct Desk {
    visits: Mutex<Visits>,
    changed: Condvar,
}

#[derive(Default)]
struct Visits {
    kicked: bool,
    /// A drain call, with what its client has seen.
    call: Option<u64>,
    over: bool,
}

#[derive(Clone)]
struct ToDesk(Arc<Desk>);

impl Wake for ToDesk {
    fn waiting(&self) -> Waiting {
        Waiting::Apart
    }

    fn kick(&self) {
        self.0.visits.lock().unwrap().kicked = true;
        self.0.changed.notify_all();
    }

    fn wait(&self, seen: u64) -> Result<(), PeerGone> {
        let mut visits = self.0.visits.lock().unwrap();
        visits.call = Some(seen);
        self.0.changed.notify_all();
        while visits.call.is_some() {
            visits = self.0.changed.wait(visits).unwrap();
        }
        Ok(())
    }
}

/// A server's loop, which is told of kicks and calls at its desk.
fn serve(desk: &Desk, mut service: RingService<Doubler>) {
    service.start();
    loop {
        let mut visits = desk.visits.lock().unwrap();
        while !visits.kicked && visits.call.is_none() {
            if visits.over {
                return;
            }
            visits = desk.changed.wait(visits).unwrap();
        }
        let (kicked, call) = (core::mem::take(&mut visits.kicked), visits.call);
        drop(visits);
        if kicked {
            service.signal(WAKE_BITS);
        }
        if let Some(seen) = call {
            let drains = MessageInfo::new(DRAIN, 1, 0);
            // Nothing is deferred here: what it waits for is there, or was before it called.
            let _ = service.short(CALLER, Short::new(drains, [seen, 0, 0, 0, 0, 0]));
            desk.visits.lock().unwrap().call = None;
            desk.changed.notify_all();
        }
    }
}

#[test]
fn two_threads_exchange_batches_and_pauses_and_nothing_is_lost() {
    const BATCHES: u32 = if cfg!(miri) { 8 } else { 3_000 };
    let desk = Arc::new(Desk::default());
    let (mut client, ends) = ring(8, ToDesk(desk.clone()));
    let at = desk.clone();
    let server = thread::spawn(move || serve(&at, RingService::new(Doubler).with(ends)));
    let mut outcomes = [Outcome::default(); 20];
    for batch in 0..BATCHES {
        let count = 1 + batch as usize % outcomes.len();
        let requests: Vec<_> = (0..count as u32).map(|n| double(batch + n)).collect();
        client.run(&requests, &mut outcomes).unwrap();
        for (number, outcome) in (batch..).zip(&outcomes[..count]) {
            assert_eq!((outcome.status, outcome.value), (label::OK, number * 2));
        }
        if batch % 64 == 0 {
            // Long enough for the server to fall asleep.
            (0..WINDOW * 8).for_each(|_| thread::yield_now());
        }
    }
    desk.visits.lock().unwrap().over = true;
    desk.changed.notify_all();
    server.join().unwrap();
}
