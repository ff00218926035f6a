//! The buffers between the chip and the clients.

use heapless::{Deque, Vec};

use crate::{Attention, Chip, Overrun, Received};

/// Bytes that wait for the line.
pub const SEND_BYTES: usize = 8192;
/// Bytes that wait for a reader.
pub const RECEIVE_BYTES: usize = 4096;

/// Whether input came that a reader does not know of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Bytes arrived and none were waiting before.
    First,
    /// Nothing, or more of what was waiting already.
    Known,
}

/// A serial line: the chip and its buffers.
pub struct Line<C> {
    chip: C,
    to_send: Deque<u8, SEND_BYTES>,
    received: Deque<u8, RECEIVE_BYTES>,
    lost: u32,
}

impl<C: Chip> Line<C> {
    /// A line over a chip that was set up.
    pub fn new(chip: C) -> Self {
        Self {
            chip,
            to_send: Deque::new(),
            received: Deque::new(),
            lost: 0,
        }
    }

    /// Queues as many bytes as there is room for, starts the transmitter, and returns how many were
    /// queued.
    pub fn write(&mut self, bytes: &[u8]) -> usize {
        let room = SEND_BYTES - self.to_send.len();
        let taken = bytes.len().min(room);
        for byte in bytes.iter().take(taken) {
            // There is room for all of them.
            let _ = self.to_send.push_back(*byte);
        }
        self.pump();
        taken
    }

    /// Takes up to `max` received bytes, and how many were lost since the last time: dropped here,
    /// broken on the line, or (counted as one) overrun in the chip.
    pub fn read<const N: usize>(&mut self, max: usize) -> (Vec<u8, N>, u32) {
        let mut bytes = Vec::new();
        while bytes.len() < max.min(N)
            && let Some(byte) = self.received.pop_front()
        {
            let _ = bytes.push(byte);
        }
        (bytes, core::mem::take(&mut self.lost))
    }

    /// Returns whether received bytes wait.
    pub fn has_input(&self) -> bool {
        !self.received.is_empty()
    }

    /// Returns whether everything written was given to the chip.
    pub fn is_queue_empty(&self) -> bool {
        self.to_send.is_empty()
    }

    /// Returns whether everything written has left the line.
    pub fn is_drained(&mut self) -> bool {
        self.to_send.is_empty() && self.chip.is_idle()
    }

    /// Handles interrupts until the chip has none: where the bus sees only the rising edge of its line, a reason
    /// that is left would be the last interrupt ever.
    pub fn interrupt(&mut self) -> Arrival {
        let before = self.received.is_empty();
        while self.chip.attention() == Attention::Wanted {
            self.take_all();
            self.pump();
        }
        if before && self.has_input() {
            Arrival::First
        } else {
            Arrival::Known
        }
    }

    fn take_all(&mut self) {
        loop {
            let (received, overrun) = self.chip.receive();
            if overrun == Overrun::Happened {
                self.lost = self.lost.saturating_add(1);
            }
            let kept = match received {
                Received::Nothing => return,
                Received::Byte(byte) => self.received.push_back(byte).is_ok(),
                Received::Broken => false,
            };
            if !kept {
                self.lost = self.lost.saturating_add(1);
            }
        }
    }

    fn pump(&mut self) {
        let queue = &mut self.to_send;
        self.chip.transmit(|| queue.pop_front());
    }

    /// The chip.
    pub fn chip(&mut self) -> &mut C {
        &mut self.chip
    }
}
