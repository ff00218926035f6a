//! A batch over a ring reaches the same server as calls do.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;

use libipc::{Caller, Deferral, Error, Message, Reply, ReplyToken, Request, Spare, TransportError};
use libipc_ring::sync::AtomicU64;
use libipc_ring::{Capacity, ClientRing, Layout, Outcome, PeerGone, ServerRing, Waiting, Wake};

#[allow(
    dead_code,
    unreachable_pub,
    reason = "modules of a library, not all of which is called here"
)]
mod golden;

use golden::ring;

/// Adds up what it is given; breaks at 13.
struct Adder;

impl ring::Server for Adder {
    fn add(&mut self, caller: Caller, data: &[u8], by: u32) -> Result<u32, ring::Error> {
        assert_eq!(caller, Caller::new(4, 2));
        let sum = by + data.iter().map(|byte| u32::from(*byte)).sum::<u32>();
        if sum == 13 {
            Err(ring::Error::Broken)
        } else {
            Ok(sum)
        }
    }

    fn flush(&mut self, _: Caller, reply: Reply<(), Infallible>) {
        reply.ok(());
    }

    fn double(&mut self, _: Caller, number: u32) -> Result<u32, ring::Error> {
        number.checked_mul(2).ok_or(ring::Error::Broken)
    }

    fn describe(&mut self, _: Caller) -> libipc::codec::Text<200> {
        libipc::codec::Text::new()
    }
}

thread_local! {
    /// What a deferred request was answered with.
    static ANSWER: Cell<Option<Outcome>> = const { Cell::new(None) };
}

fn outcome(message: &Message) -> Outcome {
    let value = message
        .payload()
        .first_chunk()
        .map_or(0, |bytes| u32::from_le_bytes(*bytes));
    Outcome {
        status: message.label(),
        value,
    }
}

/// Runs the server while the client waits.
struct Serving<'a> {
    ring: RefCell<ServerRing<'a, Silent>>,
    doorbells: Cell<usize>,
}

impl Serving<'_> {
    fn handle(&self, request: &libipc_ring::Request) -> Outcome {
        let mut sent = Message::new(request.op);
        for word in &request.inline[..request.words as usize] {
            sent.append(&word.to_le_bytes()).expect("room");
        }
        let mut message = Message::new(0);
        sent.deliver_to(&mut message);
        let note = |_: u32, message: &mut Message| ANSWER.set(Some(outcome(message)));
        let mut right = Some(ReplyToken::new(0, note));
        let deferral = Deferral::new(&mut right, Spare::Available);
        let caller = Caller::new(4, 2);
        ring::dispatch(
            &mut Adder,
            Request {
                caller,
                message: &mut message,
                deferral,
            },
        );
        match right {
            Some(right) => {
                right.disarm();
                outcome(&message)
            }
            None => ANSWER.take().expect("answered later"),
        }
    }
}

impl Wake for &Serving<'_> {
    fn waiting(&self) -> Waiting {
        Waiting::Drains
    }

    fn kick(&self) {}

    fn wait(&self, _: u64) -> Result<(), PeerGone> {
        self.doorbells.set(self.doorbells.get() + 1);
        let mut ring = self.ring.borrow_mut();
        while let Ok(Some(submission)) = ring.take() {
            let outcome = self.handle(&submission.request);
            ring.complete(submission.token, outcome);
        }
        Ok(())
    }
}

/// The server never wakes: the client asks.
struct Silent;

impl Wake for Silent {
    fn kick(&self) {}

    fn wait(&self, _: u64) -> Result<(), PeerGone> {
        Err(PeerGone)
    }
}

