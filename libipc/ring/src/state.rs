//! The state word of each side: the server's epoch, and why the side closed the connection.

use crate::Fault;
use crate::sync::{AtomicU64, Ordering, fence};

const EPOCH_SHIFT: u32 = 32;

/// The word that this side writes.
pub(crate) struct OwnState<'a> {
    word: &'a AtomicU64,
    epoch: u16,
}

impl<'a> OwnState<'a> {
    /// Publishes the epoch (0 for a client) and everything that was written before.
    pub(crate) fn open(word: &'a AtomicU64, epoch: u16) -> Self {
        word.store(u64::from(epoch) << EPOCH_SHIFT, Ordering::Release);
        Self { word, epoch }
    }

    /// The epoch that an earlier owner of the word left.
    pub(crate) fn left_behind(word: &AtomicU64) -> u16 {
        (word.load(Ordering::Relaxed) >> EPOCH_SHIFT) as u16
    }

    /// Publishes why the connection is closed. The caller wakes the peer.
    pub(crate) fn close(&self, fault: Fault) {
        let word = (u64::from(self.epoch) << EPOCH_SHIFT) | u64::from(fault as u8);
        self.word.store(word, Ordering::Relaxed);
        fence(Ordering::SeqCst);
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
