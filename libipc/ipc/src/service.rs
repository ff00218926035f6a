//! What a server loop calls: requests, signals, faults, and that a client is gone.

use weft_abi::FaultKind;

use crate::{Caller, Deferral, Message, Short};

/// A request, to be answered in place or deferred.
///
/// The fields are open so that a dispatcher can borrow them apart: arguments stay borrowed from `message`
/// while the method runs, and `deferral` moves into it.
#[derive(Debug)]
pub struct Request<'a> {
    /// Who asks.
    pub caller: Caller,
    /// The request; the answer is written over it, beginning with [`Message::begin`]. A message that is left
    /// as it was received is answered ABANDONED, unless the request was deferred.
    pub message: &'a mut Message,
    /// The chance to answer later.
    pub deferral: Deferral<'a>,
}

/// A thread's fault, as its fault endpoint receives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The badge of the fault endpoint's capability.
    pub badge: u64,
    /// What went wrong.
    pub kind: FaultKind,
    /// Where: the instruction pointer.
    pub ip: u64,
    /// The address that was accessed, if one was.
    pub address: u64,
    /// More, by kind.
    pub code: u64,
}

impl Fault {
    /// One phrase for people.
    #[must_use]
    pub fn text(&self) -> &'static str {
        let is_access = matches!(self.kind, FaultKind::Read | FaultKind::Write);
        if cfg!(target_arch = "aarch64") && is_access && is_external_abort(self.code) {
            "access to an address at which nothing on the bus answers"
        } else {
            self.kind.text()
        }
    }
}

/// Whether the bus and not the processor refused an access, by an aarch64 processor's syndrome (Arm ARM D24.2.40). On
/// x86_64 nobody is told of that: reads give ones.
fn is_external_abort(syndrome: u64) -> bool {
    const STATUS: u64 = 0x3f;
    const EXTERNAL: u64 = 0x10;
    syndrome & STATUS == EXTERNAL
}

/// What is done with a thread that faulted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultAnswer {
    /// It goes on.
    Resume,
    /// It stays as it is.
    Stop,
}

/// Anything that requests can be dispatched to.
pub trait Service {
    /// Answers or defers a request.
    fn request(&mut self, request: Request<'_>);

    /// Answers a request that came in registers, if that is all there is to it; what this does not answer
    /// becomes a [`request`](Self::request).
    #[inline]
    fn short(&mut self, _caller: Caller, _request: Short) -> Option<Short> {
        None
    }

    /// Takes signals of the bound notification.
    fn signal(&mut self, _bits: u64) {}

    /// Frees what is kept for a client: the last capability with its badge is gone, and nothing more comes from it until
    /// the badge is given out again, but for a message that waited when it went.
    fn client_gone(&mut self, _client: Caller) {}

    /// Decides about a faulted thread. Threads stay stopped by default.
    fn fault(&mut self, _fault: Fault) -> FaultAnswer {
        FaultAnswer::Stop
    }
}

/// What happens to a server besides requests; for servers behind a [`Router`](crate::Router).
pub trait Events {
    /// Takes signals of the bound notification.
    fn signal(&mut self, _bits: u64) {}

    /// Frees what is kept for a client that is gone, its place among those who watch events included.
    fn client_gone(&mut self, _client: Caller) {}

    /// Decides about a faulted thread. Threads stay stopped by default.
    fn fault(&mut self, _fault: Fault) -> FaultAnswer {
        FaultAnswer::Stop
    }
}

impl<S: Service + ?Sized> Service for &mut S {
    fn request(&mut self, request: Request<'_>) {
        (**self).request(request);
    }

    #[inline]
    fn short(&mut self, caller: Caller, request: Short) -> Option<Short> {
        (**self).short(caller, request)
    }

    fn signal(&mut self, bits: u64) {
        (**self).signal(bits);
    }

    fn client_gone(&mut self, client: Caller) {
        (**self).client_gone(client);
    }

    fn fault(&mut self, fault: Fault) -> FaultAnswer {
        (**self).fault(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_bus_refuses_is_told_from_what_the_processor_does() {
        assert!(is_external_abort(0x9200_0010));
        assert!(!is_external_abort(0x9200_0007));
        let fault = Fault {
            badge: 0,
            kind: FaultKind::Divide,
            ip: 0,
            address: 0,
            code: 0x10,
        };
        assert_eq!(fault.text(), FaultKind::Divide.text());
    }
}
