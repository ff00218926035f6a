//! Links: two ends that messages go between, and how the second end is brought about.
//!
//! The near end is where time is measured. The far end runs in a child process or in a thread: it
//! is given an invitation, waits at a gate between jobs so that it takes no time from others, and
//! serves until a message says that the job is over.

mod carriage;
mod descriptor;
#[cfg(feature = "iceoryx2")]
mod iceoryx;
mod mq;
mod plain;
mod queues;
mod ring;
mod stream;
mod stub;

use std::io;

use self::carriage::Carriage;
use crate::message::{MOST, Message, Op, Step, Worker};
use crate::plan::{Case, Kind};

/// The other end is gone, or does what it must not.
#[derive(Debug)]
pub(crate) struct Lost(pub(crate) String);

impl From<io::Error> for Lost {
    fn from(cause: io::Error) -> Self {
        Self(cause.to_string())
    }
}

impl From<rustix::io::Errno> for Lost {
    fn from(cause: rustix::io::Errno) -> Self {
        Self(cause.to_string())
    }
}

/// The end that asks.
pub(crate) trait Near {
    /// Sends messages that nobody answers, all at once if it can.
    fn put(&mut self, batch: &[Message]) -> Result<(), Lost>;

    /// Sends one message and waits for its answer.
    fn ask(&mut self, message: &Message) -> Result<u32, Lost>;

    /// Makes sure that the other side listens.
    fn greet(&mut self) -> Result<(), Lost> {
        let greeting = Message::new(Op::Ask, 0);
        match self.ask(&greeting)? == greeting.sum() as u32 {
            true => Ok(()),
            false => Err(Lost("a wrong answer to the greeting".to_owned())),
        }
    }

    /// Sends `count` messages, `batch` at once, and waits for the sum of all.
    fn stream(&mut self, count: u64, batch: usize) -> Result<u32, Lost> {
        let mut messages = [Message::default(); MOST];
        let messages = &mut messages[..batch.clamp(1, MOST)];
        let mut number = 0;
        while number < count {
            let rest = usize::try_from(count - number).unwrap_or(MOST);
            let some = messages.len().min(rest);
            for message in &mut messages[..some] {
                *message = Message::new(Op::Put, number);
                number += 1;
            }
            self.put(&messages[..some])?;
        }
        self.ask(&Message::new(Op::Stop, count))
    }

    /// Sends `count` requests one by one, looks at each answer, and returns the sum of all.
    fn converse(&mut self, count: u64) -> Result<u32, Lost> {
        for number in 0..count {
            let message = Message::new(Op::Ask, number);
            if self.ask(&message)? != message.sum() as u32 {
                return Err(Lost(format!("a wrong answer to request {number}")));
            }
        }
        self.ask(&Message::new(Op::Stop, count))
    }
}

/// The end that answers.
pub(crate) trait Far {
    /// Serves one job.
    fn serve(&mut self, worker: &mut Worker) -> Result<(), Lost>;
}

/// How a far end comes about.
pub(crate) enum Invitation {
    /// By these words, in any process.
    Words(String),
    /// It is here already, for a thread.
    End(Box<dyn Far + Send>),
}

/// What is left to do here when the far end has joined.
type Meet = Box<dyn FnOnce() -> Result<Box<dyn Near>, Lost>>;

/// A link with one end.
pub(crate) struct Opened {
    /// For the far end.
    pub(crate) invitation: Invitation,
    /// Gives the near end, once the far end has joined.
    pub(crate) meet: Meet,
}

impl Opened {
    fn words(words: String, meet: impl FnOnce() -> Result<Box<dyn Near>, Lost> + 'static) -> Self {
        Self {
            invitation: Invitation::Words(words),
            meet: Box::new(meet),
        }
    }

    fn ends(near: impl Near + 'static, far: impl Far + Send + 'static) -> Self {
        Self {
            invitation: Invitation::End(Box::new(far)),
            meet: Box::new(|| Ok(Box::new(near))),
        }
    }
}

/// Makes a link.
pub(crate) fn open(case: Case) -> Result<Opened, Lost> {
    match case.kind {
        Kind::Ring => ring::open(case, Carriage::Slot),
        Kind::RingPool => ring::open(case, Carriage::Pool),
        Kind::Stub => Ok(stub::open(case)),
        Kind::Unix => stream::open_socket(case),
        Kind::Pipe => stream::open_pipes(case),
        Kind::Mq => mq::open(case),
        #[cfg(feature = "iceoryx2")]
        Kind::Iceoryx => iceoryx::open(case),
        #[cfg(not(feature = "iceoryx2"))]
        Kind::Iceoryx => Err(Lost("this program was built without it".to_owned())),
        Kind::Crossbeam => Ok(queues::crossbeam(case)),
        Kind::Rtrb => Ok(queues::rtrb(case)),
    }
}

/// Makes the far end of a link by the words of its invitation.
pub(crate) fn join(case: Case, words: &str) -> Result<Box<dyn Far>, Lost> {
    match case.kind {
        Kind::Ring => ring::join(case, Carriage::Slot, words),
        Kind::RingPool => ring::join(case, Carriage::Pool, words),
        Kind::Stub => stub::join(case, words),
        Kind::Unix => stream::join_socket(case, words),
        Kind::Pipe => stream::join_pipes(case, words),
        Kind::Mq => mq::join(case, words),
        #[cfg(feature = "iceoryx2")]
        Kind::Iceoryx => iceoryx::join(case, words),
        #[cfg(not(feature = "iceoryx2"))]
        Kind::Iceoryx => Err(Lost("this program was built without it".to_owned())),
        Kind::Crossbeam | Kind::Rtrb => Err(Lost("works between threads only".to_owned())),
    }
}

/// What the sum of a greeting and `count` messages must be.
pub(crate) fn right_sum(count: u64, op: Op) -> u32 {
    let mut worker = Worker::default();
    worker.take(&Message::new(Op::Ask, 0));
    for number in 0..count {
        worker.take(&Message::new(op, number));
    }
    match worker.take(&Message::new(Op::Stop, count)) {
        Step::Taken => 0,
        Step::Answer(sum) | Step::Last(sum) => sum,
    }
}
