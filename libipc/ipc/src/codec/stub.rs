//! What the generated stubs of all methods share, so that a stub says only what is its own: label,
//! arguments, results.

use core::convert::Infallible;

use super::{Decode, Decoder, Encode, Malformed, Sink};
use crate::{Busy, Deferral, Error, Message, TooLong, Transport, TransportError, Verdict, label};

/// Calls a method that can fail with `E`.
///
/// # Errors
/// The method's own error, or why no answer came.
#[inline]
pub fn call<T: Transport, R, E: Decode>(
    transport: &T,
    label: u32,
    encode: impl FnOnce(&mut Message) -> Result<(), TooLong>,
    decode: impl FnOnce(&mut Decoder<'_>) -> Result<R, Malformed>,
) -> Result<R, Error<E>> {
    let mut message = Message::new(label);
    encode(&mut message).map_err(TransportError::from)?;
    match transport.call(&mut message)? {
        Verdict::Done => Ok(decode_all(&mut message, decode)?),
        Verdict::Failed => Err(Error::Server(decode_all(&mut message, |from| from.get())?)),
    }
}

/// Calls a method that has no errors of its own.
///
/// # Errors
/// Why no answer came.
#[inline]
pub fn ask<T: Transport, R>(
    transport: &T,
    label: u32,
    encode: impl FnOnce(&mut Message) -> Result<(), TooLong>,
    decode: impl FnOnce(&mut Decoder<'_>) -> Result<R, Malformed>,
) -> Result<R, TransportError> {
    match call::<T, R, Infallible>(transport, label, encode, decode) {
        Ok(results) => Ok(results),
        Err(Error::Transport(error)) => Err(error),
        Err(Error::Server(never)) => match never {},
    }
}

#[inline]
fn decode_all<R>(
    message: &mut Message,
    decode: impl FnOnce(&mut Decoder<'_>) -> Result<R, Malformed>,
) -> Result<R, TransportError> {
    let mut decoder = Decoder::of(message);
    let value = decode(&mut decoder)?;
    decoder.finish()?;
    Ok(value)
}

/// Serves a method at once: `run` decodes the arguments and runs it, `encode` writes its results.
#[inline]
pub fn serve<R, E: Encode>(
    message: &mut Message,
    run: impl FnOnce(&mut Decoder<'_>) -> Result<Result<R, E>, Malformed>,
    encode: impl FnOnce(&mut Message, R) -> Result<(), TooLong>,
) {
    match run(&mut Decoder::of(message)) {
        Ok(outcome) => answer(message, outcome, encode),
        Err(Malformed) => message.begin(label::MALFORMED),
    }
}

/// As [`serve`], for methods that have no errors of their own.
#[inline]
pub fn serve_surely<R>(
    message: &mut Message,
    run: impl FnOnce(&mut Decoder<'_>) -> Result<R, Malformed>,
    encode: impl FnOnce(&mut Message, R) -> Result<(), TooLong>,
) {
    serve(message, |from| run(from).map(Ok::<R, Infallible>), encode);
}

/// Hands a request over to a method that answers later: `run` decodes the arguments, takes the
/// right to answer and runs the method.
#[inline]
pub fn defer<'d>(
    message: &mut Message,
    deferral: Deferral<'d>,
    run: impl FnOnce(&mut Decoder<'_>, Deferral<'d>) -> Result<(), Unserved>,
) {
    match run(&mut Decoder::of(message), deferral) {
        Ok(()) => {}
        Err(Unserved::Malformed) => message.begin(label::MALFORMED),
        Err(Unserved::Busy) => message.begin(label::BUSY),
    }
}

/// Writes a method's outcome into a message as its answer.
#[inline]
pub fn answer<R, E: Encode>(
    message: &mut Message,
    outcome: Result<R, E>,
    encode: impl FnOnce(&mut Message, R) -> Result<(), TooLong>,
) {
    let written = match outcome {
        Ok(results) => {
            message.begin(label::OK);
            encode(message, results)
        }
        Err(error) => {
            message.begin(label::ERROR);
            message.put(&error)
        }
    };
    // Cannot happen: the interface compiler measures every answer. A client must not wait anyway.
    if written.is_err() {
        message.begin(label::ABANDONED);
    }
}

/// Why a request did not reach the server's method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unserved {
    /// It could not be decoded.
    Malformed,
    /// The server cannot keep a further request waiting.
    Busy,
}

impl From<Malformed> for Unserved {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

impl From<Busy> for Unserved {
    fn from(_: Busy) -> Self {
        Self::Busy
    }
}

/// Answers a request that no method of the interface with this number answers. Tells the ordinal if it was for
/// this interface.
#[cold]
pub fn unknown(message: &mut Message, interface: u16) -> Option<u16> {
    #[cfg(any(test, feature = "meter"))]
    if crate::meter::answer(message) {
        return None;
    }
    let request = message.label();
    if crate::label_interface(request) != interface {
        message.begin(label::WRONG_INTERFACE);
        return None;
    }
    message.begin(label::UNKNOWN_METHOD);
    Some(crate::label_ordinal(request))
}

/// Sends a request that is not answered.
///
/// # Errors
/// Why it could not be sent.
#[inline]
pub fn send<T: Transport>(
    transport: &T,
    label: u32,
    encode: impl FnOnce(&mut Message) -> Result<(), TooLong>,
) -> Result<(), TransportError> {
    let mut message = Message::new(label);
    encode(&mut message)?;
    transport.send(&mut message)
}

/// Calls a method that may be carried out twice: once more if the server died before it answered, because its
/// successor may serve already.
///
/// # Errors
/// As `call`.
#[inline]
pub fn again<R, F: Failure>(call: impl Fn() -> Result<R, F>) -> Result<R, F> {
    match call() {
        Err(error) if error.transport() == Some(TransportError::Dead) => call(),
        outcome => outcome,
    }
}

/// Makes of a server that does not know a method one that answers without results.
///
/// # Errors
/// As `outcome`, but for [`TransportError::UnknownMethod`].
#[inline]
pub fn known<R, F: Failure>(outcome: Result<R, F>) -> Result<Option<R>, F> {
    match outcome {
        Err(error) if error.transport() == Some(TransportError::UnknownMethod) => Ok(None),
        outcome => outcome.map(Some),
    }
}

/// What a client's method fails with.
pub trait Failure {
    /// Why no answer came, if that is what it says.
    fn transport(&self) -> Option<TransportError>;
}

impl Failure for TransportError {
    fn transport(&self) -> Option<TransportError> {
        Some(*self)
    }
}

impl<E> Failure for Error<E> {
    fn transport(&self) -> Option<TransportError> {
        match self {
            Self::Transport(error) => Some(*error),
            Self::Server(_) => None,
        }
    }
}
