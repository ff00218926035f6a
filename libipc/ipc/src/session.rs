//! Sessions: connections to a server that somebody makes for others, and whose end is told.
//!
//! Whoever makes a connection keeps the capability that was given the badge, and gives copies of it away. When the last
//! copy is gone, wherever it was, the server is told so ([`Service::client_gone`](crate::Service::client_gone)). A session
//! that is dropped before takes that with it: its copies stay what they are, but nobody hears of their end.

use core::fmt;

use weft_abi::{CPtr, Refusal, Rights};

use crate::objects::CNode;
use crate::{Caller, Cap, Connection, slots};

/// The right to connect others to one interface of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sessions {
    endpoint: CPtr,
    interface: u8,
}

impl Sessions {
    /// Makes connections from a server's endpoint, which has no badge, to its interface with this index.
    pub const fn new(endpoint: CPtr, interface: u8) -> Self {
        Self {
            endpoint,
            interface,
        }
    }

    /// Makes a session for a client number, whose copies have at most these rights; `None` if no slot is left, or the
    /// kernel refuses.
    pub fn open(&self, client: u32, rights: Rights) -> Option<Session> {
        let slot = slots::allocate()?;
        let caller = Caller::new(client, self.interface);
        let minted = CNode::OWN.mint(slot, CNode::OWN, self.endpoint, rights, caller.badge());
        if minted.is_err() {
            slots::release(slot);
            return None;
        }
        let kept = Cap::from_slot(slot);
        Some(Session {
            kept,
            caller,
            rights,
        })
    }
}

/// What is kept of a connection.
#[must_use = "when it is dropped, nobody hears of the client's end"]
pub struct Session {
    kept: Cap<Connection>,
    caller: Caller,
    rights: Rights,
}

impl Session {
    /// Who the client is to the server.
    pub fn caller(&self) -> Caller {
        self.caller
    }

    /// Puts a connection into an empty slot of a client's CNode.
    ///
    /// # Errors
    /// The kernel's refusal.
    pub fn connect(&self, cnode: CNode, slot: CPtr) -> Result<(), Refusal> {
        cnode.copy(slot, CNode::OWN, self.kept.slot(), self.rights)
    }

    /// Makes a connection to be sent to a client; `None` if no slot is left, or the kernel refuses.
    pub fn connection<K>(&self) -> Option<Cap<K>> {
        let slot = slots::allocate()?;
        if self.connect(CNode::OWN, slot).is_err() {
            slots::release(slot);
            return None;
        }
        Some(Cap::from_slot(slot))
    }

    /// Whether the session must stay, because the server has still to be told of the client's end: copies of it are
    /// there, whoever has them, or the last is gone and the server was not told yet.
    pub fn is_needed(&self) -> bool {
        let held = CNode::OWN.inspect(self.kept.slot());
        matches!(held, Ok(Some(held)) if held.untold || held.copied)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session({:?})", self.caller)
    }
}
