//! Honest peers: order, backpressure, one doorbell a batch, restarts, two threads.

use std::cell::{Cell, RefCell};

use crate::support::{Alone, Bells, Regions};
use libipc_ring::sync::Ordering;
use libipc_ring::{
    BatchError, Closed, Completion, Fault, Outcome, PeerGone, Polled, Request, ServerRing, Sleep,
    SubmitError, Waiting, Wake,
};

fn request(op: u32) -> Request {
    Request {
        op,
        words: 5,
        inline: [u64::from(op), 2, 3, 4, 5],
    }
}

fn outcome(value: u32) -> Outcome {
    Outcome { status: 0, value }
}

#[test]
fn requests_arrive_in_order_and_completions_carry_the_tag() {
    let regions = Regions::new(4);
    let (mut client, mut server) = (regions.client(Alone), regions.server(Alone));
    for op in 0..4 {
        client.submit(&request(op), 100 + op).expect("room");
    }
    let mut tokens = Vec::new();
    for op in 0..4 {
        let taken = server.take().expect("open").expect("submitted");
        assert_eq!(taken.request, request(op));
        tokens.push((op, taken.token));
    }
    assert_eq!(server.take(), Ok(None));
    for (op, token) in tokens.into_iter().rev() {
        server.complete(token, outcome(op));
        let expected = Completion {
            tag: 100 + op,
            outcome: outcome(op),
        };
        assert_eq!(client.poll(), Ok(Polled::Completion(expected)));
    }
    assert_eq!(client.poll(), Ok(Polled::Empty));
}

#[test]
fn a_full_ring_refuses_until_a_completion_was_taken() {
    let regions = Regions::new(2);
    let (mut client, mut server) = (regions.client(Alone), regions.server(Alone));
    for lap in 0..10 {
        client.submit(&request(lap), 0).expect("room");
        client.submit(&request(lap), 1).expect("room");
        assert_eq!(client.submit(&request(9), 2), Err(SubmitError::Full));
        for _ in 0..2 {
            let taken = server.take().expect("open").expect("submitted");
            server.complete(taken.token, outcome(lap));
            assert!(matches!(client.poll(), Ok(Polled::Completion(_))));
        }
    }
}

#[test]
fn many_at_once_are_what_one_after_the_other_are() {
    let regions = Regions::new(4);
    let (mut client, mut server) = (regions.client(Alone), regions.server(Alone));
    let mut requests = (0..10).map(|op| (100 + op, request(op)));
    let (mut served, mut done) = (Vec::new(), Vec::new());
    let mut late = None;
    while done.len() < 10 {
        client.submit_all(&mut requests).expect("open");
        let taken = server.serve(|token, asked| {
            served.push(asked);
            match asked.op {
                5 => {
                    late = Some(token);
                    None
                }
                op => Some((token, outcome(op))),
            }
        });
        assert!(taken.expect("open") <= 4);
        if served.len() == 10
            && let Some(token) = late.take()
        {
            server.complete(token, outcome(5));
        }
        client
            .poll_all(|completion| done.push(completion))
            .expect("open");
    }
    let expected: Vec<_> = (0..10).map(request).collect();
    assert_eq!(served, expected);
    let order = [0, 1, 2, 3, 4, 6, 7, 8, 9, 5];
    let expected = order.map(|op| Completion {
        tag: 100 + op,
        outcome: outcome(op),
    });
    assert_eq!(done, expected);
    assert_eq!((client.outstanding(), server.completed()), (0, 10));
}

#[test]
fn a_request_that_waits_does_not_hold_up_the_others() {
    let regions = Regions::new(4);
    let (mut client, mut server) = (regions.client(Alone), regions.server(Alone));
    client.submit(&request(7), 7).expect("room");
    let waiting = server.take().expect("open").expect("submitted");
    for tag in 0..600 {
        client.submit(&request(tag), tag).expect("room");
        let taken = server.take().expect("open").expect("submitted");
        server.complete(taken.token, outcome(tag));
        let expected = Completion {
            tag,
            outcome: outcome(tag),
        };
        assert_eq!(client.poll(), Ok(Polled::Completion(expected)));
    }
    server.complete(waiting.token, outcome(1));
    let expected = Completion {
        tag: 7,
        outcome: outcome(1),
    };
    assert_eq!(client.poll(), Ok(Polled::Completion(expected)));
}

