//! Why a connection is closed.

use crate::PeerGone;

/// What a peer did that an honest one never does. The number is written into the ring's closing
/// word, so that the peer (and whoever debugs it) can read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Fault {
    /// A sequence word that is neither the next message's nor the last lap's.
    ForgedSequence = 1,
    /// More requests outstanding than the ring holds.
    TooManyRequests = 2,
    /// A completion for a request that was never made.
    UnknownCompletion = 4,
    /// A completion for a request that was completed just before.
    DuplicateCompletion = 5,
    /// A completion for a request of an earlier generation.
    StaleCompletion = 6,
    /// A request with more payload than a slot holds.
    LengthOutOfRange = 8,
    /// A chain that cannot be: it does not begin, is too long, or names what does not come before.
    ForgedChain = 9,
    /// The ring's content made no sense to the layer above (a descriptor out of its pool, say).
    Content = 7,
}

/// The connection is of no use any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// This side closed it for what the peer did.
    Fault(Fault),
    /// The peer closed it and left this code, usually a [`Fault`]'s number.
    ByPeer(u32),
    /// The peer is gone.
    Gone,
}

impl From<PeerGone> for Closed {
    fn from(_: PeerGone) -> Self {
        Closed::Gone
    }
}

impl From<Fault> for Closed {
    fn from(fault: Fault) -> Self {
        Closed::Fault(fault)
    }
}