fn with_ring(test: impl FnOnce(&mut ClientRing<'_, &Serving<'_>>, &Serving<'_>)) {
    let layout = Layout::new(Capacity::new(8).expect("a power of two"));
    let words = |bytes: usize| {
        (0..bytes / 8)
            .map(|_| AtomicU64::new(0))
            .collect::<Vec<_>>()
    };
    let (a, b) = (words(layout.client_bytes()), words(layout.server_bytes()));
    let ring = ServerRing::new(layout, &b, &a, Silent).expect("fits");
    let serving = Serving {
        ring: RefCell::new(ring),
        doorbells: Cell::new(0),
    };
    let mut client = ClientRing::new(layout, &a, &b, &serving).expect("fits");
    test(&mut client, &serving);
}

#[test]
fn a_batch_has_one_doorbell_and_each_ticket_its_result() {
    with_ring(|client, serving| {
        let mut batch = ring::Batch::new();
        let sum = batch.add(&[1, 2, 3], 10).expect("room");
        let broken = batch.add(&[13], 0).expect("room");
        let flushed = batch.flush().expect("room");
        let last = batch.add(b"", u32::MAX).expect("room");
        let outcomes = batch.run(client).expect("an honest server");
        assert_eq!(outcomes.of(last), Ok(u32::MAX));
        assert_eq!(outcomes.of(broken), Err(Error::Server(ring::Error::Broken)));
        assert_eq!(outcomes.of(flushed), Ok(()));
        assert_eq!(outcomes.of(sum), Ok(16));
        assert_eq!(serving.doorbells.get(), 1);
    });
}

#[test]
fn a_batch_longer_than_the_ring_is_carried_out_whole() {
    with_ring(|client, _| {
        let mut batch = ring::Batch::new();
        let tickets: Vec<_> = (100..120)
            .map(|by| batch.add(b"", by).expect("room"))
            .collect();
        let outcomes = batch.run(client).expect("an honest server");
        let sums: Vec<_> = tickets
            .into_iter()
            .map(|ticket| outcomes.of(ticket))
            .collect();
        assert_eq!(sums, (100..120).map(Ok).collect::<Vec<_>>());
    });
}

#[test]
fn what_a_call_returns_is_given_to_later_ones_by_a_server_that_knows_no_chains_too() {
    with_ring(|client, serving| {
        let mut batch = ring::Batch::new();
        let first = batch.double(3).expect("room");
        let second = batch.double(first.result()).expect("room");
        let large = batch.add(b"", u32::MAX).expect("room");
        let broken = batch.double(large.result()).expect("room");
        let skipped = batch.double(broken.result()).expect("room");
        let last = batch.double(second.result()).expect("room");
        let never = batch.add(b"", 5).expect("room");
        batch.after_success(&never);
        let outcomes = batch.run(client).expect("an honest server");
        assert_eq!(outcomes.of(first), Ok(6));
        assert_eq!(outcomes.of(second), Ok(12));
        assert_eq!(outcomes.of(broken), Err(Error::Server(ring::Error::Broken)));
        let nothing = Err(Error::Transport(TransportError::Skipped));
        assert_eq!(outcomes.of(skipped), nothing);
        assert_eq!(outcomes.of(last), Ok(24));
        assert_eq!(outcomes.of(never), nothing);
        assert_eq!(serving.doorbells.get(), 5, "one for each that was made");
    });
}

#[test]
fn the_result_of_a_call_that_is_not_in_the_batch_cannot_be_given() {
    let mut long = ring::Batch::new();
    let _first = long.double(1).expect("room");
    let second = long.double(2).expect("room");
    let mut short = ring::Batch::new();
    let _only = short.double(3).expect("room");
    assert_eq!(short.double(second.result()).err(), Some(libipc::TooLong));
}

#[test]
fn a_ticket_of_a_longer_batch_finds_nothing() {
    with_ring(|client, _| {
        let mut long = ring::Batch::new();
        let _first = long.add(b"", 1).expect("room");
        let second = long.add(b"", 2).expect("room");
        let mut short = ring::Batch::new();
        let _only = short.add(b"", 3).expect("room");
        let outcomes = short.run(client).expect("an honest server");
        let nothing = Err(Error::Transport(TransportError::BadAnswer));
        assert_eq!(outcomes.of(second), nothing);
    });
}