#[test]
fn a_batch_rings_one_doorbell_and_only_if_the_server_sleeps() {
    let regions = Regions::new(32);
    let (client_bell, server_bell) = Bells::pair();
    let kicks = client_bell.kicks.clone();
    let (mut client, mut server) = (regions.client(client_bell), regions.server(server_bell));
    let submit = |client: &mut libipc_ring::ClientRing<'_, Bells>| {
        for tag in 0..8 {
            client.submit(&request(tag), tag).expect("room");
        }
        client.flush();
    };
    submit(&mut client);
    assert_eq!(*kicks.lock().expect("kicks"), 0, "the server never slept");
    while server.take().expect("open").is_some() {}
    assert_eq!(server.sleep(), Sleep::Armed);
    submit(&mut client);
    client.flush();
    assert_eq!(*kicks.lock().expect("kicks"), 1);
}

/// Waits by letting the server take what is there.
struct Drains<'a> {
    server: &'a RefCell<ServerRing<'a, Alone>>,
    kicks: Cell<u32>,
}

impl Wake for &Drains<'_> {
    fn waiting(&self) -> Waiting {
        Waiting::Drains
    }

    fn kick(&self) {
        self.kicks.set(self.kicks.get() + 1);
    }

    fn wait(&self, seen: u64) -> Result<(), PeerGone> {
        let mut server = self.server.borrow_mut();
        let answer = |token, asked: Request| Some((token, outcome(asked.op)));
        assert_ne!(server.serve(answer), Ok(0));
        assert_ne!(server.completed(), seen);
        Ok(())
    }
}

#[test]
fn a_client_that_waits_by_calls_kicks_for_what_it_announces_and_for_nothing_else() {
    let regions = Regions::new(4);
    let server = RefCell::new(regions.server(Alone));
    assert_eq!(server.borrow_mut().sleep(), Sleep::Armed);
    let drains = Drains {
        server: &server,
        kicks: Cell::new(0),
    };
    let mut client = regions.client(&drains);
    let mut outcomes = [Outcome::default(); 6];
    for _ in 0..3 {
        let requests = [1, 2, 3, 4, 5, 6].map(request);
        client.run(&requests, &mut outcomes).expect("served");
        assert_eq!(outcomes, [1, 2, 3, 4, 5, 6].map(outcome));
    }
    client.submit(&request(7), 0).expect("room");
    assert!(matches!(client.wait(), Ok(Polled::Completion(_))));
    assert_eq!(drains.kicks.get(), 0);
    client.submit(&request(8), 0).expect("room");
    client.flush();
    client.submit(&request(9), 1).expect("room");
    client.flush();
    assert_eq!(drains.kicks.get(), 1, "the server slept all the time");
}

/// Carries requests by a way of its own, if it has one left.
struct Carries {
    carried: RefCell<Vec<u32>>,
    answer: Cell<Option<Result<Outcome, PeerGone>>>,
}

impl Carries {
    fn answering(answer: Option<Result<Outcome, PeerGone>>) -> Self {
        Self {
            carried: RefCell::default(),
            answer: Cell::new(answer),
        }
    }
}

impl Wake for &Carries {
    fn carry(&self, request: &Request) -> Option<Result<Outcome, PeerGone>> {
        self.carried.borrow_mut().push(request.op);
        self.answer.get()
    }

    fn kick(&self) {}

    fn wait(&self, _: u64) -> Result<(), PeerGone> {
        Err(PeerGone)
    }
}

#[test]
fn a_single_request_is_carried_past_a_ring_that_is_empty() {
    let regions = Regions::new(4);
    let mut server = regions.server(Alone);
    let carries = Carries::answering(Some(Ok(outcome(8))));
    let mut client = regions.client(&carries);
    assert_eq!(client.run_one(&request(7)), Ok(outcome(8)));
    assert_eq!(*carries.carried.borrow(), [7]);
    assert_eq!(server.take(), Ok(None), "it does not come twice");
    client.submit(&request(1), 1).expect("room");
    assert_eq!(client.run_one(&request(2)), Err(BatchError::Busy));
    assert_eq!(*carries.carried.borrow(), [7], "no request is overtaken");
    let taken = server.take().expect("open").expect("submitted");
    assert_eq!(taken.request, request(1));
}

#[test]
fn a_request_that_is_not_carried_goes_through_the_ring() {
    let regions = Regions::new(4);
    let mut server = regions.server(Alone);
    let carries = Carries::answering(None);
    let mut client = regions.client(&carries);
    let gone = Err(BatchError::Closed(Closed::Gone));
    assert_eq!(client.run_one(&request(3)), gone, "the wait was refused");
    let taken = server.take().expect("open").expect("submitted");
    assert_eq!(taken.request, request(3));
}

