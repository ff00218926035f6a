//! A mounted volume: its state, and its end.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};
use core::ops::RangeInclusive;

use block_cache::{BatchDevice, BlockCache, CacheError, Statistics};
use rsext4::{Ext4Error, Ext4Result};

use crate::{
    Error, Node, Options, Restriction, Space,
    device::Port,
    guard::Recovery,
    journal::Journal,
    mount::{Engine, start},
    repair::{BLOCKS_WITHOUT_NODES, recount},
};

/// A mounted volume.
///
/// Changes are durable after [`FileSystem::sync`] or [`FileSystem::unmount`]; after a crash the
/// volume holds all changes up to some point between the last sync and the crash. Dropping a
/// mounted volume is such a crash.
pub struct FileSystem<D: BatchDevice> {
    pub(crate) port: Port<D>,
    /// Missing after unmount, and after a failed start of a new engine.
    engine: Option<Engine<D>>,
    restriction: Option<Restriction>,
    /// The node numbers that are not the format's own.
    pub(crate) nodes: RangeInclusive<u32>,
    pub(crate) journal: Journal,
    /// How often each node is open.
    pub(crate) open: BTreeMap<Node, u32>,
    /// Nodes without a name that are still open.
    pub(crate) unlinked: BTreeSet<Node>,
    /// Directories that grew and whose blocks have to be counted again.
    grown: BTreeSet<Node>,
}

impl<D: BatchDevice> FileSystem<D> {
    /// Puts a volume together from what mounting made.
    pub(crate) fn mounted(
        port: Port<D>,
        engine: Engine<D>,
        options: Options,
        restriction: Option<Restriction>,
        nodes: RangeInclusive<u32>,
    ) -> Self {
        Self {
            port,
            engine: Some(engine),
            restriction,
            nodes,
            journal: Journal::new(options.journal_memory as u64),
            open: BTreeMap::new(),
            unlinked: BTreeSet::new(),
            grown: BTreeSet::new(),
        }
    }

    /// Returns why the volume is read-only, or nothing if it is not.
    pub fn restriction(&self) -> Option<Restriction> {
        self.restriction
    }

    /// Returns the room on the volume.
    ///
    /// # Errors
    ///
    /// [`Error::Unmounted`].
    pub fn statfs(&self) -> Result<Space, Error> {
        let engine = self.engine.as_ref().ok_or(Error::Unmounted)?;
        let stats = engine.statfs();
        Ok(Space {
            block_size: stats.block_size,
            blocks: stats.total_blocks,
            free_blocks: stats.free_blocks,
            nodes: stats.total_inodes,
            free_nodes: stats.free_inodes,
        })
    }

    /// Asks the device whether it is still there: caches hide for long that it is not.
    ///
    /// # Errors
    ///
    /// [`Error::Gone`], or [`Error::Device`] if it is there and cannot be read.
    pub fn probe(&mut self) -> Result<(), Error> {
        let mut shared = self.port.shared.borrow_mut();
        let probed = shared.cache.probe();
        probed.map_err(|error| match error {
            CacheError::Gone => {
                shared.last_error = Some(error);
                Error::Gone
            }
            _ => Error::Device,
        })
    }

    /// Returns what the block cache has done so far.
    pub fn cache_statistics(&self) -> Statistics {
        self.port.shared.borrow().cache.statistics()
    }

    /// Makes every change durable, removes nodes that are unlinked, and leaves the volume clean.
    ///
    /// The volume is unmounted afterwards whatever the result; after an error its journal is
    /// replayed by the next mount, here or elsewhere.
    ///
    /// # Errors
    ///
    /// [`Error::Unmounted`], or that of the write that failed.
    pub fn unmount(&mut self) -> Result<(), Error> {
        let result = self.remove_unlinked().and_then(|()| self.stop());
        self.engine = None;
        self.open.clear();
        result
    }

    /// Ends the file system and returns the cache. Changes that were not synced are lost.
    pub fn into_cache(self) -> Option<BlockCache<D>> {
        let Self { port, engine, .. } = self;
        drop(engine);
        Some(Rc::into_inner(port.shared)?.into_inner().cache)
    }

    /// Brings everything to its place on disk and starts a new engine.
    ///
    /// The engine keeps committed metadata in memory until their place in the journal is needed,
    /// and has no call to write them before. Unmounting does.
    pub(crate) fn restart(&mut self) -> Result<(), Error> {
        self.stop()?;
        self.engine = None;
        let engine = start(&self.port, self.restriction);
        self.engine = Some(engine.map_err(|error| self.explain(error))?);
        self.journal.started();
        Ok(())
    }

    /// Runs a call on the engine.
    pub(crate) fn call<T>(
        &mut self,
        call: impl FnOnce(&mut Engine<D>) -> Ext4Result<T>,
    ) -> Result<T, Error> {
        match self.engine.as_mut() {
            Some(engine) => call(engine).map_err(|error| self.explain(error)),
            None => Err(self.missing()),
        }
    }

    /// Notes that a directory got one more entry and may have grown.
    pub(crate) fn entry_added(&mut self, directory: Node) -> Result<(), Error> {
        let blocks = self.stat(directory)?.size / self.statfs()?.block_size;
        if blocks > BLOCKS_WITHOUT_NODES {
            self.grown.insert(directory);
        }
        Ok(())
    }

    /// Returns what an engine error means to a client.
    fn explain(&self, error: Ext4Error) -> Error {
        match (
            Error::from_engine(error),
            self.port.shared.borrow().last_error,
        ) {
            // Once the device is gone or a write was lost, the engine's errors are consequences.
            (Error::Device | Error::Failed | Error::Unsupported(_), Some(CacheError::Gone)) => {
                Error::Gone
            }
            (Error::Device | Error::ReadOnly, Some(CacheError::WriteLost(_))) => Error::Failed,
            (error, _) => error,
        }
    }

    /// Returns why there is no engine.
    fn missing(&self) -> Error {
        match self.port.shared.borrow().last_error {
            Some(CacheError::Gone) => Error::Gone,
            Some(CacheError::WriteLost(_)) => Error::Failed,
            _ => Error::Unmounted,
        }
    }

    /// Empties the journal, and then says so on the disk.
    fn stop(&mut self) -> Result<(), Error> {
        self.call(Engine::unmount)?;
        let grown = core::mem::take(&mut self.grown);
        let result = if grown.is_empty() {
            Ok(())
        } else {
            recount(&self.port, &grown)
        };
        result
            .and_then(|()| self.port.mark(Recovery::Done))
            .map_err(|error| self.explain(error))
    }
}
