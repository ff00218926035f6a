//! Queues between two threads of one process. They do not block, so their ends poll.

use std::sync::Arc;

use crossbeam_queue::ArrayQueue;
use rtrb::{Consumer, Producer, RingBuffer};

use super::plain::{Duplex, Plain};
use super::{Lost, Opened};
use crate::message::{MOST, Message};
use crate::plan::Case;
use crate::wait::{Next, Patience};

/// Messages that each direction holds, as many as the ring does.
const SLOTS: usize = libipc_ring::MAX_CAPACITY;

/// Two queues of `crossbeam-queue`.
pub(super) fn crossbeam(case: Case) -> Opened {
    let queue = || Arc::new(ArrayQueue::new(SLOTS));
    let (there, back) = (queue(), queue());
    let end = |output: &Arc<_>, input: &Arc<_>| {
        Plain(Crossbeam {
            output: Arc::clone(output),
            input: Arc::clone(input),
            patience: Patience::new(case.policy, case.cores),
        })
    };
    Opened::ends(end(&there, &back), end(&back, &there))
}

/// Two rings of `rtrb`.
pub(super) fn rtrb(case: Case) -> Opened {
    let ((there, taken), (back, got)) = (RingBuffer::new(SLOTS), RingBuffer::new(SLOTS));
    let end = |output, input| {
        Plain(Rtrb {
            output,
            input,
            patience: Patience::new(case.policy, case.cores),
        })
    };
    Opened::ends(end(there, got), end(back, taken))
}

fn wait(patience: &mut Patience) -> Result<(), Lost> {
    match patience.next() {
        Next::Look => Ok(()),
        Next::Block | Next::GiveUp => Err(Lost("the other thread does not answer".to_owned())),
    }
}

struct Crossbeam {
    output: Arc<ArrayQueue<Message>>,
    input: Arc<ArrayQueue<Message>>,
    patience: Patience,
}

impl Duplex for Crossbeam {
    fn send(&mut self, batch: &[Message]) -> Result<(), Lost> {
        for message in batch {
            while self.output.push(*message).is_err() {
                wait(&mut self.patience)?;
            }
            self.patience.found();
        }
        Ok(())
    }

    fn receive(&mut self, mut each: impl FnMut(&Message)) -> Result<(), Lost> {
        loop {
            if let Some(message) = self.input.pop() {
                self.patience.found();
                each(&message);
                return Ok(());
            }
            wait(&mut self.patience)?;
        }
    }
}

struct Rtrb {
    output: Producer<Message>,
    input: Consumer<Message>,
    patience: Patience,
}

impl Duplex for Rtrb {
    fn send(&mut self, batch: &[Message]) -> Result<(), Lost> {
        if let [message] = batch {
            while self.output.push(*message).is_err() {
                wait(&mut self.patience)?;
            }
            self.patience.found();
            return Ok(());
        }
        loop {
            if let Ok(chunk) = self.output.write_chunk_uninit(batch.len()) {
                chunk.fill_from_iter(batch.iter().copied());
                self.patience.found();
                return Ok(());
            }
            wait(&mut self.patience)?;
        }
    }

    fn receive(&mut self, mut each: impl FnMut(&Message)) -> Result<(), Lost> {
        loop {
            let count = self.input.slots().min(MOST);
            if let Ok(chunk) = self.input.read_chunk(count)
                && count > 0
            {
                let (first, second) = chunk.as_slices();
                first.iter().chain(second).for_each(&mut each);
                chunk.commit_all();
                self.patience.found();
                return Ok(());
            }
            wait(&mut self.patience)?;
        }
    }
}
