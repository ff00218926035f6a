//! The ring under the model checker: every interleaving and every allowed reordering of small
//! conversations. Run with `RUSTFLAGS="--cfg loom" cargo test -p libipc-ring --release --test loom`.
//! Threads are preempted at most three times; `LOOM_MAX_PREEMPTIONS` sets another number.
//!
//! A lost wake-up shows as a deadlock, a torn or reused slot as a wrong word.
#![cfg(loom)]

use std::cell::RefCell;

use libipc_ring::sync::{AtomicU64, Ordering};
use libipc_ring::{
    Arming, Capacity, ClientRing, Closed, Fault, Layout, Looks, Outcome, PeerGone, Polled,
    Prospect, Request, ServerRing, Source, Waiting, Wake, doze,
};
use loom::sync::{Arc, Condvar, Mutex};
use loom::thread;

/// A sticky bell.
#[derive(Default)]
struct Bell {
    rung: Mutex<Rung>,
    changed: Condvar,
}

#[derive(Default, PartialEq)]
enum Rung {
    #[default]
    No,
    Yes,
}

impl Bell {
    fn wait(&self) {
        let mut rung = self.rung.lock().expect("model");
        while *rung == Rung::No {
            rung = self.changed.wait(rung).expect("model");
        }
        *rung = Rung::No;
    }
}

struct Bells {
    peer: Arc<Bell>,
    own: Arc<Bell>,
}

impl Wake for Bells {
    fn kick(&self) {
        *self.peer.rung.lock().expect("model") = Rung::Yes;
        self.peer.changed.notify_one();
    }

    fn wait(&self, _: u64) -> Result<(), PeerGone> {
        self.own.wait();
        Ok(())
    }
}

type Words = &'static [AtomicU64];

fn words(bytes: usize) -> Words {
    (0..bytes / 8)
        .map(|_| AtomicU64::new(0))
        .collect::<Vec<_>>()
        .leak()
}

type Client = ClientRing<'static, Bells>;
type Server = ServerRing<'static, Bells>;

/// A client, and how to start its server, more than once.
fn ring(slots: usize) -> (Client, impl Fn() -> Server) {
    let layout = Layout::new(Capacity::new(slots).expect("power of two"));
    let (a, b) = (words(layout.client_bytes()), words(layout.server_bytes()));
    let (left, right) = (Arc::new(Bell::default()), Arc::new(Bell::default()));
    let client_bells = Bells {
        peer: right.clone(),
        own: left.clone(),
    };
    let client = ClientRing::new(layout, a, b, client_bells).expect("regions fit");
    let start = move || {
        let bells = Bells {
            peer: left.clone(),
            own: right.clone(),
        };
        ServerRing::new(layout, b, a, bells).expect("regions fit")
    };
    (client, start)
}

fn request(number: u32) -> Request {
    let word = u64::from(number) + 1;
    Request {
        op: number,
        words: 5,
        inline: [word; 5],
    }
}

/// Serves `count` requests, each of which must be whole and in order.
fn serve(mut server: Server, count: u32) {
    for number in 0..count {
        let taken = server.wait().expect("an honest client");
        assert_eq!(taken.request, request(number), "torn or reused slot");
        server.complete(
            taken.token,
            Outcome {
                status: 0,
                value: number + 7,
            },
        );
    }
    server.flush();
}

/// Makes a server take a request and complete it, without waiting.
fn answer_one(server: &mut Server) {
    let taken = server.take().expect("an honest client").expect("submitted");
    server.complete(
        taken.token,
        Outcome {
            status: 0,
            value: taken.request.op + 7,
        },
    );
}

fn expect(client: &mut Client, number: u32) {
    match client.wait() {
        Ok(Polled::Completion(done)) => {
            assert_eq!((done.tag, done.outcome.value), (number, number + 7));
        }
        other => panic!("{other:?}"),
    }
}

fn model(run: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound.get_or_insert(3);
    builder.check(run);
}

