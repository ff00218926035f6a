//! Both ends of everything that carries 64 bytes either way.

use super::{Far, Lost, Near};
use crate::message::{Message, Step, Worker};

/// An end that sends and receives messages.
pub(crate) trait Duplex {
    /// Sends messages, all at once if it can; waits for room.
    fn send(&mut self, batch: &[Message]) -> Result<(), Lost>;

    /// Waits for at least one message, and hands over what is there.
    fn receive(&mut self, each: impl FnMut(&Message)) -> Result<(), Lost>;
}

/// Makes an end of it.
pub(crate) struct Plain<D>(pub(crate) D);

impl<D: Duplex> Near for Plain<D> {
    fn put(&mut self, batch: &[Message]) -> Result<(), Lost> {
        self.0.send(batch)
    }

    fn ask(&mut self, message: &Message) -> Result<u32, Lost> {
        self.0.send(std::slice::from_ref(message))?;
        let mut answer = 0;
        self.0.receive(|message| {
            let [sum, ..] = message.payload;
            answer = if *message == Message::answer(sum as u32) {
                sum as u32
            } else {
                0
            };
        })?;
        Ok(answer)
    }
}

impl<D: Duplex> Far for Plain<D> {
    fn serve(&mut self, worker: &mut Worker) -> Result<(), Lost> {
        loop {
            let mut last = Step::Taken;
            self.0.receive(|message| last = worker.take(message))?;
            match last {
                Step::Taken => {}
                Step::Answer(sum) => self.0.send(&[Message::answer(sum)])?,
                Step::Last(sum) => return self.0.send(&[Message::answer(sum)]),
            }
        }
    }
}
