//! Messages that fit in registers: at most six words, no capabilities.
//!
//! Most requests and answers are this short, and of those the layout is known when the stubs are generated: each
//! value is a shift and a mask of a word at a constant place. Such a message never becomes a [`Message`]: it goes
//! from the stub's arguments to the registers and back. The stub takes an answer only if its information word is
//! the one that it expects, so that one comparison checks label, length and capabilities; everything else goes
//! the long way and is told there.

use weft_abi::{MessageInfo, REGISTER_WORDS};

use super::{Decode, Decoder};
use crate::{Error, Message, Transport, TransportError, label};

/// The words that travel in registers.
pub type Words = [u64; REGISTER_WORDS];

/// A message that fits in registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Short {
    /// Label and length.
    pub info: MessageInfo,
    /// The words; those behind the length are zero.
    pub words: Words,
}

impl Short {
    /// A request with arguments in the first `count` words.
    #[inline]
    pub const fn request(label: u32, count: usize, words: Words) -> Self {
        Self::new(MessageInfo::new(label, count, 0), words)
    }

    /// A message of an information word and words.
    #[inline]
    pub const fn new(info: MessageInfo, words: Words) -> Self {
        Self { info, words }
    }

    /// The answer with results in the first `count` words.
    #[inline]
    pub const fn ok(count: usize, words: Words) -> Self {
        Self::new(MessageInfo::new(label::OK, count, 0), words)
    }

    /// The answer with a method's own error.
    #[inline]
    pub const fn error(number: u32) -> Self {
        let words = [number as u64, 0, 0, 0, 0, 0];
        Self::new(MessageInfo::new(label::ERROR, 1, 0), words)
    }
}

/// Reads a truth value from the lowest byte.
#[inline]
pub const fn flag(word: u64) -> Option<bool> {
    match word as u8 {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

/// Calls a method that can fail with `E` and whose messages are short. `count` is the length of its results in
/// words.
///
/// # Errors
/// The method's own error, or why no answer came.
#[inline]
pub fn call<T: Transport, R, E: Decode>(
    transport: &T,
    request: Short,
    count: usize,
    decode: impl FnOnce(Words) -> Option<R>,
) -> Result<R, Error<E>> {
    let answer = transport.call_short(request)?;
    if answer.info == MessageInfo::new(label::OK, count, 0)
        && let Some(results) = decode(answer.words)
    {
        return Ok(results);
    }
    Err(failed(answer.info, answer.words[0]))
}

/// As [`call`], for methods that have no errors of their own.
///
/// # Errors
/// Why no answer came.
#[inline]
pub fn ask<T: Transport, R>(
    transport: &T,
    request: Short,
    count: usize,
    decode: impl FnOnce(Words) -> Option<R>,
) -> Result<R, TransportError> {
    let answer = transport.call_short(request)?;
    if answer.info == MessageInfo::new(label::OK, count, 0)
        && let Some(results) = decode(answer.words)
    {
        return Ok(results);
    }
    Err(refused(answer.info))
}

/// What an answer means that brings no results, by its information word and its first word: so that the others need not be kept.
#[cold]
fn failed<E: Decode>(info: MessageInfo, word: u64) -> Error<E> {
    if info != MessageInfo::new(label::ERROR, 1, 0) {
        return refused(info).into();
    }
    let bytes = word.to_le_bytes();
    let mut decoder = Decoder::of_bytes(&bytes);
    match (decoder.get(), decoder.finish()) {
        (Ok(error), Ok(())) => Error::Server(error),
        _ => TransportError::BadAnswer.into(),
    }
}

/// What an answer means that brings neither results nor an error of the method.
#[cold]
fn refused(info: MessageInfo) -> TransportError {
    let error = TransportError::from_label(info.label());
    error.unwrap_or(TransportError::BadAnswer)
}

impl Message {
    /// A short message as an outgoing one.
    #[must_use]
    pub fn of_short(short: Short) -> Self {
        let mut message = Self::new(short.info.label());
        for word in short.words.iter().take(short.info.words()) {
            // Six words always fit.
            let _ = message.append(&word.to_le_bytes());
        }
        message
    }

    /// This message as a short one; `None` if it is too long or has capabilities.
    pub fn to_short(&mut self) -> Option<Short> {
        let has_caps = !self.outgoing_caps().is_empty() || !self.received().1.is_empty();
        let count = self.words().len();
        if has_caps || count > REGISTER_WORDS {
            return None;
        }
        let mut words = [0; REGISTER_WORDS];
        for (place, word) in words.iter_mut().zip(self.words()) {
            *place = *word;
        }
        let info = MessageInfo::new(self.label(), count, 0);
        Some(Short { info, words })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers everything with one message.
    struct Answers(fn() -> Message);

    impl Transport for Answers {
        fn call(&self, message: &mut Message) -> Result<crate::Verdict, TransportError> {
            (self.0)().deliver_to(message);
            message.verdict()
        }

        fn send(&self, _: &mut Message) -> Result<(), TransportError> {
            Ok(())
        }
    }

    fn word(label: u32, word: u64) -> Message {
        Message::of_short(Short::new(
            MessageInfo::new(label, 1, 0),
            [word, 0, 0, 0, 0, 0],
        ))
    }

    fn asked(answer: fn() -> Message) -> Result<u64, Error<u32>> {
        let request = Short::new(MessageInfo::new(9, 0, 0), [0; 6]);
        call(&Answers(answer), request, 1, |words| Some(words[0]))
    }

    #[test]
    fn results_and_errors_come_through() {
        assert_eq!(asked(|| word(label::OK, 7)), Ok(7));
        assert_eq!(asked(|| word(label::ERROR, 7)), Err(Error::Server(7)));
        let busy = Err(TransportError::Busy.into());
        assert_eq!(asked(|| Message::new(label::BUSY)), busy);
    }

    #[test]
    fn an_answer_of_another_length_or_with_more_in_it_is_a_bad_one() {
        let bad = Err(TransportError::BadAnswer.into());
        assert_eq!(asked(|| Message::new(label::OK)), bad);
        assert_eq!(asked(|| word(label::ERROR, 1 << 32)), bad);
        let long = || {
            let mut message = Message::new(label::OK);
            message.append(&[0; 56]).expect("room");
            message
        };
        assert_eq!(asked(long), bad);
    }
}
