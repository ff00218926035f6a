//! The state word of each side: the server's epoch and what its end can do, and why the side closed the connection.

use crate::Fault;
use crate::sync::{AtomicU64, Ordering, fence};

const EPOCH_SHIFT: u32 = 32;
/// Of a server whose end knows chains.
const CHAINS: u64 = 1 << 48;

/// Whether a server's end knows chains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chaining {
    /// It does.
    Known,
    /// A request that belongs to one is refused.
    Unknown,
}

/// The word that this side writes.
pub(crate) struct OwnState<'a> {
    word: &'a AtomicU64,
    /// All of it but the reason.
    standing: u64,
}

impl<'a> OwnState<'a> {
    /// Publishes the epoch (0 for a client), what this end can do, and everything that was written before.
    pub(crate) fn open(word: &'a AtomicU64, epoch: u16, chaining: Chaining) -> Self {
        let chains = match chaining {
            Chaining::Known => CHAINS,
            Chaining::Unknown => 0,
        };
        let standing = (u64::from(epoch) << EPOCH_SHIFT) | chains;
        word.store(standing, Ordering::Release);
        Self { word, standing }
    }

    /// The epoch that an earlier owner of the word left.
    pub(crate) fn left_behind(word: &AtomicU64) -> u16 {
        (word.load(Ordering::Relaxed) >> EPOCH_SHIFT) as u16
    }

    /// Publishes why the connection is closed. The caller kicks the peer, whether that asked for it or not: no wish to be woken is
    /// read behind this store, so no full fence has to stand in between. That a peer sees the reason when it comes back from its wait is
    /// what [`Wake::kick`](crate::Wake::kick) promises, and each of them keeps by a release of its own: the kernel hands a signal to
    /// another core by a compare-and-exchange with release ordering (on its own core there is nothing to order, and the call
    /// itself is a barrier for the compiler), `libipc-hosted` counts its kicks so, and the tests have a lock.
    pub(crate) fn close(&self, fault: Fault) {
        let word = self.standing | u64::from(fault as u8);
        self.word.store(word, Ordering::Relaxed);
    }
}

/// The word that the peer writes.
pub(crate) struct PeerState<'a> {
    word: &'a AtomicU64,
}

impl<'a> PeerState<'a> {
    pub(crate) fn new(word: &'a AtomicU64) -> Self {
        Self { word }
    }

    /// The epoch the peer is in.
    pub(crate) fn epoch(&self) -> u16 {
        (self.read() >> EPOCH_SHIFT) as u16
    }

    /// Whether it is in this epoch, and has not closed the connection.
    #[inline]
    pub(crate) fn is_open_in(&self, epoch: u16) -> bool {
        self.read() & !CHAINS == u64::from(epoch) << EPOCH_SHIFT
    }

    /// Whether it knows chains.
    pub(crate) fn chaining(&self) -> Chaining {
        match self.read() & CHAINS {
            0 => Chaining::Unknown,
            _ => Chaining::Known,
        }
    }

    /// The reason it closed the connection for, if it did.
    pub(crate) fn closed(&self) -> Option<u32> {
        Some(self.read() as u32).filter(|code| *code != 0)
    }

    fn read(&self) -> u64 {
        let value = self.word.load(Ordering::Relaxed);
        fence(Ordering::Acquire);
        value
    }
}
