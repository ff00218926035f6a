//! What stands in the slots.
//!
//! Request (8 words): sequence; operation << 32 | identifier; number of payload words; 5 payload
//! words. Sequence = epoch << 48 | position + 1, so that a slot of an earlier epoch or lap is
//! never taken for a new one.
//!
//! Completion (2 words): identifier << 32 | (position + 1) mod 2³²; value << 32 | status. The
//! server clears its slots before it opens an epoch, so the epoch need not stand in them.

use crate::Fault;
use crate::layout::{COMPLETION_WORDS, REQUEST_WORDS};

/// Words of payload in a request: 40 bytes.
pub const INLINE_WORDS: usize = 5;

/// The payload of a request.
pub type Inline = [u64; INLINE_WORDS];

const POSITION_BITS: u32 = 48;

/// What a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Request {
    /// Which operation: the label that a plain call of the method would have.
    pub op: u32,
    /// How many words of `inline` are payload. A received request never has more than there are.
    pub words: u32,
    /// The payload.
    pub inline: Inline,
}

impl Request {
    /// Returns a request with these bytes, padded with zeros, or `None` if they do not fit.
    #[must_use]
    pub fn from_bytes(op: u32, bytes: &[u8]) -> Option<Self> {
        let words = bytes.len().div_ceil(size_of::<u64>());
        let mut inline = [0; INLINE_WORDS];
        for (word, chunk) in inline.get_mut(..words)?.iter_mut().zip(bytes.chunks(8)) {
            let mut padded = [0; 8];
            padded[..chunk.len()].copy_from_slice(chunk);
            *word = u64::from_ne_bytes(padded);
        }
        Some(Self {
            op,
            words: words as u32,
            inline,
        })
    }
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Outcome {
    /// As the label of a plain call's answer: 0 for success, 1 for the method's own error.
    pub status: u32,
    /// The result, or the error's number.
    pub value: u32,
}

/// The answer to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What the client gave along when it submitted the request.
    pub tag: u32,
    /// How it ended.
    pub outcome: Outcome,
}

/// The word that publishes a request.
pub(crate) fn request_sequence(epoch: u16, position: u64) -> u64 {
    (u64::from(epoch) << POSITION_BITS) | (position + 1)
}

/// The epoch in a request's sequence word.
pub(crate) fn sequence_epoch(sequence: u64) -> u16 {
    (sequence >> POSITION_BITS) as u16
}

/// Puts a request slot together.
pub(crate) fn encode_request(sequence: u64, id: u32, request: &Request) -> [u64; REQUEST_WORDS] {
    let [a, b, c, d, e] = request.inline;
    let head = (u64::from(request.op) << 32) | u64::from(id);
    let words = u64::from(request.words);
    [sequence, head, words, a, b, c, d, e]
}

/// Takes the copy of a request slot apart: identifier and request.
pub(crate) fn decode_request(copy: [u64; REQUEST_WORDS]) -> Result<(u32, Request), Fault> {
    let [_, head, words, inline @ ..] = copy;
    if words > INLINE_WORDS as u64 {
        return Err(Fault::LengthOutOfRange);
    }
    let (op, words) = ((head >> 32) as u32, words as u32);
    Ok((head as u32, Request { op, words, inline }))
}

/// The half of a word that publishes a completion.
pub(crate) fn completion_sequence(position: u64) -> u32 {
    (position + 1) as u32
}

/// Puts a completion slot together.
pub(crate) fn encode_completion(position: u64, id: u32, out: Outcome) -> [u64; COMPLETION_WORDS] {
    let head = (u64::from(id) << 32) | u64::from(completion_sequence(position));
    [head, (u64::from(out.value) << 32) | u64::from(out.status)]
}

/// Takes the copy of a completion slot apart: identifier and outcome.
pub(crate) fn decode_completion(copy: [u64; COMPLETION_WORDS]) -> (u32, Outcome) {
    let [head, outcome] = copy;
    (
        (head >> 32) as u32,
        Outcome {
            status: outcome as u32,
            value: (outcome >> 32) as u32,
        },
    )
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn requests_survive_encoding() {
        let request = Request {
            op: 0x1234_0002,
            words: 5,
            inline: [1, 2, 3, 4, u64::MAX],
        };
        let copy = encode_request(request_sequence(3, 7), 0xabcd_0001, &request);
        assert_eq!(decode_request(copy), Ok((0xabcd_0001, request)));
        assert_eq!(sequence_epoch(copy[0]), 3);
    }

    #[test]
    fn bytes_are_padded_to_words_and_more_than_40_are_refused() {
        let request = Request::from_bytes(1, &[1; 9]).expect("fits");
        assert_eq!((request.words, request.inline[1]), (2, 1));
        assert_eq!(
            Request::from_bytes(1, &[1; 40]).map(|request| request.words),
            Some(5)
        );
        assert_eq!(Request::from_bytes(1, &[1; 41]), None);
    }

    #[test]
    fn completions_survive_encoding() {
        let outcome = Outcome {
            status: 1,
            value: u32::MAX,
        };
        let copy = encode_completion(9, 0x0007_0003, outcome);
        assert_eq!(decode_completion(copy), (0x0007_0003, outcome));
        assert_eq!(copy[0] as u32, completion_sequence(9));
    }
}
