//! Rings: what a message costs by itself, and what requests cost that travel together.

use alloc::vec::Vec;
use core::convert::Infallible;
use core::hint::black_box;

use bench::figure::{
    Figure, RING_BULK_64K, RING_MESSAGE, RING_MESSAGE_FUSED, RING_RPC_BATCH_1, RING_RPC_BATCH_8,
    RING_RPC_BATCH_64, RING_RPC_SUBMITTED_1,
};
use bench::report::Report;
use bench::samples::Batch;
use libipc::Refusal;
use libipc::codec::result;
use libipc::ring::{Polled, RingClient, RingRequest};
use libipc_ring::sync::AtomicU64;
use libipc_ring::{Capacity, ClientRing, Layout, PeerGone, ServerRing, Wake};
use proto::bench_ring;

use super::Group;
use crate::check::{Outcome, done};
use crate::meter::{Operation, measure, measure_plain};
use crate::stage::Stage;

/// A ring by itself, both ends in this process.
pub(crate) const MESSAGE: Group = Group {
    figures: &[RING_MESSAGE, RING_MESSAGE_FUSED],
    run: messages,
};

/// A ring to another process.
pub(crate) const REQUESTS: Group = Group {
    figures: &[
        RING_RPC_BATCH_1,
        RING_RPC_BATCH_8,
        RING_RPC_BATCH_64,
        RING_RPC_SUBMITTED_1,
        RING_BULK_64K,
    ],
    run: requests,
};

/// Messages that are announced together.
const TOGETHER: u32 = 32;
/// How many are to arrive.
const CARRIED: u64 = TOGETHER as u64;
/// Bytes that are handed over at once.
const BULK: u32 = 64 << 10;

/// Nobody sleeps: both ends are this thread.
pub(super) struct Awake;

impl Wake for Awake {
    fn kick(&self) {}

    fn wait(&self, _: u64) -> Result<(), PeerGone> {
        Err(PeerGone)
    }
}

/// Memory of which a ring is made.
pub(super) fn words(bytes: usize) -> &'static [AtomicU64] {
    let words = (0..bytes / size_of::<u64>()).map(|_| AtomicU64::new(0));
    words.collect::<Vec<_>>().leak()
}

/// Both ends of a ring.
struct Both {
    client: ClientRing<'static, Awake>,
    server: ServerRing<'static, Awake>,
    layout: Layout,
    regions: [&'static [AtomicU64]; 2],
}

impl Both {
    fn new() -> Option<Self> {
        let layout = Layout::new(Capacity::new(TOGETHER as usize)?);
        let [a, b] = [layout.client_bytes(), layout.server_bytes()].map(words);
        let server = ServerRing::new(layout, b, a, Awake)?;
        Some(Self {
            client: ClientRing::new(layout, a, b, Awake)?,
            server,
            layout,
            regions: [a, b],
        })
    }

    /// What is measured of copied messages: from memory to the ring, announce, from there to memory.
    fn copy(&mut self, requests: &[RingRequest; TOGETHER as usize]) -> Result<usize, Refusal> {
        let mut from = (0..).zip(requests.iter().copied());
        let submitted = self.client.submit_all(&mut from);
        submitted.map_err(|_| Refusal::Dead)?;
        self.client.flush();
        let taken = self.server.serve(|_, request| {
            let _ = black_box(&request);
            None
        });
        taken.map_err(|_| Refusal::Dead)
    }

    /// What is measured of messages whose arguments are never anywhere but in registers and in the ring: as many
    /// as it holds.
    fn fuse(&mut self, word: u64) -> Result<u64, Refusal> {
        let mut from = (0..).map_while(|tag| {
            let request = bench_ring::piece_request(word, 1, word, 2, word).ok()?;
            Some((tag, request))
        });
        let submitted = self.client.submit_all(&mut from);
        submitted.map_err(|_| Refusal::Dead)?;
        self.client.flush();
        let mut sum = 0;
        let taken = self.server.serve(|_, request| {
            sum += request.inline[0];
            None
        });
        match taken {
            Ok(_) => Ok(sum),
            Err(_) => Err(Refusal::Dead),
        }
    }

    /// Starts the server anew, which gives up the messages that nobody answered.
    fn restart(&mut self) -> Outcome {
        let [a, b] = self.regions;
        self.server = ServerRing::new(self.layout, b, a, Awake).ok_or("there is no ring")?;
        match done("polling", self.client.poll())? {
            Polled::Restarted => Ok(()),
            _ => Err("the server was not started anew".into()),
        }
    }

    /// As `restart`, if a pass carried what it was to carry.
    fn restart_after(&mut self, carried: u64) -> Outcome {
        self.restart()?;
        match carried {
            CARRIED => Ok(()),
            _ => Err("messages were lost".into()),
        }
    }
}

fn messages(stage: &mut Stage, report: &mut Report) -> Outcome {
    let both = core::cell::RefCell::new(Both::new().ok_or("there is no ring")?);
    let request = RingRequest::from_bytes(1, &[7; 40]).ok_or("the request is too long")?;
    let requests = black_box([request; TOGETHER as usize]);
    let copied = Operation {
        before: |_: &mut Stage| Ok(()),
        run: |(): &()| both.borrow_mut().copy(&requests),
        after: |_: &mut Stage, (), count| both.borrow_mut().restart_after(count as u64),
    };
    let batch = Batch::new(TOGETHER).ok_or("no messages")?;
    measure(stage, copied, (RING_MESSAGE, batch), report)?;
    let one = black_box(1);
    let fused = Operation {
        before: |_: &mut Stage| Ok(()),
        run: |(): &()| both.borrow_mut().fuse(one),
        // Each message adds one.
        after: |_: &mut Stage, (), sum| both.borrow_mut().restart_after(sum),
    };
    measure(stage, fused, (RING_MESSAGE_FUSED, batch), report)
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
    let submitted = || submit(&mut client);
    measure_plain(stage, submitted, RING_RPC_SUBMITTED_1, report)?;
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

/// One request through the ring, although a call would do.
fn submit(client: &mut RingClient) -> Result<(), Refusal> {
    let request = bench_ring::touch_request(0).map_err(|_| Refusal::OutOfRange)?;
    let ring = &mut client.ring;
    ring.submit(&request, 0).map_err(|_| Refusal::Dead)?;
    match ring.wait().map_err(|_| Refusal::Dead)? {
        Polled::Completion(completion) => {
            result::<(), Infallible>(completion.outcome).map_err(|_| Refusal::InvalidArgument)
        }
        _ => Err(Refusal::Dead),
    }
}

/// So many requests with one doorbell, and all their results.
pub(crate) fn touch(client: &mut RingClient, count: u32) -> Result<(), Refusal> {
    let mut batch = bench_ring::Batch::new();
    for word in 1..count {
        // Its result is counted with the others'.
        let _ = batch.touch(word.into()).map_err(|_| Refusal::OutOfRange)?;
    }
    let last = batch.touch(0).map_err(|_| Refusal::OutOfRange)?;
    let outcomes = batch.run(&mut client.ring).map_err(|_| Refusal::Dead)?;
    outcomes.of(last).map_err(|_| Refusal::InvalidArgument)
}
