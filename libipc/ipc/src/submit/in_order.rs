//! Plain calls that do not overtake what was submitted.

use core::fmt;

use libipc_ring::Wake;

use super::Submitter;
use crate::{Message, Short, Transport, TransportError, Verdict};

/// A transport for the plain calls of a client that submits as well: what it has submitted is answered before.
///
/// Where nothing is outstanding that is one comparison. Methods that go over the ring need it not: a request that is
/// [waited](super::Pending::wait) for is behind the others anyway.
pub struct InOrder<'s, T, W> {
    transport: T,
    submitter: &'s Submitter<W>,
}

impl<'s, T: Transport, W: Wake> InOrder<'s, T, W> {
    /// Calls over `transport`, behind what was submitted to `submitter`.
    pub fn new(transport: T, submitter: &'s Submitter<W>) -> Self {
        Self {
            transport,
            submitter,
        }
    }
}

impl<T: Transport, W: Wake> Transport for InOrder<'_, T, W> {
    fn call(&self, message: &mut Message) -> Result<Verdict, TransportError> {
        self.submitter.settle();
        self.transport.call(message)
    }

    fn call_short(&self, request: Short) -> Result<Short, TransportError> {
        self.submitter.settle();
        self.transport.call_short(request)
    }

    fn send(&self, message: &mut Message) -> Result<(), TransportError> {
        self.submitter.settle();
        self.transport.send(message)
    }
}

impl<T, W> fmt::Debug for InOrder<'_, T, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InOrder")
    }
}
