//! What stands in the slots.
//!
//! Request (8 words): sequence; operation << 32 | number of payload words; 5 payload words; a word that
//! is neither written nor read. Sequence = epoch << 48 + (epoch mod 256) << 24 + position + 1, so that a
//! slot of an earlier epoch or lap is never taken for a new one, and that its lower half, the request's
//! identifier, is not that of an earlier epoch's request. Operation and length share a word because a
//! dispatcher compares both at once; above the length of a request that belongs to a chain stands its [`Link`].
//!
//! Completion (2 words): identifier << 32 | (position + 1) mod 2³²; value << 32 | status. The
//! server clears its slots before it opens an epoch, so the epoch need not stand in them.

use crate::layout::{COMPLETION_WORDS, REQUEST_WORDS};
use crate::{Fault, Link};

/// Words of payload in a request: 40 bytes.
pub const INLINE_WORDS: usize = 5;

/// The payload of a request.
pub type Inline = [u64; INLINE_WORDS];

const POSITION_BITS: u32 = 48;
const SALT_SHIFT: u32 = 24;
/// The words of a request that are used.
pub(crate) const REQUEST_USED: usize = REQUEST_WORDS - 1;

/// What a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(C)]
pub struct Request {
    /// How many words of `inline` are payload. A received request never has more than there are.
    pub words: u32,
    /// Which operation: the label that a plain call of the method would have.
    pub op: u32,
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

    /// The request as one of a chain; a link that it had is replaced.
    #[must_use]
    pub fn linked(self, link: Link) -> Self {
        Self {
            words: link.onto(self.words),
            ..self
        }
    }

    /// The request as one of a chain, with the link that it has or without any.
    #[inline]
    #[must_use]
    pub fn in_chain(self, is_first: bool) -> Self {
        let words = Link::mark(self.words, is_first);
        Self { words, ..self }
    }

    /// The request without a link.
    #[must_use]
    pub fn unlinked(self) -> Self {
        let words = Link::of(self.words).map_or(self.words, |(words, _)| words);
        Self { words, ..self }
    }

    /// The link of a request that belongs to a chain, which a received request never does.
    #[must_use]
    pub fn link(&self) -> Option<Link> {
        Link::of(self.words).map(|(_, link)| link)
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

/// The number of a message: the word that publishes a request, and what the word that publishes a
/// completion is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sequence(u64);

impl Sequence {
    /// The first of an epoch.
    pub(crate) const fn first(epoch: u16) -> Self {
        let epoch = epoch as u64;
        Self((epoch << POSITION_BITS) + ((epoch & 0xff) << SALT_SHIFT) + 1)
    }

    /// The next of the same epoch.
    #[inline]
    pub(crate) const fn following(self) -> Self {
        Self(self.0 + 1)
    }

    /// How many messages came since `earlier`.
    #[inline]
    pub(crate) const fn since(self, earlier: Self) -> usize {
        (self.0 - earlier.0) as usize
    }

    /// As a request's first word.
    #[inline]
    pub(crate) const fn word(self) -> u64 {
        self.0
    }

    /// As the identifier of a request, and as the half of a word that publishes a completion.
    #[inline]
    pub(crate) const fn half(self) -> u32 {
        self.0 as u32
    }

    /// The epoch.
    pub(crate) const fn epoch(self) -> u16 {
        (self.0 >> POSITION_BITS) as u16
    }

    /// How many messages of the epoch came before.
    #[inline]
    pub(crate) const fn position(self) -> u64 {
        self.0 - Self::first(self.epoch()).0
    }
}

/// The epoch in a request's sequence word.
pub(crate) fn sequence_epoch(sequence: u64) -> u16 {
    (sequence >> POSITION_BITS) as u16
}

/// Puts a request slot together.
#[inline(always)]
pub(crate) fn encode_request(sequence: Sequence, request: &Request) -> [u64; REQUEST_USED] {
    let [a, b, c, d, e] = request.inline;
    let head = (u64::from(request.op) << 32) | u64::from(request.words);
    [sequence.word(), head, a, b, c, d, e]
}

/// Takes the copy of a request slot apart: identifier and request.
#[inline(always)]
pub(crate) fn decode_request(copy: [u64; REQUEST_USED]) -> Result<(u32, Request), Fault> {
    let [sequence, head, inline @ ..] = copy;
    let (op, words) = ((head >> 32) as u32, head as u32);
    if words > INLINE_WORDS as u32 {
        return Err(Fault::LengthOutOfRange);
    }
    Ok((sequence as u32, Request { op, words, inline }))
}

/// Takes the copy of a slot apart that [`decode_request`] refused.
#[inline]
pub(crate) fn decode_linked(copy: [u64; REQUEST_USED]) -> Result<(u32, Request, Link), Fault> {
    let [sequence, head, inline @ ..] = copy;
    let (words, link) = Link::of(head as u32).ok_or(Fault::LengthOutOfRange)?;
    let op = (head >> 32) as u32;
    Ok((sequence as u32, Request { op, words, inline }, link))
}

/// Puts a completion slot together.
#[inline(always)]
pub(crate) fn encode_completion(
    sequence: Sequence,
    id: u32,
    out: Outcome,
) -> [u64; COMPLETION_WORDS] {
    let head = (u64::from(id) << 32) | u64::from(sequence.half());
    [head, (u64::from(out.value) << 32) | u64::from(out.status)]
}

/// Takes the copy of a completion slot apart: identifier and outcome.
#[inline(always)]
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
        let sequence = Sequence::first(3).following();
        let copy = encode_request(sequence, &request);
        assert_eq!(decode_request(copy), Ok((sequence.half(), request)));
        assert_eq!(sequence_epoch(copy[0]), 3);
    }

    #[test]
    fn positions_count_from_zero_in_every_epoch_and_identifiers_differ() {
        let mut seen = Vec::new();
        for epoch in [0, 1, 2, 255] {
            let first = Sequence::first(epoch);
            assert_eq!((first.position(), first.epoch()), (0, epoch));
            assert_eq!(first.following().position(), 1);
            assert!(!seen.contains(&first.half()), "{epoch}");
            seen.push(first.half());
        }
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
        let sequence = Sequence::first(0).following();
        let copy = encode_completion(sequence, 0x0007_0003, outcome);
        assert_eq!(decode_completion(copy), (0x0007_0003, outcome));
        assert_eq!(copy[0] as u32, 2);
    }
}
