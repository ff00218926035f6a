//! How 64 bytes travel by the ring: in a slot, or in pools beside it.

use libipc_ring::sync::AtomicU64;
use libipc_ring::{Capacity, Descriptor, Layout, OutOfBounds, Outcome, Pool, Request, Untrusted};
use zerocopy::IntoBytes;

use crate::message::{Message, PAYLOAD_WORDS};

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carriage {
    /// The slot is the message: operation, length and 40 bytes of payload. The answer is the value
    /// of a completion of 16 bytes.
    Slot,
    /// A slot that names 64 bytes in the client's pool. The answer is a completion that names 64
    /// bytes in the server's.
    Pool,
}

const BLOCK: usize = size_of::<Message>();

/// The layout of the ring: as large as it can be.
pub(super) fn layout() -> Option<Layout> {
    Capacity::new(libipc_ring::MAX_CAPACITY).map(Layout::new)
}

/// Bytes of a pool with a block for each slot.
pub(super) fn pool_bytes(layout: Layout) -> usize {
    layout.capacity().slots() * BLOCK
}

/// One side's pools.
pub(super) struct Cargo {
    carriage: Carriage,
    out: Pool<'static>,
    inward: Untrusted<'static>,
    blocks: usize,
    next: usize,
}

impl Cargo {
    /// Takes the pool that this side writes, and the peer's.
    pub(super) fn new(
        carriage: Carriage,
        out: &'static [AtomicU64],
        inward: &'static [AtomicU64],
    ) -> Self {
        Self {
            carriage,
            out: Pool::new(out),
            inward: Untrusted::new(inward),
            blocks: size_of_val(out) / BLOCK,
            next: 0,
        }
    }

    /// The request that carries a message. In a pool it takes the oldest block, which is free:
    /// requests end in order, and no more are outstanding than there are blocks.
    pub(super) fn request(&mut self, message: &Message) -> Result<Request, OutOfBounds> {
        let op = message.op as u32;
        if self.carriage == Carriage::Slot {
            return Ok(Request {
                op,
                words: message.words as u32,
                inline: message.payload,
            });
        }
        let mut inline = [0; PAYLOAD_WORDS];
        inline[0] = self.write(message)?.to_word();
        Ok(Request {
            op,
            words: 1,
            inline,
        })
    }

    /// The message that a request carries.
    pub(super) fn message(&self, request: &Request) -> Result<Message, OutOfBounds> {
        if self.carriage == Carriage::Slot {
            return Ok(Message {
                payload: request.inline,
                op: u64::from(request.op),
                words: u64::from(request.words),
                spare: 0,
            });
        }
        self.read(Descriptor::from_word(request.inline[0]))
    }

    /// The outcome that carries a sum.
    pub(super) fn outcome(&mut self, sum: u32) -> Result<Outcome, OutOfBounds> {
        let value = match self.carriage {
            Carriage::Slot => sum,
            Carriage::Pool => self.write(&Message::answer(sum))?.offset,
        };
        Ok(Outcome { status: 0, value })
    }

    /// The sum that an outcome carries.
    pub(super) fn sum(&self, outcome: Outcome) -> Result<u32, OutOfBounds> {
        if self.carriage == Carriage::Slot {
            return Ok(outcome.value);
        }
        let answer = self.read(Descriptor {
            offset: outcome.value,
            length: BLOCK as u32,
        })?;
        let [sum, ..] = answer.payload;
        (answer == Message::answer(sum as u32))
            .then_some(sum as u32)
            .ok_or(OutOfBounds)
    }

    fn write(&mut self, message: &Message) -> Result<Descriptor, OutOfBounds> {
        let block = Descriptor {
            offset: (self.next * BLOCK) as u32,
            length: BLOCK as u32,
        };
        self.out.write(block, message.as_bytes())?;
        self.next = (self.next + 1) % self.blocks;
        Ok(block)
    }

    fn read(&self, block: Descriptor) -> Result<Message, OutOfBounds> {
        let mut message = Message::default();
        self.inward
            .part(block)?
            .copy_to(0, message.as_mut_bytes())?;
        Ok(message)
    }
}
