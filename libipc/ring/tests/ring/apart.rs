//! A client whose server runs on another core: it looks for a while, and calls only then.

use std::cell::{Cell, RefCell};

use crate::support::{Alone, Regions};
use libipc_ring::{
    Outcome, PeerGone, Polled, Request, ServerRing, Sleep, Token, WINDOW, Waiting, Wake,
};

fn request(op: u32) -> Request {
    Request {
        op,
        words: 1,
        inline: [u64::from(op), 0, 0, 0, 0],
    }
}

fn answer(token: Token, asked: Request) -> Option<(Token, Outcome)> {
    let (status, value) = (0, asked.op);
    Some((token, Outcome { status, value }))
}

/// A server that takes what there is while its client looks for the `takes_at`th time, or when it is called.
struct Apart<'a> {
    server: &'a RefCell<ServerRing<'a, Alone>>,
    takes_at: Cell<u32>,
    looks: Cell<u32>,
    kicks: Cell<u32>,
    /// How often it was looked at before the last kick.
    kicked_after: Cell<u32>,
    calls: Cell<u32>,
}

const NEVER: u32 = u32::MAX;

impl<'a> Apart<'a> {
    fn new(server: &'a RefCell<ServerRing<'a, Alone>>) -> Self {
        Self {
            server,
            takes_at: Cell::new(NEVER),
            looks: Cell::new(0),
            kicks: Cell::new(0),
            kicked_after: Cell::new(0),
            calls: Cell::new(0),
        }
    }

    fn take(&self) {
        let served = self.server.borrow_mut().serve(answer);
        served.expect("an honest client");
    }

    /// How often it was looked at, kicked and called since the last time.
    fn counts(&self) -> (u32, u32, u32) {
        (self.looks.take(), self.kicks.take(), self.calls.take())
    }
}

fn count(cell: &Cell<u32>) -> u32 {
    cell.set(cell.get() + 1);
    cell.get()
}

impl Wake for &Apart<'_> {
    fn waiting(&self) -> Waiting {
        Waiting::Apart
    }

    fn relax(&self) {
        if count(&self.looks) == self.takes_at.get() {
            self.take();
        }
    }

    fn kick(&self) {
        count(&self.kicks);
        self.kicked_after.set(self.looks.get());
    }

    fn wait(&self, seen: u64) -> Result<(), PeerGone> {
        count(&self.calls);
        self.take();
        assert_ne!(self.server.borrow().completed(), seen);
        Ok(())
    }
}

#[test]
fn what_comes_while_it_looks_takes_no_call() {
    let regions = Regions::new(4);
    let server = RefCell::new(regions.server(Alone));
    let apart = Apart::new(&server);
    let mut client = regions.client(&apart);
    let mut outcomes = [Outcome::default(); 3];
    apart.takes_at.set(5);
    for _ in 0..3 {
        let ran = client.run(&[1, 2, 3].map(request), &mut outcomes);
        ran.expect("served");
        assert_eq!(outcomes.map(|outcome| outcome.value), [1, 2, 3]);
        assert_eq!(apart.counts(), (5, 0, 0));
    }
    client.submit(&request(7), 7).expect("room");
    assert!(matches!(client.wait(), Ok(Polled::Completion(done)) if done.tag == 7));
    assert_eq!(apart.counts(), (5, 0, 0));
    assert_eq!(client.wait(), Ok(Polled::Empty));
    assert_eq!(apart.counts(), (0, 0, 0), "nothing is outstanding");
}

#[test]
fn a_server_that_sleeps_is_kicked_once_and_then_looked_at() {
    let regions = Regions::new(4);
    let server = RefCell::new(regions.server(Alone));
    let apart = Apart::new(&server);
    let mut client = regions.client(&apart);
    let mut outcomes = [Outcome::default(); 2];
    apart.takes_at.set(WINDOW);
    assert_eq!(server.borrow_mut().sleep(), Sleep::Armed);
    for kicks in [1, 0] {
        let ran = client.run(&[1, 2].map(request), &mut outcomes);
        ran.expect("served");
        assert_eq!(apart.counts(), (WINDOW, kicks, 0));
    }
    // What is submitted by itself is announced by the wait.
    assert_eq!(server.borrow_mut().sleep(), Sleep::Armed);
    client.submit(&request(3), 3).expect("room");
    assert!(matches!(client.wait(), Ok(Polled::Completion(_))));
    assert_eq!(apart.counts(), (WINDOW, 1, 0));
    assert_eq!(apart.kicked_after.get(), 0, "before it looks");
}

