//! The `serial` interface over a line.

use heapless::Deque;
use libipc::codec::Bytes;
use libipc::objects::{IrqHandler, Notification};
use libipc::{Caller, Cap, Reply};
use proto::serial::{Error, MAX_READ, MAX_WRITE, Server};

use crate::{Arrival, Chip, Line};

/// Writes that wait for room. The line is meant for one user; a writer beyond these is turned away.
const MAX_WAITING: usize = 2;

/// Reads of the status while the last bytes leave: 16 frames take 1.4 ms, a read about 1 µs.
const PATIENCE: u32 = 100_000;

/// A write of which a part is queued.
struct Waiting {
    rest: Bytes<{ MAX_WRITE as usize }>,
    reply: Reply<(), Error>,
}

/// The driver: a line and those who wait for it.
pub struct Driver<C> {
    line: Line<C>,
    interrupt: IrqHandler,
    interrupt_bits: u64,
    waiting: Deque<Waiting, MAX_WAITING>,
    drains: Deque<Reply<(), Error>, MAX_WAITING>,
    arrival: Option<Cap<Notification>>,
}

impl<C: Chip> Driver<C> {
    /// Serves a line whose interrupt signals `interrupt_bits`.
    pub fn new(line: Line<C>, interrupt: IrqHandler, interrupt_bits: u64) -> Self {
        let (waiting, drains) = (Deque::new(), Deque::new());
        Self {
            line,
            interrupt,
            interrupt_bits,
            waiting,
            drains,
            arrival: None,
        }
    }

    /// Allows interrupts. What the chip wanted before would never raise its line again, so it is
    /// handled here.
    pub fn start(&mut self) {
        self.attend();
    }

    /// Handles the chip, lets its next interrupt through, and handles it again: an edge between the
    /// two would be lost.
    fn attend(&mut self) {
        let mut arrival = self.line.interrupt();
        // Refused only if the interrupt was taken away; polling by later calls still works.
        let _ = self.interrupt.acknowledge();
        if self.line.interrupt() == Arrival::First {
            arrival = Arrival::First;
        }
        if arrival == Arrival::First {
            self.announce();
        }
        self.serve_waiting();
    }

    fn announce(&self) {
        if let Some(arrival) = &self.arrival {
            // Refused only if the subscriber is gone.
            let _ = Notification::from(arrival.slot()).signal();
        }
    }

    /// Queues what was waiting for room, then answers those who wait for an empty line.
    fn serve_waiting(&mut self) {
        while let Some(mut waiting) = self.waiting.pop_front() {
            let queued = self.line.write(&waiting.rest);
            if queued == waiting.rest.len() {
                waiting.reply.ok(());
                continue;
            }
            waiting.rest = Bytes::from_slice(&waiting.rest[queued..]).unwrap_or_default();
            // There is room: it was just taken from there.
            let _ = self.waiting.push_front(waiting);
            return;
        }
        while self.line.is_queue_empty()
            && let Some(reply) = self.drains.pop_front()
        {
            reply.answer(self.wait_until_idle());
        }
    }

    /// The chip has no interrupt for the end of the last byte.
    fn wait_until_idle(&mut self) -> Result<(), Error> {
        for _ in 0..PATIENCE {
            if self.line.is_drained() {
                return Ok(());
            }
        }
        Err(Error::Device)
    }
}

impl<C: Chip> Server for Driver<C> {
    fn write(&mut self, _: Caller, data: &[u8], reply: Reply<(), Error>) {
        let queued = if self.waiting.is_empty() {
            self.line.write(data)
        } else {
            0
        };
        if queued == data.len() {
            return reply.ok(());
        }
        let rest = Bytes::from_slice(&data[queued..]).unwrap_or_default();
        // A writer too many is dropped, which answers ABANDONED.
        let _ = self.waiting.push_back(Waiting { rest, reply });
    }

    fn read(&mut self, _: Caller, max: u32) -> Result<(Bytes<{ MAX_READ as usize }>, u32), Error> {
        Ok(self.line.read(max as usize))
    }

    fn subscribe(&mut self, _: Caller, arrival: Cap<Notification>) {
        self.arrival = Some(arrival);
        if self.line.has_input() {
            self.announce();
        }
    }

    fn drain(&mut self, _: Caller, reply: Reply<(), Error>) {
        // One too many is dropped, which answers ABANDONED.
        let _ = self.drains.push_back(reply);
        self.serve_waiting();
    }

    fn signal(&mut self, bits: u64) {
        if bits & self.interrupt_bits != 0 {
            self.attend();
        }
    }
}
