//! How a request reaches a server: the one trait that generated clients are written against.
//!
//! [`Connection`](crate::Connection) implements it by the kernel; `libipc-mock` in one process.

use crate::{Message, TransportError, label};

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
}

impl<T: Transport + ?Sized> Transport for &T {
    #[inline]
    fn call(&self, message: &mut Message) -> Result<Verdict, TransportError> {
        (**self).call(message)
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