#[test]
fn what_does_not_come_is_called_for_and_in_the_end_at_once() {
    let regions = Regions::new(4);
    let server = RefCell::new(regions.server(Alone));
    let apart = Apart::new(&server);
    let mut client = regions.client(&apart);
    let mut outcomes = [Outcome::default(); 2];
    let mut run = |takes_at: u32| {
        apart.takes_at.set(takes_at);
        let ran = client.run(&[1, 2].map(request), &mut outcomes);
        ran.expect("served");
        apart.counts()
    };
    for _ in 0..4 {
        assert_eq!(run(NEVER), (WINDOW, 0, 1));
    }
    let waits: Vec<_> = (0..32).map(|_| run(NEVER)).collect();
    let looked = waits.iter().filter(|(looks, ..)| *looks == WINDOW);
    assert_eq!(looked.count(), 2, "it tries again: {waits:?}");
    assert!(
        waits
            .iter()
            .all(|(_, kicks, calls)| (*kicks, *calls) == (0, 1))
    );
    // What is found by looking makes it look again.
    while run(1).2 != 0 {}
    assert_eq!(run(9), (9, 0, 0));
}

#[test]
fn whoever_looks_learns_what_else_becomes_of_the_server() {
    let regions = Regions::new(4);
    let server = RefCell::new(regions.server(Alone));
    let anew = || *server.borrow_mut() = regions.server(Alone);
    let close = || {
        let _ = server.borrow_mut().close(libipc_ring::Fault::ForgedChain);
    };
    let looks = Cell::new(0);
    let apart = Other {
        looks: &looks,
        does: [&anew, &close],
    };
    let mut client = regions.client(&apart);
    client.submit(&request(1), 0).expect("room");
    assert_eq!(client.wait(), Ok(Polled::Restarted));
    client.submit(&request(2), 0).expect("room");
    assert!(matches!(client.wait(), Err(libipc_ring::Closed::ByPeer(_))));
    assert_eq!(looks.get(), 2);
}

/// A server to which something happens with each look, and that is never called.
struct Other<'a> {
    looks: &'a Cell<u32>,
    does: [&'a dyn Fn(); 2],
}

impl Wake for &Other<'_> {
    fn waiting(&self) -> Waiting {
        Waiting::Apart
    }

    fn relax(&self) {
        let look = count(self.looks) as usize;
        self.does[look - 1]();
    }

    fn kick(&self) {}

    fn wait(&self, _: u64) -> Result<(), PeerGone> {
        panic!("it was told before")
    }
}

#[test]
fn whoever_looks_learns_that_the_server_has_closed() {
    let regions = Regions::new(4);
    let server = RefCell::new(regions.server(Alone));
    let apart = Apart::new(&server);
    let mut client = regions.client(&apart);
    client.submit(&request(1), 0).expect("room");
    let closed = server.borrow_mut().close(libipc_ring::Fault::ForgedChain);
    assert!(matches!(closed, libipc_ring::Closed::Fault(_)));
    assert!(client.wait().is_err());
    assert_eq!(apart.counts().2, 0);
}

#[test]
fn what_was_answered_is_announced_no_more() {
    let regions = Regions::new(4);
    let server = RefCell::new(regions.server(Alone));
    let apart = Apart::new(&server);
    let mut client = regions.client(&apart);
    assert_eq!(server.borrow_mut().sleep(), Sleep::Armed);
    client.submit(&request(1), 1).expect("room");
    // It looked once more before it slept.
    apart.take();
    assert!(matches!(client.poll(), Ok(Polled::Completion(_))));
    client.flush();
    assert_eq!(apart.kicks.get(), 0);
}

#[test]
fn completions_of_a_successor_are_looked_for_from_their_beginning() {
    let regions = Regions::new(4);
    let server = RefCell::new(regions.server(Alone));
    let apart = Apart::new(&server);
    let mut client = regions.client(&apart);
    for number in 1..4 {
        client.submit(&request(number), number).expect("room");
        apart.take();
        assert!(matches!(client.poll(), Ok(Polled::Completion(done)) if done.tag == number));
        *server.borrow_mut() = regions.server(Alone);
        assert_eq!(client.poll(), Ok(Polled::Restarted));
    }
}

#[test]
fn a_closed_client_takes_no_batch_and_keeps_its_reason() {
    let regions = Regions::new(4);
    let server = RefCell::new(regions.server(Alone));
    let apart = Apart::new(&server);
    let mut client = regions.client(&apart);
    let closed = client.close(libipc_ring::Fault::ForgedChain);
    let mut batch = [(1, request(1))].into_iter();
    assert_eq!(client.submit_all(&mut batch), Err(closed));
    assert_eq!(batch.len(), 1, "nothing was submitted");
    client.give_up();
    assert_eq!(client.closed(), Some(closed));
}
