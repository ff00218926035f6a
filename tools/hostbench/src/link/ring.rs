//! The shared ring: its client is the near end, its server the far one.
//!
//! Where both sides poll for ever nobody is woken, so nothing is flushed; else the client flushes a
//! batch, and the server when it has nothing to do or has completed as many as a batch may have.

use libipc_ring::sync::AtomicU64;
use libipc_ring::{
    ClientRing, Closed, MAX_CAPACITY, OutOfBounds, Outcome, Polled, Request, ServerRing, Submission,
};

use super::carriage::{Cargo, Carriage, layout, pool_bytes};
use super::{Far, Lost, Near, Opened};
use crate::bell::Bell;
use crate::memory::{self, Access, Memory, Region};
use crate::message::{MOST, Message, Step, Worker};
use crate::plan::Case;
use crate::wait::{Next, Patience, Policy};

impl From<Closed> for Lost {
    fn from(closed: Closed) -> Self {
        Self(format!("the ring is closed: {closed:?}"))
    }
}

impl From<OutOfBounds> for Lost {
    fn from(_: OutOfBounds) -> Self {
        Self("a message or an answer is not where it should be".to_owned())
    }
}

/// Makes the two regions and the client. The far end's region is read-only here.
pub(super) fn open(case: Case, carriage: Carriage) -> Result<Opened, Lost> {
    let layout = layout().ok_or_else(unfit)?;
    let client = Memory::new(layout.client_bytes() + pool_bytes(layout))?;
    let server = Memory::new(layout.server_bytes() + pool_bytes(layout))?;
    let (own, peer) = (client.map(Access::Write)?, server.map(Access::Read)?);
    let (own_ring, out) = split(own, layout.client_bytes())?;
    let (peer_ring, inward) = split(peer, layout.server_bytes())?;
    let ring =
        ClientRing::new(layout, own_ring, peer_ring, Bell::new(own, peer)).ok_or_else(unfit)?;
    let near = Client {
        ring,
        cargo: Cargo::new(carriage, out, inward),
        patience: Patience::new(case.policy, case.cores),
    };
    let words = format!("{} {}", client.path(), server.path());
    Ok(Opened::words(words, move || {
        drop((client, server));
        Ok(Box::new(near))
    }))
}

/// Opens the two regions, the client's for reading only, and makes the server.
pub(super) fn join(case: Case, carriage: Carriage, words: &str) -> Result<Box<dyn Far>, Lost> {
    let layout = layout().ok_or_else(unfit)?;
    let (client, server) = words.split_once(' ').unwrap_or_default();
    let peer = memory::open(client, Access::Read)?;
    let own = memory::open(server, Access::Write)?;
    let (own_ring, out) = split(own, layout.server_bytes())?;
    let (peer_ring, inward) = split(peer, layout.client_bytes())?;
    let ring =
        ServerRing::new(layout, own_ring, peer_ring, Bell::new(own, peer)).ok_or_else(unfit)?;
    Ok(Box::new(Server {
        ring,
        cargo: Cargo::new(carriage, out, inward),
        patience: Patience::new(case.policy, case.cores),
        unannounced: 0,
    }))
}

type Words = &'static [AtomicU64];

/// The ring and the pool of a region.
fn split(region: Region, ring_bytes: usize) -> Result<(Words, Words), Lost> {
    let layout = layout().ok_or_else(unfit)?;
    let (ring, rest) = region
        .words()
        .split_at_checked(ring_bytes / 8)
        .ok_or_else(unfit)?;
    let pool = rest.get(..pool_bytes(layout) / 8).ok_or_else(unfit)?;
    Ok((ring, pool))
}

fn unfit() -> Lost {
    Lost("the regions are too short".to_owned())
}

struct Client {
    ring: ClientRing<'static, Bell>,
    cargo: Cargo,
    patience: Patience,
}

impl Client {
    /// Submits messages. If the ring is full, first waits until half of it is free, so that the two
    /// sides do not hand each other one slot at a time.
    fn submit(&mut self, batch: &[Message]) -> Result<(), Lost> {
        let mut messages = batch.iter();
        while messages.len() != 0 {
            if self.ring.outstanding() == MAX_CAPACITY {
                self.flush();
                while let Some(count) = self.ring.outstanding().checked_sub(MAX_CAPACITY / 2)
                    && count != 0
                {
                    self.complete(count)?;
                }
            }
            let mut unfit = None;
            let requests = messages.by_ref().map_while(|message| {
                let request = self.cargo.request(message);
                request.map_err(|why| unfit = Some(why)).ok()
            });
            self.ring
                .submit_all(&mut requests.map(|request| (0, request)))?;
            if let Some(why) = unfit {
                return Err(why.into());
            }
        }
        Ok(())
    }

