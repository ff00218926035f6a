//! The shared ring: its client is the near end, its server the far one.
//!
//! Where both sides poll for ever nobody is woken, so nothing is flushed; else the client flushes a
//! batch, and the server when it has nothing to do or has completed as many as a batch may have.

use libipc_ring::sync::AtomicU64;
use libipc_ring::{
    ClientRing, Closed, MAX_CAPACITY, OutOfBounds, Outcome, Polled, ServerRing, Submission,
    SubmitError,
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
pub(super) fn join(
    case: Case,
    carriage: Carriage,
    words: &str,
) -> Result<Box<dyn Far + Send>, Lost> {
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
    /// Submits; if the ring is full, first waits until half of it is free, so that the two sides do
    /// not hand each other one slot at a time.
    fn submit(&mut self, message: &Message) -> Result<(), Lost> {
        if self.ring.outstanding() == MAX_CAPACITY {
            self.flush();
            while self.ring.outstanding() > MAX_CAPACITY / 2 {
                self.complete()?;
            }
        }
        let request = self.cargo.request(message)?;
        self.ring
            .submit(&request, 0)
            .map_err(|refused| match refused {
                SubmitError::Full => unfit(),
                SubmitError::Closed(closed) => closed.into(),
            })
    }

    fn flush(&mut self) {
        if self.patience.policy() != Policy::Poll {
            self.ring.flush();
        }
    }

    /// Waits for one completion.
    fn complete(&mut self) -> Result<Outcome, Lost> {
        loop {
            let found = match self.ring.poll()? {
                Polled::Empty => match self.patience.next() {
                    Next::Look => continue,
                    Next::Block => self.ring.wait()?,
                    Next::GiveUp => return Err(Lost("no completion".to_owned())),
                },
                found => found,
            };
            let Polled::Completion(completion) = found else {
                return Err(Lost("the server was restarted".to_owned()));
            };
            self.patience.found();
            return Ok(completion.outcome);
        }
    }
}

impl Near for Client {
    fn put(&mut self, batch: &[Message]) -> Result<(), Lost> {
        for message in batch {
            self.submit(message)?;
        }
        self.flush();
        Ok(())
    }

    fn ask(&mut self, message: &Message) -> Result<u32, Lost> {
        self.submit(message)?;
        self.flush();
        loop {
            let outcome = self.complete()?;
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

impl Server {
    fn next(&mut self) -> Result<Submission, Lost> {
        loop {
            if let Some(submission) = self.ring.take()? {
                self.patience.found();
                return Ok(submission);
            }
            self.flush();
            match self.patience.next() {
                Next::Look => {}
                Next::Block => {
                    self.patience.found();
                    return Ok(self.ring.wait()?);
                }
                Next::GiveUp => return Err(Lost("no request".to_owned())),
            }
        }
    }

    fn flush(&mut self) {
        self.unannounced = 0;
        if self.patience.policy() != Policy::Poll {
            self.ring.flush();
        }
    }
}

impl Far for Server {
    fn serve(&mut self, worker: &mut Worker) -> Result<(), Lost> {
        loop {
            let Submission { token, request } = self.next()?;
            let step = worker.take(&self.cargo.message(&request)?);
            let outcome = match step {
                Step::Taken => Outcome::default(),
                Step::Answer(sum) | Step::Last(sum) => self.cargo.outcome(sum)?,
            };
            self.ring.complete(token, outcome);
            self.unannounced += 1;
            if self.unannounced == MOST || step != Step::Taken {
                self.flush();
            }
            if let Step::Last(_) = step {
                return Ok(());
            }
        }
    }
}
