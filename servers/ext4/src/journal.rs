//! When changes are committed, and how much memory the journal may take.
//!
//! The engine collects changed metadata in a running transaction and copies that whenever an
//! operation begins, to be able to undo it. Three rules follow:
//!
//! - **Commit every few operations.** The copies stay small. Without it, making 5,000 files
//!   copied 15 GB. How many are few is measured: small writes to one file change the same metadata
//!   again and again, new files change more each time, and every commit costs flushes of the device.
//! - **Commit between freeing and allocating.** Data are not journalled. If a freed block were
//!   given to another file and written before the deletion is committed, a crash would bring the
//!   deleted file back with somebody else's content.
//! - **Restart when committed metadata pile up.** The engine keeps them in memory until the log
//!   wraps around: up to the size of the journal, which may be a gigabyte. A restart writes them to
//!   their place. It has to wait while an unlinked file is open.

use block_cache::BatchDevice;
use rsext4::Ext4Result;

use crate::{Error, FileSystem, mount::Engine};

/// Operations that share one commit: at first, at least and at most.
const FIRST_INTERVAL: u32 = 32;
const SHORTEST_INTERVAL: u32 = 16;
const LONGEST_INTERVAL: u32 = 256;

/// Bytes in one commit below which the next one may have more operations, and above which fewer.
const SMALL_COMMIT: u64 = 32 << 10;
const LARGE_COMMIT: u64 = 256 << 10;

/// What an operation does to the free blocks and nodes of the volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It may take some.
    Allocates,
    /// It may give some back.
    Frees,
}

/// What has happened since the last commit and the last restart.
pub(crate) struct Journal {
    operations: u32,
    /// How many operations make a commit.
    interval: u32,
    freed: bool,
    committed_bytes: u64,
    limit: u64,
}

impl Journal {
    pub(crate) fn new(limit: u64) -> Self {
        Self {
            operations: 0,
            interval: FIRST_INTERVAL,
            freed: false,
            committed_bytes: 0,
            limit,
        }
    }

    /// Notes that a new engine starts with nothing in memory.
    pub(crate) fn started(&mut self) {
        *self = Self {
            interval: self.interval,
            ..Self::new(self.limit)
        };
    }

    /// Notes a commit that wrote so many bytes, and learns from it.
    fn committed(&mut self, bytes: u64) {
        if bytes > LARGE_COMMIT {
            self.interval = (self.interval / 2).max(SHORTEST_INTERVAL);
        } else if bytes < SMALL_COMMIT && self.operations >= self.interval {
            self.interval = (self.interval * 2).min(LONGEST_INTERVAL);
        }
        self.operations = 0;
        self.freed = false;
        self.committed_bytes += bytes;
    }
}

impl<D: BatchDevice> FileSystem<D> {
    /// Makes every change so far durable.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] if a write was lost, now or earlier, or [`Error::Gone`]; changes since the
    /// last sync may then be lost.
    pub fn sync(&mut self) -> Result<(), Error> {
        self.commit()?;
        self.restart_if_due()
    }

    /// Runs an operation that changes the volume, and commits when it is time.
    pub(crate) fn change<T>(
        &mut self,
        effect: Effect,
        operation: impl FnOnce(&mut Engine<D>) -> Ext4Result<T>,
    ) -> Result<T, Error> {
        self.check_writable()?;
        if effect == Effect::Allocates && self.journal.freed {
            self.commit()?;
        }
        self.restart_if_due()?;
        let result = self.call(operation)?;
        self.journal.freed |= effect == Effect::Frees;
        self.journal.operations += 1;
        if self.journal.operations >= self.journal.interval {
            self.commit()?;
        }
        Ok(result)
    }

    /// Makes the running transaction durable in the journal.
    fn commit(&mut self) -> Result<(), Error> {
        let before = self.port.shared.borrow().written;
        self.call(Engine::sync)?;
        let after = self.port.shared.borrow().written;
        // Little else but the journal is written here, so this bounds what it holds from above.
        self.journal.committed(after.saturating_sub(before));
        Ok(())
    }

    /// Restarts the engine if it holds too much, unless a node without a name exists.
    ///
    /// Never after an operation: it may have taken the last name from a node, and nobody has taken
    /// note yet.
    fn restart_if_due(&mut self) -> Result<(), Error> {
        if self.journal.committed_bytes <= self.journal.limit || !self.unlinked.is_empty() {
            return Ok(());
        }
        self.restart()
    }

    /// Refuses changes to a read-only volume before anything else is looked at.
    pub(crate) fn check_writable(&self) -> Result<(), Error> {
        match self.restriction() {
            None => Ok(()),
            Some(_) => Err(Error::ReadOnly),
        }
    }
}