#[test]
fn no_wake_up_is_lost_on_either_side() {
    model(|| {
        let (mut client, start) = ring(1);
        let server = start();
        let peer = thread::spawn(move || serve(server, 1));
        client.submit(&request(0), 0).expect("room");
        expect(&mut client, 0);
        peer.join().expect("served");
    });
}

#[test]
fn whoever_closes_wakes_the_peer_that_waits() {
    model(|| {
        let (mut client, start) = ring(1);
        let mut server = start();
        let peer = thread::spawn(move || server.wait().expect_err("nothing was submitted"));
        client.close(Fault::ForgedSequence);
        let closed = Closed::ByPeer(Fault::ForgedSequence as u32);
        assert_eq!(peer.join().expect("it waited"), closed);
        let (mut client, start) = ring(1);
        let mut server = start();
        client.submit(&request(0), 0).expect("room");
        let peer = thread::spawn(move || server.close(Fault::ForgedSequence));
        assert_eq!(client.wait(), Err(closed));
        peer.join().expect("closed");
    });
}

#[test]
fn a_slot_is_whole_and_not_reused_before_it_was_copied() {
    model(|| {
        let (mut client, start) = ring(1);
        let server = start();
        let peer = thread::spawn(move || serve(server, 2));
        for number in 0..2 {
            client.submit(&request(number), number).expect("room");
            expect(&mut client, number);
        }
        peer.join().expect("served");
    });
}

/// Serves `count` requests: waits for one, and takes all that came with it.
fn serve_batches(mut server: Server, count: u32) {
    let mut served = 0;
    while served < count {
        let taken = server.wait().expect("an honest client");
        assert_eq!(taken.request, request(served), "torn or reused slot");
        let value = served + 7;
        server.complete(taken.token, Outcome { status: 0, value });
        served += 1;
        let rest = server.serve(|token, asked| {
            assert_eq!(asked, request(served), "torn or reused slot");
            let value = served + 7;
            served += 1;
            Some((token, Outcome { status: 0, value }))
        });
        rest.expect("an honest client");
    }
    server.flush();
}

#[test]
fn batches_are_whole_and_wake_both_sides() {
    model(|| {
        let (mut client, start) = ring(2);
        let server = start();
        let peer = thread::spawn(move || serve_batches(server, 2));
        let mut outcomes = [Outcome::default(); 2];
        let done = client.run(&[request(0), request(1)], &mut outcomes);
        done.expect("an honest server");
        assert_eq!(outcomes.map(|outcome| outcome.value), [7, 8]);
        peer.join().expect("served");
    });
}

#[test]
fn a_batch_of_two_needs_one_flush() {
    model(|| {
        let (mut client, start) = ring(2);
        let server = start();
        let peer = thread::spawn(move || serve(server, 2));
        client.submit(&request(0), 0).expect("room");
        client.submit(&request(1), 1).expect("room");
        expect(&mut client, 0);
        expect(&mut client, 1);
        peer.join().expect("served");
    });
}

#[test]
fn who_waits_for_two_is_woken_though_each_is_announced_by_itself() {
    model(|| {
        let (mut client, start) = ring(2);
        let mut server = start();
        client.submit(&request(0), 0).expect("room");
        client.submit(&request(1), 1).expect("room");
        let peer = thread::spawn(move || {
            answer_one(&mut server);
            server.flush();
            answer_one(&mut server);
            server.flush();
        });
        let mut left = 2;
        while left != 0 {
            let found = client.wait_for(left);
            assert!(matches!(found, Ok(Polled::Completion(_))), "{found:?}");
            left -= 1;
            client.poll_all(|_| left -= 1).expect("an honest server");
        }
        peer.join().expect("served");
    });
}

#[test]
fn a_server_that_starts_late_wakes_a_waiting_client() {
    model(|| {
        let (mut client, start) = ring(1);
        let peer = thread::spawn(move || serve(start(), 1));
        client.submit(&request(0), 0).expect("room");
        expect(&mut client, 0);
        peer.join().expect("served");
    });
}

