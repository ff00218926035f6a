//! Why a call brought no result: the transport's reasons apart from the method's own error.

use core::fmt;

use weft_abi::Refusal;

use crate::label;

/// Why no answer of the method itself came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportError {
    /// The server died.
    Dead,
    /// This thread was suspended while it waited, and resumed.
    Cancelled,
    /// The kernel refused the call.
    Refused(Refusal),
    /// The server has no such method.
    UnknownMethod,
    /// The server could not decode the request.
    Malformed,
    /// The server gave up the request without an answer.
    Abandoned,
    /// The connection is not one for this interface.
    WrongInterface,
    /// The server cannot keep a further request waiting.
    Busy,
    /// The call depends on an earlier one of its batch that was not successful.
    Skipped,
    /// The deadline came before the answer.
    TimedOut,
    /// The server was restarted before it answered; the request may have been carried out.
    Restarted,
    /// The answer could not be decoded.
    BadAnswer,
    /// The request does not fit in a message.
    TooLong,
}

impl TransportError {
    /// The error that an answer's label stands for; `None` for the labels of results and method errors.
    #[inline]
    pub const fn from_label(number: u32) -> Option<Self> {
        Some(match number {
            label::OK | label::ERROR => return None,
            label::UNKNOWN_METHOD => Self::UnknownMethod,
            label::MALFORMED => Self::Malformed,
            label::ABANDONED => Self::Abandoned,
            label::WRONG_INTERFACE => Self::WrongInterface,
            label::BUSY => Self::Busy,
            label::SKIPPED => Self::Skipped,
            _ => Self::BadAnswer,
        })
    }

    /// One clause for people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Dead => "the server has died",
            Self::Cancelled => "the call was cancelled",
            Self::Refused(refusal) => refusal.text(),
            Self::UnknownMethod => "the server does not know the method",
            Self::Malformed => "the server could not read the request",
            Self::Abandoned => "the server gave the request up",
            Self::WrongInterface => "the connection is for another interface",
            Self::Busy => "the server is busy",
            Self::Skipped => "an earlier call of the batch was not successful",
            Self::TimedOut => "the deadline came before the answer",
            Self::Restarted => "the server was restarted before it answered",
            Self::BadAnswer => "the server's answer could not be read",
            Self::TooLong => "the request does not fit in a message",
        }
    }
}

impl From<Refusal> for TransportError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Dead => Self::Dead,
            Refusal::Cancelled => Self::Cancelled,
            other => Self::Refused(other),
        }
    }
}

impl From<crate::TooLong> for TransportError {
    fn from(_: crate::TooLong) -> Self {
        Self::TooLong
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().trim())
    }
}

impl core::error::Error for TransportError {}

/// What a client's method returns when it fails; `E` is the method's own error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error<E> {
    /// No answer of the method came.
    Transport(TransportError),
    /// The method's own error.
    Server(E),
}

impl<E> From<TransportError> for Error<E> {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

impl<E: fmt::Display> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(error) => error.fmt(f),
            Self::Server(error) => error.fmt(f),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> core::error::Error for Error<E> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_results_are_no_errors_and_all_others_are() {
        assert_eq!(TransportError::from_label(label::OK), None);
        assert_eq!(TransportError::from_label(label::ERROR), None);
        assert_eq!(
            TransportError::from_label(label::BUSY),
            Some(TransportError::Busy)
        );
        assert_eq!(
            TransportError::from_label(77),
            Some(TransportError::BadAnswer)
        );
    }

    #[test]
    fn death_and_cancellation_are_told_from_other_refusals() {
        assert_eq!(TransportError::from(Refusal::Dead), TransportError::Dead);
        assert_eq!(
            TransportError::from(Refusal::Busy),
            TransportError::Refused(Refusal::Busy)
        );
    }
}
