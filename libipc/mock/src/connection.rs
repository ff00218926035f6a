//! The client's side.

use std::fmt;
use std::rc::Rc;

use libipc::{Caller, Message, Transport, TransportError, Verdict};

use crate::host::{Idle, Serve};
use crate::pending::PendingCall;

/// A connection to a server in this process.
#[derive(Clone)]
pub struct MockConnection {
    server: Rc<dyn Serve>,
    caller: Caller,
}

impl MockConnection {
    pub(crate) fn new(server: Rc<dyn Serve>, caller: Caller) -> Self {
        Self { server, caller }
    }

    /// Sends a request without waiting for the answer, as another thread's call would.
    pub fn start(&self, request: &mut Message) -> PendingCall {
        self.server.start(self.caller, request)
    }
}

impl fmt::Debug for MockConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MockConnection({:?})", self.caller)
    }
}

impl Transport for MockConnection {
    /// As on the target.
    ///
    /// # Panics
    /// If the server keeps the request and nothing is going to make it answer.
    fn call(&self, message: &mut Message) -> Result<Verdict, TransportError> {
        let call = self.start(message);
        loop {
            if let Some(outcome) = call.take(message) {
                return outcome;
            }
            if self.server.idle() == Idle::Nothing && !call.is_answered() {
                panic!("the server keeps the request, and nothing is going to make it answer");
            }
        }
    }

    /// As on the target: what the server answers is dropped.
    fn send(&self, message: &mut Message) -> Result<(), TransportError> {
        match self.start(message).take(&mut Message::new(0)) {
            Some(Err(TransportError::Dead)) => Err(TransportError::Dead),
            _ => Ok(()),
        }
    }
}