#[test]
fn a_successor_is_not_mistaken_for_the_server_that_died() {
    model(|| {
        let (mut client, start) = ring(1);
        let mut first = start();
        client.submit(&request(0), 0).expect("room");
        answer_one(&mut first);
        expect(&mut client, 0);
        client.submit(&request(1), 1).expect("room");
        let peer = thread::spawn(move || serve(start(), 1));
        assert_eq!(client.wait(), Ok(Polled::Restarted));
        client.submit(&request(0), 0).expect("room");
        expect(&mut client, 0);
        peer.join().expect("served");
    });
}

#[test]
fn an_answer_of_the_server_that_died_is_not_taken_for_its_successors() {
    model(|| {
        let (mut client, start) = ring(1);
        let mut first = start();
        client.submit(&request(0), 0).expect("room");
        answer_one(&mut first);
        expect(&mut client, 0);
        let peer = thread::spawn(move || drop(start()));
        if client.poll() == Ok(Polled::Restarted) {
            client.submit(&request(0), 0).expect("room");
            assert_eq!(client.poll(), Ok(Polled::Empty));
        }
        peer.join().expect("started");
    });
}

/// What wakes a server that runs on another core, and how its client waits for it: by a call that the server answers when
/// there is a completion that the client has not seen. The server never waits in here, but is told.
#[derive(Default)]
struct Desk {
    state: Mutex<Visits>,
    changed: Condvar,
}

#[derive(Default)]
struct Visits {
    /// A kick or a call that the server has not seen yet.
    rung: Rung,
    /// The call that waits, with the completions that its client knows of.
    seen: Option<u64>,
    /// The server has gone home.
    is_over: bool,
}

impl Desk {
    /// Answers the client's call if there is news for it.
    fn settle(&self, completed: u64) {
        let mut state = self.state.lock().expect("model");
        if state.seen.take_if(|seen| *seen != completed).is_some() {
            self.changed.notify_all();
        }
    }

    /// Every call is answered from now on.
    fn close(&self) {
        self.state.lock().expect("model").is_over = true;
        self.changed.notify_all();
    }

    /// What a server does that has nothing to do any more.
    fn receive(&self) {
        let mut state = self.state.lock().expect("model");
        while state.rung == Rung::No {
            state = self.changed.wait(state).expect("model");
        }
        state.rung = Rung::No;
    }
}

/// The client's way to such a server.
struct ToDesk(Arc<Desk>);

impl Wake for ToDesk {
    fn waiting(&self) -> Waiting {
        Waiting::Apart
    }

    fn relax(&self) {}

    fn kick(&self) {
        self.0.state.lock().expect("model").rung = Rung::Yes;
        self.0.changed.notify_all();
    }

    fn wait(&self, seen: u64) -> Result<(), PeerGone> {
        let mut state = self.0.state.lock().expect("model");
        (state.rung, state.seen) = (Rung::Yes, Some(seen));
        self.0.changed.notify_all();
        while state.seen.is_some() && !state.is_over {
            state = self.0.changed.wait(state).expect("model");
        }
        Ok(())
    }
}

/// The server's: it looks, and is told at its desk.
struct AtDesk(Arc<Desk>);

impl Wake for AtDesk {
    fn waiting(&self) -> Waiting {
        Waiting::Apart
    }

    fn relax(&self) {}

    /// A client that waits by calls asks for none; this is for one that waits while the server starts.
    fn kick(&self) {}

    fn wait(&self, consumed: u64) -> Result<(), PeerGone> {
        // Nothing was deferred: so much is completed as well.
        self.0.settle(consumed);
        self.0.receive();
        Ok(())
    }
}

/// Both ends of a ring between two cores, and the server's desk.
fn apart() -> (
    ClientRing<'static, ToDesk>,
    ServerRing<'static, AtDesk>,
    Arc<Desk>,
) {
    let layout = Layout::new(Capacity::new(2).expect("power of two"));
    let (a, b) = (words(layout.client_bytes()), words(layout.server_bytes()));
    let desk = Arc::new(Desk::default());
    let client = ClientRing::new(layout, a, b, ToDesk(desk.clone())).expect("regions fit");
    let server = ServerRing::new(layout, b, a, AtDesk(desk.clone())).expect("regions fit");
    (client, server, desk)
}

