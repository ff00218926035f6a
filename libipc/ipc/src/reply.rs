//! The right to answer, now or later.
//!
//! A server answers most requests before it looks at the next one, and then nothing here is touched but one
//! option. To answer later it takes a [`Reply`] out of the request's [`Deferral`] and keeps it; the loop goes
//! on with another reply object. A right that is dropped answers ABANDONED: no client waits for ever on a
//! request that a server lost.

use core::fmt;

use crate::ring::answers;
use crate::{Message, label};

/// Sends `message` as the answer that the number stands for.
pub type Answer = fn(number: u32, message: &mut Message);

/// The one-shot right to answer a request, without the types of its method.
pub struct ReplyToken {
    number: u32,
    way: Way,
}

/// How an answer goes.
#[derive(Clone, Copy)]
enum Way {
    /// As a transport says.
    Given(Answer),
    /// Over a ring, from the place with the number.
    Ring,
}

impl ReplyToken {
    /// A right that `answer` exercises. Made by transports.
    #[inline]
    pub fn new(number: u32, answer: Answer) -> Self {
        let way = Way::Given(answer);
        Self { number, way }
    }

    /// The right to answer the ring request that is held in a place.
    #[inline]
    pub(crate) fn of_ring(place: usize) -> Self {
        Self {
            number: place as u32,
            way: Way::Ring,
        }
    }

    /// Answers.
    pub fn send(self, message: &mut Message) {
        self.answer(message);
        core::mem::forget(self);
    }

    fn answer(&self, message: &mut Message) {
        match self.way {
            Way::Given(answer) => answer(self.number, message),
            Way::Ring => answers::answer(self.number, message),
        }
    }

    /// Whether the client still waits, as far as it has told.
    pub(crate) fn is_wanted(&self) -> bool {
        match self.way {
            Way::Given(_) => true,
            Way::Ring => !answers::is_cancelled(self.number),
        }
    }

    /// Gives the right up without answering: the server loop has answered itself.
    #[inline]
    pub fn disarm(self) {
        core::mem::forget(self);
    }
}

impl Drop for ReplyToken {
    fn drop(&mut self) {
        self.answer(&mut Message::new(label::ABANDONED));
    }
}

impl fmt::Debug for ReplyToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReplyToken({})", self.number)
    }
}

/// The server cannot keep a further request waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

/// Whether the server loop could go on if this request were kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spare {
    /// There is another reply object.
    Available,
    /// This is the last one.
    Exhausted,
}

/// The chance to answer a request later.
#[derive(Debug)]
pub struct Deferral<'a> {
    current: &'a mut Option<ReplyToken>,
    spare: Spare,
}

impl<'a> Deferral<'a> {
    /// Made by server loops: the current right to answer, and whether there is another reply object.
    #[inline]
    pub fn new(current: &'a mut Option<ReplyToken>, spare: Spare) -> Self {
        Self { current, spare }
    }

    /// Takes the right to answer.
    ///
    /// # Errors
    /// `Busy` if no reply object would be left to receive with; the request must be answered now.
    pub fn token(self) -> Result<ReplyToken, Busy> {
        match self.spare {
            Spare::Available => self.current.take().ok_or(Busy),
            Spare::Exhausted => Err(Busy),
        }
    }

    /// Takes the right to answer with results `R` or error `E`, which `encode` writes into a message.
    ///
    /// # Errors
    /// As [`token`](Self::token).
    pub fn defer<R, E>(self, encode: Encode<R, E>) -> Result<Reply<R, E>, Busy> {
        self.token().map(|token| Reply { token, encode })
    }
}

/// Writes a method's outcome into a message as its answer, label included.
pub type Encode<R, E> = fn(&mut Message, Result<R, E>);

/// The right to answer one request of a method with results `R` and error `E`.
///
/// Dropped without an answer, it answers ABANDONED.
#[must_use = "dropping it tells the client that its request was abandoned"]
pub struct Reply<R, E> {
    token: ReplyToken,
    encode: Encode<R, E>,
}

impl<R, E> Reply<R, E> {
    /// Answers.
    pub fn answer(self, outcome: Result<R, E>) {
        let mut message = Message::new(label::OK);
        (self.encode)(&mut message, outcome);
        self.token.send(&mut message);
    }

    /// Whether the client still waits for it. A request that went over a ring can be cancelled: a server that has not
    /// begun with it may then answer anything and do nothing, and must answer all the same.
    pub fn is_wanted(&self) -> bool {
        self.token.is_wanted()
    }

    /// Answers with results.
    pub fn ok(self, results: R) {
        self.answer(Ok(results));
    }

    /// Answers with an error.
    pub fn fail(self, error: E) {
        self.answer(Err(error));
    }
}

impl<R, E> fmt::Debug for Reply<R, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({})", self.token.number)
    }
}
