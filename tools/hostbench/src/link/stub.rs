//! The generated stubs of `bench_host` over `libipc-hosted`: what a program's client and server are, between processes of
//! the host.
//!
//! One way the client queues requests in the ring by the stub that makes them and reads what became of each by the stub that
//! reads them; a request whose answer it waits for goes by the method, as a plain call. The server is a type with three
//! methods. Nothing here knows of slots, labels or words.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use libipc::codec::batch::ClientRing;
use libipc::codec::result;
use libipc::ring::{Completion, Outcome, Polled, RingRequest};
use libipc::{Caller, TransportError};
use libipc_hosted::{Client, Connection, Options, Patience as Hosted, Server, connect};
use libipc_ring::{MAX_CAPACITY, Submitted};
use proto::bench_host;

use super::{Far, Lost, Near, Opened};
use crate::message::{Message, Op, PAYLOAD_WORDS, Step, Worker};
use crate::plan::{Case, Cores};
use crate::wait::{Next, Patience, Policy, SPIN};

impl From<TransportError> for Lost {
    fn from(error: TransportError) -> Self {
        Self(error.to_string())
    }
}

/// Says where the server is to be. The client connects with its first message, when the server runs.
pub(super) fn open(case: Case) -> Opened {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("weft-hostbench-{}-{number}", std::process::id());
    let path = std::env::temp_dir().join(name);
    let near = Stubs {
        case,
        path: path.clone(),
        ends: None,
    };
    Opened::words(path.display().to_string(), || Ok(Box::new(near)))
}

/// Makes the server.
pub(super) fn join(case: Case, path: &str) -> Result<Box<dyn Far>, Lost> {
    let service = bench_host::Dispatcher(Summer::default());
    let server = Server::bind(path.as_ref(), service)?;
    Ok(Box::new(server.patience(hosted(case))))
}

/// How the ends of a case wait.
fn hosted(case: Case) -> Hosted {
    match (case.policy, case.cores) {
        (Policy::Block, _) => Hosted::Block,
        (Policy::Adaptive, _) => Hosted::Adaptive,
        (Policy::Spin, _) => Hosted::Spin(SPIN),
        (Policy::Poll, Cores::Apart) => Hosted::Poll,
        (Policy::Poll, Cores::Same) => Hosted::Yield,
    }
}

/// The near end.
struct Stubs {
    case: Case,
    path: PathBuf,
    ends: Option<Ends>,
}

/// What it has once it is connected.
struct Ends {
    calls: bench_host::Client<Connection>,
    ring: ClientRing<'static, Connection>,
    patience: Patience,
}

impl Stubs {
    fn ends(&mut self) -> Result<&mut Ends, Lost> {
        if self.ends.is_none() {
            let options = Options {
                slots: MAX_CAPACITY,
                patience: hosted(self.case),
                ..Options::default()
            };
            let Client {
                connection, ring, ..
            } = connect(&self.path, &options)?;
            // Nobody else is to come.
            std::fs::remove_file(&self.path)?;
            self.ends = Some(Ends {
                calls: bench_host::Client::new(connection),
                ring,
                patience: Patience::new(self.case.policy, self.case.cores),
            });
        }
        let ends = self.ends.as_mut();
        ends.ok_or_else(|| Lost("it is not connected".to_owned()))
    }
}

impl Ends {
    /// Queues messages. If the ring is full, first waits until half of it is free, so that the two sides do not hand each
    /// other one slot at a time.
    fn queue(&mut self, batch: &[Message]) -> Result<(), Lost> {
        let mut requests = batch.iter().filter_map(put).map(|request| (0, request));
        while self.ring.submit_all(&mut requests)? == Submitted::UntilFull {
            self.ring.flush();
            self.complete(MAX_CAPACITY / 2)?;
        }
        self.ring.flush();
        Ok(())
    }

    /// Waits until at most so many requests are outstanding; all must have succeeded.
    fn complete(&mut self, most: usize) -> Result<(), Lost> {
        loop {
            let (mut found, mut wrong) = (false, None);
            self.ring.poll_all(|Completion { outcome, .. }| {
                found = true;
                wrong = taken(outcome).err().or(wrong);
            })?;
            if let Some(error) = wrong {
                return Err(error.into());
            }
            if found {
                self.patience.found();
            }
            if self.ring.outstanding() <= most {
                return Ok(());
            }
            if !found {
                self.wait(self.ring.outstanding() - most)?;
            }
        }
    }

    /// There was no completion, and so many are needed.
    fn wait(&mut self, count: usize) -> Result<(), Lost> {
        match self.patience.next() {
            Next::Look => Ok(()),
            Next::GiveUp => Err(Lost("no completion".to_owned())),
            Next::Block => match self.ring.wait_for(count)? {
                Polled::Completion(completion) => Ok(taken(completion.outcome)?),
                _ => Err(Lost("the server was restarted".to_owned())),
            },
        }
    }
}

/// The request that carries a message.
fn put(message: &Message) -> Option<RingRequest> {
    let [a, b, c, d, e] = message.payload;
    // Five words always fit.
    bench_host::put_request(a, b, c, d, e).ok()
}

/// What became of it.
fn taken(outcome: Outcome) -> Result<(), TransportError> {
    result::<(), Infallible>(outcome).map_err(|error| match error {
        libipc::Error::Transport(error) => error,
        libipc::Error::Server(never) => match never {},
    })
}

impl Near for Stubs {
    fn put(&mut self, batch: &[Message]) -> Result<(), Lost> {
        self.ends()?.queue(batch)
    }

    fn ask(&mut self, message: &Message) -> Result<u32, Lost> {
        let ends = self.ends()?;
        // A call would overtake what is queued.
        ends.complete(0)?;
        let [a, b, c, d, e] = message.payload;
        let sum = match message.op == Op::Ask as u64 {
            true => ends.calls.ask(a, b, c, d, e),
            false => ends.calls.stop(a, b, c, d, e),
        };
        Ok(sum?)
    }
}

/// The server: sums messages up.
#[derive(Default)]
struct Summer {
    worker: Worker,
    is_over: bool,
}

impl Summer {
    #[inline]
    fn take(&mut self, op: Op, payload: [u64; PAYLOAD_WORDS]) -> u32 {
        let message = Message {
            payload,
            op: op as u64,
            words: PAYLOAD_WORDS as u64,
            spare: 0,
        };
        match self.worker.take(&message) {
            Step::Taken => 0,
            Step::Answer(sum) | Step::Last(sum) => sum,
        }
    }
}

impl bench_host::Server for Summer {
    #[inline]
    fn put(&mut self, _: Caller, a: u64, b: u64, c: u64, d: u64, e: u64) {
        self.take(Op::Put, [a, b, c, d, e]);
    }

    #[inline]
    fn ask(&mut self, _: Caller, a: u64, b: u64, c: u64, d: u64, e: u64) -> u32 {
        self.take(Op::Ask, [a, b, c, d, e])
    }

    fn stop(&mut self, _: Caller, a: u64, b: u64, c: u64, d: u64, e: u64) -> u32 {
        self.is_over = true;
        self.take(Op::Stop, [a, b, c, d, e])
    }
}

impl Far for Server<bench_host::Dispatcher<Summer>> {
    fn serve(&mut self, worker: &mut Worker) -> Result<(), Lost> {
        self.service_mut().0 = Summer {
            worker: std::mem::take(worker),
            is_over: false,
        };
        self.serve_while(|summer| !summer.0.is_over);
        let summer = &mut self.service_mut().0;
        *worker = std::mem::take(&mut summer.worker);
        Ok(())
    }
}