#[test]
fn a_server_that_looks_before_it_sleeps_is_woken_by_a_flush_alone() {
    model(|| {
        let (mut client, mut server, _) = apart();
        let peer = thread::spawn(move || {
            for number in 0..2 {
                let taken = server.wait().expect("an honest client");
                assert_eq!(taken.request, request(number), "torn or reused slot");
            }
        });
        for number in 0..2 {
            client.submit(&request(number), number).expect("room");
            client.flush();
        }
        peer.join().expect("served");
    });
}

#[test]
fn a_client_that_looks_and_then_calls_is_always_answered() {
    model(|| {
        let (mut client, mut server, desk) = apart();
        let peer = thread::spawn(move || {
            let taken = server.wait().expect("an honest client");
            let value = taken.request.op + 7;
            server.complete(taken.token, Outcome { status: 0, value });
            server.flush();
            desk.close();
        });
        client.submit(&request(0), 0).expect("room");
        match client.wait() {
            Ok(Polled::Completion(done)) => assert_eq!((done.tag, done.outcome.value), (0, 7)),
            other => panic!("{other:?}"),
        }
        peer.join().expect("served");
    });
}

#[test]
fn a_batch_for_another_core_is_always_answered() {
    model(|| {
        let (mut client, mut server, desk) = apart();
        let peer = thread::spawn(move || {
            for number in 0..2 {
                let taken = server.wait().expect("an honest client");
                assert_eq!(taken.request, request(number), "torn or reused slot");
                let value = number + 7;
                server.complete(taken.token, Outcome { status: 0, value });
            }
            server.flush();
            desk.close();
        });
        let mut outcomes = [Outcome::default(); 2];
        let done = client.run(&[request(0), request(1)], &mut outcomes);
        done.expect("an honest server");
        assert_eq!(outcomes.map(|outcome| outcome.value), [7, 8]);
        peer.join().expect("served");
    });
}

#[test]
fn who_waits_for_one_of_two_has_announced_the_other() {
    model(|| {
        let (mut client, mut server, desk) = apart();
        let peer = thread::spawn(move || {
            for number in 0..2 {
                let taken = server.wait().expect("an honest client");
                let value = number + 7;
                server.complete(taken.token, Outcome { status: 0, value });
            }
            desk.close();
        });
        client.submit(&request(0), 0).expect("room");
        client.submit(&request(1), 1).expect("room");
        let found = client.wait();
        assert!(
            matches!(found, Ok(Polled::Completion(done)) if done.tag == 0),
            "{found:?}"
        );
        peer.join().expect("served");
    });
}

/// Kicks a server that runs on another core, and sleeps on a bell of its own.
struct FarBells(Bells);

impl Wake for FarBells {
    fn waiting(&self) -> Waiting {
        Waiting::Apart
    }

    fn kick(&self) {
        self.0.kick();
    }

    fn wait(&self, seen: u64) -> Result<(), PeerGone> {
        self.0.wait(seen)
    }
}

/// A client that waits for several rings by one bell, as a program in an executor does, and what it has taken.
struct Dozing {
    ring: RefCell<ClientRing<'static, FarBells>>,
    taken: RefCell<Vec<(u32, u32)>>,
}

impl Dozing {
    fn turn(&self) -> usize {
        let mut taken = self.taken.borrow_mut();
        let before = taken.len();
        while let Ok(Polled::Completion(done)) = self.ring.borrow_mut().poll() {
            taken.push((done.tag, done.outcome.value));
        }
        taken.len() - before
    }
}

impl Source for Dozing {
    fn hint(&self) -> Prospect {
        self.ring.borrow_mut().hint()
    }

    fn has_news(&self) -> bool {
        self.ring.borrow().has_news()
    }

    fn arm(&self) -> Arming {
        self.ring.borrow_mut().arm();
        match self.turn() {
            0 => Arming::Armed,
            _ => Arming::Ready,
        }
    }
}

