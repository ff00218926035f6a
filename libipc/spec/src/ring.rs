//! A ring between a client and a server: its four pieces of shared memory.
//!
//! Ownership by page permission: each piece is writable for one side and read-only for the other.

use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::ComponentId;

/// A ring, by its place in [`SystemSpec::rings`](crate::SystemSpec::rings).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RingId(pub u16);

/// A ring and its pools.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ring {
    /// Who submits.
    pub client: ComponentId,
    /// Who completes.
    pub server: ComponentId,
    /// The client's name for the connection.
    pub connection: String,
    /// The interface's number at the server.
    pub interface: u8,
    /// log2 of the number of requests that can be under way.
    pub slots_log2: u8,
    /// Pages of each part, by [`RingPart`]; 0 where there is none.
    pub pages: [u32; 4],
}

impl Ring {
    /// Pages of one part.
    pub const fn pages(&self, part: RingPart) -> u32 {
        self.pages[part as usize]
    }
}

/// The pieces of a ring's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RingPart {
    /// Requests and the client's words; the client writes.
    Submissions = 0,
    /// Completions and the server's words; the server writes.
    Completions = 1,
    /// Data from the client.
    ClientPool = 2,
    /// Data from the server.
    ServerPool = 3,
}

impl RingPart {
    /// Every part, in the order of [`Ring::pages`].
    pub const ALL: [RingPart; 4] = [
        Self::Submissions,
        Self::Completions,
        Self::ClientPool,
        Self::ServerPool,
    ];

    /// Whether the client is the side that writes it.
    pub const fn written_by_client(self) -> bool {
        matches!(self, Self::Submissions | Self::ClientPool)
    }
}
