//! A connection: a badged endpoint, on which a client calls a server through the kernel.

use core::fmt;

use weft_abi::CPtr;

use crate::{Cap, Message, Short, Transport, TransportError, Verdict, wire};

/// A connection to a server.
pub struct Connection {
    endpoint: CPtr,
    owned: Option<Cap<Connection>>,
}

impl Connection {
    /// A connection that lasts as long as the program, such as those of the start-up page.
    pub const fn permanent(endpoint: CPtr) -> Self {
        Self {
            endpoint,
            owned: None,
        }
    }

    /// The endpoint's slot.
    pub const fn endpoint(&self) -> CPtr {
        self.endpoint
    }
}

impl<K> From<Cap<K>> for Connection {
    /// A connection that ends, and whose capability is deleted, when it is dropped.
    fn from(cap: Cap<K>) -> Self {
        Self {
            endpoint: cap.slot(),
            owned: Some(cap.cast()),
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let life = if self.owned.is_some() {
            "owned"
        } else {
            "permanent"
        };
        write!(f, "Connection({}, {life})", self.endpoint.0)
    }
}

impl Transport for Connection {
    #[inline]
    fn call(&self, message: &mut Message) -> Result<Verdict, TransportError> {
        let info = wire::stage(message);
        let answer = weft_sys::call(self.endpoint, info, message.head());
        wire::settle_caps(message);
        wire::accept(message, answer?);
        message.verdict()
    }

    #[inline]
    fn call_short(&self, request: Short) -> Result<Short, TransportError> {
        let answer = weft_sys::call(self.endpoint, request.info, request.words)?;
        if answer.info.caps() != 0 {
            return Err(wire::refuse_caps(answer.info));
        }
        Ok(Short::new(answer.info, answer.words))
    }

    fn send(&self, message: &mut Message) -> Result<(), TransportError> {
        let info = wire::stage(message);
        let sent = weft_sys::send(self.endpoint, info, message.head());
        wire::settle_caps(message);
        Ok(sent?)
    }
}