/// Waits until each of the rings has had `count` answers. All of them kick the same bell.
fn doze_until(rings: &[Box<Dozing>], count: usize, bell: &Bell) {
    let mut looks = Looks::default();
    while rings.iter().any(|ring| ring.taken.borrow().len() != count) {
        match doze(&mut looks, rings.iter().map(Box::as_ref), || {}) {
            Arming::Ready => {}
            Arming::Armed => bell.wait(),
        }
        rings.iter().for_each(|ring| {
            ring.turn();
        });
    }
}

/// A ring whose client kicks a server's bell and is kicked by that of its own. In boxes, because the model's threads have little
/// stack.
#[inline(never)]
fn dozing(bell: &Arc<Bell>) -> (Box<Dozing>, Box<Server>) {
    let layout = Layout::new(Capacity::new(2).expect("power of two"));
    let (a, b) = (words(layout.client_bytes()), words(layout.server_bytes()));
    let far = Arc::new(Bell::default());
    let bells = |peer: &Arc<Bell>, own: &Arc<Bell>| Bells {
        peer: peer.clone(),
        own: own.clone(),
    };
    let client = ClientRing::new(layout, a, b, FarBells(bells(&far, bell))).expect("regions fit");
    let server = ServerRing::new(layout, b, a, bells(bell, &far)).expect("regions fit");
    let client = Dozing {
        ring: RefCell::new(client),
        taken: RefCell::default(),
    };
    (Box::new(client), Box::new(server))
}

#[test]
fn a_program_that_looks_before_it_sleeps_on_its_own_bell_is_woken() {
    model(|| {
        let bell = Arc::new(Bell::default());
        let (client, server) = dozing(&bell);
        let peer = thread::spawn(move || serve(*server, 2));
        for number in 0..2 {
            let mut ring = client.ring.borrow_mut();
            ring.submit(&request(number), number).expect("room");
        }
        let clients = [client];
        doze_until(&clients, 2, &bell);
        assert_eq!(*clients[0].taken.borrow(), [(0, 7), (1, 8)]);
        peer.join().expect("served");
    });
}

#[test]
fn a_program_that_looks_at_two_rings_is_woken_by_either() {
    // Two rings have many more orders than one. So it is the number of preemptions that is kept small.
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(|| {
        let bell = Arc::new(Bell::default());
        let (rings, servers): (Vec<_>, Vec<_>) = [dozing(&bell), dozing(&bell)].into_iter().unzip();
        // One thread for both, which is enough for either ring to come first.
        let peer = thread::spawn(move || {
            servers.into_iter().for_each(|server| serve(*server, 1));
        });
        for client in &rings {
            let mut ring = client.ring.borrow_mut();
            ring.submit(&request(0), 0).expect("room");
        }
        doze_until(&rings, 1, &bell);
        peer.join().expect("served");
    });
}

/// A client that keeps to no rule: it writes into a request while the server takes it.
#[test]
fn a_request_that_is_changed_while_it_is_taken_is_what_was_checked() {
    const FIRST: u64 = (1 << 48) + (1 << 24) + 1;
    const SLOT: usize = 16 + 8;
    model(|| {
        let layout = Layout::new(Capacity::new(2).expect("power of two"));
        let (a, b) = (words(layout.client_bytes()), words(layout.server_bytes()));
        let bell = Arc::new(Bell::default());
        let bells = Bells {
            peer: bell.clone(),
            own: bell,
        };
        let mut server = ServerRing::new(layout, b, a, bells).expect("regions fit");
        a[SLOT + 1].store(2, Ordering::Relaxed);
        a[SLOT].store(FIRST, Ordering::Release);
        let hostile = thread::spawn(move || {
            a[SLOT].store(u64::MAX, Ordering::Relaxed);
            a[SLOT + 1].store(9, Ordering::Relaxed);
        });
        match server.take() {
            Ok(Some(taken)) => {
                assert_eq!(taken.token.id(), FIRST as u32, "it was read twice");
                assert_eq!(taken.request.words, 2, "what is longer is refused");
            }
            other => assert!(
                matches!(other, Err(Closed::Fault(_))),
                "nothing an honest client writes: {other:?}"
            ),
        }
        hostile.join().expect("model");
    });
}
