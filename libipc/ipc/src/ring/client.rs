//! The client's side: waits by drain calls.

use libipc_ring::{ClientRing, PeerGone, Waiting, Wake};
use weft_abi::startup::EntryKind;
use weft_abi::{CPtr, MessageInfo};

use super::{DRAIN, Pools, RingEnds};
use crate::objects::Notification;
use crate::{Caller, Connection, Refusal, Startup, wire};

/// How a client wakes its server and waits for it.
pub struct ClientWake {
    kick: Notification,
    connection: Connection,
}

impl ClientWake {
    /// Kicks through `kick` and waits by drain calls on `connection`.
    #[must_use]
    pub fn new(kick: Notification, connection: Connection) -> Self {
        Self { kick, connection }
    }
}

impl Wake for ClientWake {
    #[inline]
    fn waiting(&self) -> Waiting {
        Waiting::Drains
    }

    fn kick(&self) {
        // Refused only if the server is gone, which the next wait finds out.
        let _ = self.kick.signal();
    }

    #[inline]
    fn wait(&self, seen: u64) -> Result<(), PeerGone> {
        const DRAINS: MessageInfo = MessageInfo::new(DRAIN, 1, 0);
        loop {
            match weft_sys::call(self.connection.endpoint(), DRAINS, [seen, 0, 0, 0, 0, 0]) {
                Ok(answer) if answer.info.caps() == 0 => return Ok(()),
                Ok(answer) => {
                    let _ = wire::refuse_caps(answer.info);
                    return Ok(());
                }
                Err(Refusal::Cancelled) => {}
                Err(_) => return Err(PeerGone),
            }
        }
    }
}

/// A client's ring and its pools.
pub struct RingClient {
    /// Requests and completions.
    pub ring: ClientRing<'static, ClientWake>,
    /// Data that does not fit into requests.
    pub pools: Pools,
    /// Who is told to be gone when the server is, if this program is told.
    pub server: Option<Caller>,
}

impl RingClient {
    /// Opens the ring of the connection `name`; `None` if the program was not given both.
    #[must_use]
    pub fn open(env: &Startup, name: &str) -> Option<Self> {
        let ends = RingEnds::find(env, name)?;
        let entry = env.find(EntryKind::Client, name)?;
        let endpoint = CPtr(entry.slot);
        let wake = ClientWake::new(ends.kick, Connection::permanent(endpoint));
        let ring = ClientRing::new(ends.client_layout()?, ends.own, ends.peer, wake)?;
        Some(Self {
            ring,
            pools: ends.pools,
            server: (entry.v1 != 0).then_some(Caller::from_badge(entry.v1)),
        })
    }
}
