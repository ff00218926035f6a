//! The 64 bytes that every candidate carries, and what the receiver does with them.
//!
//! The last three words say what the message asks for. The ring carries them in the header of its
//! slot, which has the operation and the number of payload words anyway; the others carry all eight
//! words as they are. So every receiver is given the same 64 bytes, and sums all of them up.

use zerocopy::{FromBytes, Immutable, IntoBytes};

/// Payload words in front of the operation.
pub(crate) const PAYLOAD_WORDS: usize = 5;
/// The most messages that are sent or taken at once.
pub(crate) const MOST: usize = 32;

/// What a message asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Op {
    /// To be summed up; no answer.
    Put = 1,
    /// To be answered with its own sum.
    Ask = 2,
    /// To be answered with the sum of all since the last such message; the job ends.
    Stop = 3,
}

/// A message of 64 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromBytes, IntoBytes, Immutable)]
#[repr(C)]
pub(crate) struct Message {
    pub(crate) payload: [u64; PAYLOAD_WORDS],
    pub(crate) op: u64,
    pub(crate) words: u64,
    pub(crate) spare: u64,
}

impl Message {
    /// Makes the message with a number.
    #[inline]
    pub(crate) fn new(op: Op, number: u64) -> Self {
        Self {
            payload: [number, !number, number << 7, number ^ 0x5555, number + 9],
            op: op as u64,
            words: PAYLOAD_WORDS as u64,
            spare: 0,
        }
    }

    /// Makes the answer with a sum.
    #[inline]
    pub(crate) fn answer(sum: u32) -> Self {
        Self::new(Op::Ask, u64::from(sum))
    }

    /// Sums all words up.
    #[inline]
    pub(crate) fn sum(&self) -> u64 {
        let payload = self
            .payload
            .iter()
            .fold(0, |sum: u64, word| sum.wrapping_add(*word));
        payload
            .wrapping_add(self.op)
            .wrapping_add(self.words)
            .wrapping_add(self.spare)
    }
}

/// What a message led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Nobody waits for an answer.
    Taken,
    /// The sender waits for this sum.
    Answer(u32),
    /// The sender waits for this sum, and the job is over.
    Last(u32),
}

/// The receiver's work: a sum that depends on every word and on the order of messages.
#[derive(Debug, Default)]
pub(crate) struct Worker {
    sum: u64,
}

impl Worker {
    /// Takes one message.
    #[inline]
    pub(crate) fn take(&mut self, message: &Message) -> Step {
        let sum = message.sum();
        self.sum = self.sum.rotate_left(5) ^ sum;
        if message.op == Op::Put as u64 {
            Step::Taken
        } else if message.op == Op::Ask as u64 {
            Step::Answer(sum as u32)
        } else {
            Step::Last(fold(core::mem::take(&mut self.sum)))
        }
    }
}

fn fold(sum: u64) -> u32 {
    (sum ^ (sum >> 32)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum_of(numbers: &[u64]) -> Step {
        let mut worker = Worker::default();
        for number in numbers {
            assert_eq!(worker.take(&Message::new(Op::Put, *number)), Step::Taken);
        }
        worker.take(&Message::new(Op::Stop, 0))
    }

    #[test]
    fn a_message_has_64_bytes() {
        assert_eq!(size_of::<Message>(), 64);
    }

    #[test]
    fn a_lost_doubled_or_swapped_message_changes_the_sum() {
        let right = sum_of(&[1, 2, 3, 4]);
        for wrong in [&[1, 2, 4][..], &[1, 2, 3, 3, 4], &[1, 3, 2, 4], &[]] {
            assert_ne!(sum_of(wrong), right, "{wrong:?}");
        }
    }

    #[test]
    fn a_job_begins_with_nothing_of_the_last_one() {
        let mut worker = Worker::default();
        let first = worker.take(&Message::new(Op::Stop, 7));
        assert_eq!(worker.take(&Message::new(Op::Stop, 7)), first);
    }
}