#[test]
fn nothing_is_carried_past_what_only_the_ring_tells() {
    let regions = Regions::new(4);
    let carries = Carries::answering(Some(Ok(outcome(8))));
    let mut client = regions.client(&carries);
    assert!(client.run_one(&request(1)).is_err(), "nobody has started");
    assert!(carries.carried.borrow().is_empty());
    let _first = regions.server(Alone);
    let mut client = regions.client(&carries);
    let mut second = regions.server(Alone);
    assert_eq!(client.run_one(&request(2)), Err(BatchError::Restarted));
    assert!(carries.carried.borrow().is_empty(), "a restart is told");
    assert_eq!(client.run_one(&request(3)), Ok(outcome(8)));
    second.close(Fault::Content);
    let closed = Closed::ByPeer(Fault::Content as u32);
    assert_eq!(client.run_one(&request(4)), Err(closed.into()));
    assert_eq!(*carries.carried.borrow(), [3]);
}

#[test]
fn a_server_that_is_gone_while_it_carries_closes_the_ring() {
    let regions = Regions::new(4);
    let _server = regions.server(Alone);
    let carries = Carries::answering(Some(Err(PeerGone)));
    let mut client = regions.client(&carries);
    let gone = Err(BatchError::Closed(Closed::Gone));
    assert_eq!(client.run_one(&request(1)), gone);
    assert_eq!(client.run_one(&request(2)), gone);
    assert_eq!(*carries.carried.borrow(), [1]);
}

#[test]
fn requests_made_before_the_server_starts_are_served() {
    let regions = Regions::new(4);
    let mut client = regions.client(Alone);
    client.submit(&request(1), 1).expect("room");
    let mut server = regions.server(Alone);
    assert!(server.take().expect("open").is_some());
    assert_eq!(server.sleep(), Sleep::Armed);
}

#[test]
fn a_restarted_server_ends_what_was_outstanding_and_serves_on() {
    let regions = Regions::new(4);
    let mut client = regions.client(Alone);
    let mut first = regions.server(Alone);
    for tag in 0..3 {
        client.submit(&request(tag), tag).expect("room");
    }
    let taken = first.take().expect("open").expect("submitted");
    first.complete(taken.token, outcome(0));
    let mut second = regions.server(Alone);
    assert_eq!(
        second.take(),
        Ok(None),
        "requests of the old epoch are not taken"
    );
    assert_eq!(client.poll(), Ok(Polled::Restarted));
    assert_eq!(client.outstanding(), 0);
    for tag in 0..9 {
        client.submit(&request(tag), tag).expect("room");
        let taken = second.take().expect("open").expect("submitted");
        second.complete(taken.token, outcome(tag));
        let expected = Completion {
            tag,
            outcome: outcome(tag),
        };
        assert_eq!(client.poll(), Ok(Polled::Completion(expected)));
    }
}

#[test]
fn closing_reaches_the_peer_with_its_reason() {
    let regions = Regions::new(4);
    let (mut client, mut server) = (regions.client(Alone), regions.server(Alone));
    assert_eq!(server.close(Fault::Content), Closed::Fault(Fault::Content));
    let closed = Closed::ByPeer(Fault::Content as u32);
    assert_eq!(client.poll(), Err(closed));
    assert_eq!(
        client.submit(&request(0), 0),
        Err(SubmitError::Closed(closed))
    );
    assert_eq!(server.take(), Err(Closed::Fault(Fault::Content)));
    let regions = Regions::new(4);
    let (mut client, mut server) = (regions.client(Alone), regions.server(Alone));
    assert_eq!(server.sleep(), Sleep::Armed);
    client.close(Fault::Content);
    assert_eq!(server.sleep(), Sleep::Ready, "there is that to be seen");
    assert_eq!(server.take(), Err(closed));
    assert_eq!(server.serve(|_, _| None), Err(closed));
}

#[test]
fn a_clients_successor_submits_nothing_that_it_left() {
    let regions = Regions::new(4);
    let mut gone = regions.client(Alone);
    gone.submit(&request(1), 0).expect("room");
    let mut client = regions.client(Alone);
    let mut server = regions.server(Alone);
    assert_eq!(server.take(), Ok(None));
    assert_eq!(client.poll(), Ok(Polled::Empty));
}

