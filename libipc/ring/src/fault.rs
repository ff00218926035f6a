//! Why a connection is closed.

use core::fmt;

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

impl Fault {
    /// One clause for people.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::ForgedSequence => "a message had a number that no honest peer gives it",
            Self::TooManyRequests => "more requests were outstanding than the ring holds",
            Self::UnknownCompletion => "a request was answered that was never made",
            Self::DuplicateCompletion => "a request was answered twice",
            Self::StaleCompletion => "a request was answered that had ended long before",
            Self::LengthOutOfRange => "a request had more payload than a slot holds",
            Self::ForgedChain => "requests depended on what does not come before them",
            Self::Content => "a message made no sense",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Fault {}

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

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => write!(f, "the ring was closed, because {fault}"),
            Self::ByPeer(code) => write!(f, "the peer has closed the ring, with code {code}"),
            Self::Gone => f.write_str("the peer is gone"),
        }
    }
}

impl core::error::Error for Closed {}

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

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_told_why_a_ring_is_closed_can_read_it() {
        let told = |closed: Closed| std::format!("{closed}");
        assert_eq!(
            told(Fault::DuplicateCompletion.into()),
            "the ring was closed, because a request was answered twice"
        );
        assert_eq!(
            told(Closed::ByPeer(5)),
            "the peer has closed the ring, with code 5"
        );
        assert_eq!(told(PeerGone.into()), "the peer is gone");
    }
}
