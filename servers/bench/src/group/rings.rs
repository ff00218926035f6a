//! Rings: what a message costs by itself, and what requests cost that travel together.

use alloc::vec::Vec;

use bench::figure::{
    Figure, RING_BULK_64K, RING_MESSAGE, RING_RPC_BATCH_1, RING_RPC_BATCH_8, RING_RPC_BATCH_64,
};
use bench::report::Report;
use bench::samples::Batch;
use libipc::Refusal;
use libipc::ring::{Outcome as Answer, Polled, RingClient, RingRequest};
use libipc_ring::sync::AtomicU64;
use libipc_ring::{Capacity, ClientRing, Layout, PeerGone, ServerRing, Token, Wake};
use proto::bench_ring;

use super::Group;
use crate::check::{Outcome, done};
use crate::meter::{Operation, measure, measure_plain};
use crate::stage::Stage;

/// A ring by itself, both ends in this process.
pub(crate) const MESSAGE: Group = Group {
    figures: &[RING_MESSAGE],
    run: message,
};

/// A ring to another process.
pub(crate) const REQUESTS: Group = Group {
    figures: &[
        RING_RPC_BATCH_1,
        RING_RPC_BATCH_8,
        RING_RPC_BATCH_64,
        RING_BULK_64K,
    ],
    run: requests,
};

/// Messages that are announced together.
const TOGETHER: u32 = 32;
/// Bytes that are handed over at once.
const BULK: u32 = 64 << 10;

/// Nobody sleeps: both ends are this thread.
struct Awake;

impl Wake for Awake {
    fn kick(&self) {}

    fn wait(&self, _: u64) -> Result<(), PeerGone> {
        Err(PeerGone)
    }
}

fn words(bytes: usize) -> &'static [AtomicU64] {
    let words = (0..bytes / size_of::<u64>()).map(|_| AtomicU64::new(0));
    words.collect::<Vec<_>>().leak()
}

/// Both ends of a ring.
struct Both {
    client: ClientRing<'static, Awake>,
    server: ServerRing<'static, Awake>,
    taken: Vec<Token>,
}

impl Both {
    fn new() -> Option<Self> {
        let layout = Layout::new(Capacity::new(TOGETHER as usize)?);
        let (a, b) = (words(layout.client_bytes()), words(layout.server_bytes()));
        let server = ServerRing::new(layout, b, a, Awake)?;
        Some(Self {
            client: ClientRing::new(layout, a, b, Awake)?,
            server,
            taken: Vec::with_capacity(TOGETHER as usize),
        })
    }

    /// What is measured: write, announce, take out.
    fn pass(&mut self, request: &RingRequest) -> Result<(), Refusal> {
        for tag in 0..TOGETHER {
            let submitted = self.client.submit(request, tag);
            submitted.map_err(|_| Refusal::Busy)?;
        }
        self.client.flush();
        while let Some(submission) = self.server.take().map_err(|_| Refusal::Dead)? {
            self.taken.push(submission.token);
        }
        Ok(())
    }

    /// Completes everything, so that the ring is empty again.
    fn complete(&mut self) -> Outcome {
        if self.taken.len() != TOGETHER as usize {
            return Err("messages were lost".into());
        }
        for token in self.taken.drain(..) {
            self.server.complete(token, Answer::default());
        }
        self.server.flush();
        while let Polled::Completion(_) = done("polling", self.client.poll())? {}
        Ok(())
    }
}

fn message(stage: &mut Stage, report: &mut Report) -> Outcome {
    let both = core::cell::RefCell::new(Both::new().ok_or("there is no ring")?);
    let request = RingRequest::from_bytes(1, &[7; 40]).ok_or("the request is too long")?;
    let operation = Operation {
        before: |_: &mut Stage| Ok(()),
        run: |(): &()| both.borrow_mut().pass(&request),
        after: |_: &mut Stage, (), ()| both.borrow_mut().complete(),
    };
    let batch = Batch::new(TOGETHER).ok_or("no messages")?;
    measure(stage, operation, (RING_MESSAGE, batch), report)
}

fn requests(stage: &mut Stage, report: &mut Report) -> Outcome {
    let mut client = RingClient::open(&stage.env, "bench_ring").ok_or("there is no ring")?;
    for (figure, count) in [
        (RING_RPC_BATCH_1, 1),
        (RING_RPC_BATCH_8, 8),
        (RING_RPC_BATCH_64, 64),
    ] {
        batch(stage, &mut client, (figure, count), report)?;
    }
    let bulk = || {
        let mut batch = bench_ring::Batch::new();
        let ticket = batch.take(0, BULK).map_err(|_| Refusal::OutOfRange)?;
        let outcomes = batch.run(&mut client.ring).map_err(|_| Refusal::Dead)?;
        outcomes.of(ticket).map_err(|_| Refusal::InvalidArgument)
    };
    measure_plain(stage, bulk, RING_BULK_64K, report)
}

fn batch(
    stage: &mut Stage,
    client: &mut RingClient,
    (figure, count): (Figure, u32),
    report: &mut Report,
) -> Outcome {
    let batch = Batch::new(count).ok_or("no requests")?;
    let operation = Operation {
        before: |_: &mut Stage| Ok(()),
        run: |(): &()| touch(client, count),
        after: |_: &mut Stage, (), ()| Ok(()),
    };
    measure(stage, operation, (figure, batch), report)
}

/// So many requests with one doorbell, and all their results.
fn touch(client: &mut RingClient, count: u32) -> Result<(), Refusal> {
    let mut batch = bench_ring::Batch::new();
    for word in 1..count {
        // Its result is counted with the others'.
        let _ = batch.touch(word.into()).map_err(|_| Refusal::OutOfRange)?;
    }
    let last = batch.touch(0).map_err(|_| Refusal::OutOfRange)?;
    let outcomes = batch.run(&mut client.ring).map_err(|_| Refusal::Dead)?;
    outcomes.of(last).map_err(|_| Refusal::InvalidArgument)
}
