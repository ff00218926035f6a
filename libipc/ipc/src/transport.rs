//! How a request reaches a server: the one trait that generated clients are written against.
//!
//! [`Connection`](crate::Connection) implements it by the kernel; `libipc-mock` in one process.

use crate::{Message, Short, TransportError, label};

/// Which of the two kinds of answer a method gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The message now holds the method's results.
    Done,
    /// The message now holds the method's own error, as a `u32`.
    Failed,
}

/// Carries requests to one server and brings the answers.
pub trait Transport {
    /// Sends `message` as a request, waits, and replaces it by the answer.
    ///
    /// # Errors
    /// Why no answer of the method came.
    fn call(&self, message: &mut Message) -> Result<Verdict, TransportError>;

    /// Sends a request that fits in registers and waits for an answer that does too.
    ///
    /// # Errors
    /// Why no such answer of the method came.
    fn call_short(&self, request: Short) -> Result<Short, TransportError> {
        let mut message = Message::of_short(request);
        self.call(&mut message)?;
        message.to_short().ok_or(TransportError::BadAnswer)
    }

    /// Sends `message` as a request that is not answered, and waits until it is received at most.
    ///
    /// # Errors
    /// Why it could not be sent.
    fn send(&self, message: &mut Message) -> Result<(), TransportError>;
}

impl<T: Transport + ?Sized> Transport for &T {
    #[inline]
    fn call(&self, message: &mut Message) -> Result<Verdict, TransportError> {
        (**self).call(message)
    }

    #[inline]
    fn call_short(&self, request: Short) -> Result<Short, TransportError> {
        (**self).call_short(request)
    }

    #[inline]
    fn send(&self, message: &mut Message) -> Result<(), TransportError> {
        (**self).send(message)
    }
}

impl Message {
    /// Reads an answer's label.
    ///
    /// # Errors
    /// The transport error that the label stands for.
    #[inline]
    pub fn verdict(&self) -> Result<Verdict, TransportError> {
        match self.label() {
            label::OK => Ok(Verdict::Done),
            label::ERROR => Ok(Verdict::Failed),
            other => Err(TransportError::from_label(other).unwrap_or(TransportError::BadAnswer)),
        }
    }
}