#[test]
fn a_batch_has_a_place_for_each_outcome_or_is_not_submitted() {
    let regions = Regions::new(4);
    let mut client = regions.client(Alone);
    let asked = [request(1), request(2)];
    let refused = client.run(&asked, &mut [outcome(0)]);
    assert_eq!(refused, Err(BatchError::TooFewOutcomes));
    assert_eq!(client.outstanding(), 0);
}

#[test]
fn waiting_for_a_dead_peer_ends() {
    let regions = Regions::new(4);
    let mut client = regions.client(Alone);
    assert_eq!(client.wait(), Ok(Polled::Empty), "nothing is outstanding");
    client.submit(&request(0), 0).expect("room");
    assert_eq!(client.wait(), Err(Closed::Gone));
}

#[test]
fn a_batch_on_a_closed_ring_is_told_so_though_requests_are_outstanding() {
    let regions = Regions::new(4);
    let mut client = regions.client(Alone);
    client.submit(&request(0), 0).expect("room");
    assert_eq!(
        client.run(&[], &mut []),
        Err(BatchError::Busy),
        "it may end"
    );
    assert_eq!(client.wait(), Err(Closed::Gone));
    let gone = BatchError::Closed(Closed::Gone);
    assert_eq!(client.outstanding(), 1, "nobody answers it");
    assert_eq!(client.run(&[request(1)], &mut [outcome(0)]), Err(gone));
    assert_eq!(client.run_one(&request(1)), Err(gone));
}

/// Serves until a request with operation 0 comes; answers with the first argument plus one.
fn serve(regions: &Regions, bell: impl Wake) {
    let mut server = regions.server(bell);
    loop {
        let taken = server.wait().expect("open");
        let stop = taken.request.op == 0;
        server.complete(taken.token, outcome(taken.request.inline[0] as u32 + 1));
        if stop {
            return server.flush();
        }
    }
}

#[test]
fn batches_larger_than_the_ring_come_back_in_order_across_threads() {
    let regions = Regions::new(8);
    let (client_bell, server_bell) = Bells::pair();
    let count = if cfg!(miri) { 20 } else { 2000 };
    std::thread::scope(|scope| {
        scope.spawn(|| serve(&regions, server_bell));
        let mut client = regions.client(client_bell);
        let requests: Vec<_> = (1..=count).map(request).collect();
        let mut outcomes = vec![Outcome::default(); requests.len()];
        client.run(&requests, &mut outcomes).expect("served");
        let expected: Vec<_> = (1..=count).map(|op| outcome(op + 1)).collect();
        assert_eq!(outcomes, expected);
        client.run(&[request(0)], &mut outcomes).expect("served");
    });
}

#[test]
fn what_follows_a_request_that_is_held_waits_and_comes_then() {
    let regions = Regions::new(4);
    let (mut client, mut server) = (regions.client(Alone), regions.chaining(Alone));
    let link = libipc_ring::Link {
        first: true,
        ..Default::default()
    };
    client.submit(&request(1).linked(link), 1).expect("room");
    client.submit(&request(2), 2).expect("room");
    for _ in 0..2 {
        let taken = server.serve_chains(|_, _| panic!("it overtakes what is held"));
        let linked = taken.expect("an honest client").1.expect("it is held");
        assert_eq!(linked.request.op, 1);
        server.hold(linked);
    }
    let (_, linked) = server.serve_chains(|_, _| None).expect("honest");
    server.complete(linked.expect("it is held").token, outcome(1));
    let mut ops = Vec::new();
    let taken = server.serve_chains(|token, request| {
        ops.push(request.op);
        Some((token, outcome(2)))
    });
    assert_eq!((taken, ops), (Ok((1, None)), vec![2]));
}

#[test]
fn an_epoch_is_never_its_predecessors_nor_that_of_a_server_that_has_not_started() {
    const STATE: usize = 8;
    let regions = Regions::new(4);
    let epoch = || regions.server[STATE].load(Ordering::Relaxed) >> 32;
    let _closed = regions.server(Alone).close(Fault::Content);
    assert_eq!(epoch(), 1, "also when it is closed");
    let _successor = regions.server(Alone);
    assert_eq!(epoch(), 2);
    regions.server[STATE].store(0xffff << 32, Ordering::Relaxed);
    let _last = regions.server(Alone);
    assert_eq!(epoch(), 1);
}