    fn flush(&mut self) {
        if self.patience.policy() != Policy::Poll {
            self.ring.flush();
        }
    }

    /// Waits for completions, so many if it sleeps, and takes all there are; returns the last.
    fn complete(&mut self, count: usize) -> Result<Outcome, Lost> {
        loop {
            let mut last = None;
            self.ring
                .poll_all(|completion| last = Some(completion.outcome))?;
            if let Some(outcome) = last {
                self.patience.found();
                return Ok(outcome);
            }
            match self.patience.next() {
                Next::Look => {}
                Next::Block => return self.block(count),
                Next::GiveUp => return Err(Lost("no completion".to_owned())),
            }
        }
    }

    /// Sleeps until there are so many completions.
    fn block(&mut self, count: usize) -> Result<Outcome, Lost> {
        let Polled::Completion(completion) = self.ring.wait_for(count)? else {
            return Err(Lost("the server was restarted".to_owned()));
        };
        self.patience.found();
        Ok(completion.outcome)
    }
}

impl Near for Client {
    fn put(&mut self, batch: &[Message]) -> Result<(), Lost> {
        self.submit(batch)?;
        self.flush();
        Ok(())
    }

    fn ask(&mut self, message: &Message) -> Result<u32, Lost> {
        self.submit(std::slice::from_ref(message))?;
        self.flush();
        loop {
            let outcome = self.complete(1)?;
            if self.ring.outstanding() == 0 {
                return Ok(self.cargo.sum(outcome)?);
            }
        }
    }
}

struct Server {
    ring: ServerRing<'static, Bell>,
    cargo: Cargo,
    patience: Patience,
    unannounced: usize,
}

/// What serving some requests led to.
#[derive(Default)]
struct Served {
    /// Somebody waits for the last completion.
    urgent: bool,
    /// The job is over.
    over: bool,
}

impl Server {
    /// Serves the requests that are there.
    fn serve_some(&mut self, worker: &mut Worker) -> Result<(usize, Served), Lost> {
        let mut served = Served::default();
        let mut unfit = None;
        let cargo = &mut self.cargo;
        let taken = self.ring.serve(|token, request| {
            let outcome = answer(cargo, worker, &request, &mut served);
            let outcome = outcome.map_err(|why| unfit = Some(why)).ok()?;
            Some((token, outcome))
        });
        match unfit {
            None => Ok((taken?, served)),
            Some(why) => Err(why.into()),
        }
    }

    /// Sleeps until there is a request, and serves it.
    fn serve_next(&mut self, worker: &mut Worker) -> Result<Served, Lost> {
        let mut served = Served::default();
        let Submission { token, request } = self.ring.wait()?;
        let outcome = answer(&mut self.cargo, worker, &request, &mut served)?;
        self.ring.complete(token, outcome);
        Ok(served)
    }

    fn flush(&mut self) {
        self.unannounced = 0;
        if self.patience.policy() != Policy::Poll {
            self.ring.flush();
        }
    }
}

/// Has a request worked on.
#[inline]
fn answer(
    cargo: &mut Cargo,
    worker: &mut Worker,
    request: &Request,
    served: &mut Served,
) -> Result<Outcome, OutOfBounds> {
    match worker.take(&cargo.message(request)?) {
        Step::Taken => Ok(Outcome::default()),
        Step::Answer(sum) => {
            served.urgent = true;
            cargo.outcome(sum)
        }
        Step::Last(sum) => {
            served.urgent = true;
            served.over = true;
            cargo.outcome(sum)
        }
    }
}

impl Far for Server {
    fn serve(&mut self, worker: &mut Worker) -> Result<(), Lost> {
        loop {
            let (taken, mut served) = self.serve_some(worker)?;
            if taken != 0 {
                self.patience.found();
                self.unannounced += taken;
            } else {
                self.flush();
                match self.patience.next() {
                    Next::Look => continue,
                    Next::Block => {
                        self.patience.found();
                        served = self.serve_next(worker)?;
                        self.unannounced += 1;
                    }
                    Next::GiveUp => return Err(Lost("no request".to_owned())),
                }
            }
            if self.unannounced >= MOST || served.urgent {
                self.flush();
            }
            if served.over {
                return Ok(());
            }
        }
    }
}
