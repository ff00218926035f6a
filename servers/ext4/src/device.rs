//! The block interface that the engine wants, over the cache.
//!
//! The cache is shared between the engine and the [`FileSystem`](crate::FileSystem): the engine
//! owns its device for good, and the file system starts a new engine on the same cache to bound
//! the journal's memory (see `journal`).

use alloc::rc::Rc;
use core::cell::RefCell;

use block_cache::{BatchDevice, BlockCache, CacheError, SECTOR_SIZE, Sector};
use rsext4::{
    BlockIo, DeviceCapabilities, DeviceGeometry, Ext4Error, Ext4Result, Ext4Timestamp, SectorId,
};

use crate::{
    Clock,
    guard::{Guard, Recovery},
};

/// The cache and what has to be known of the traffic.
pub(crate) struct Shared<D> {
    pub(crate) cache: BlockCache<D>,
    /// Bytes that the engine has written.
    pub(crate) written: u64,
    /// Why the cache last failed; the engine's errors have no room for it.
    pub(crate) last_error: Option<CacheError>,
    /// What corrects writes; missing if the volume is read-only.
    pub(crate) guard: Option<Guard>,
}

/// The engine's way to the cache.
pub(crate) struct Port<D> {
    pub(crate) shared: Rc<RefCell<Shared<D>>>,
    pub(crate) clock: Clock,
}

impl<D> Clone for Port<D> {
    fn clone(&self) -> Self {
        Self {
            shared: Rc::clone(&self.shared),
            clock: self.clock,
        }
    }
}

impl<D: BatchDevice> Port<D> {
    pub(crate) fn new(cache: BlockCache<D>, guard: Option<Guard>, clock: Clock) -> Self {
        let shared = Shared {
            cache,
            written: 0,
            last_error: None,
            guard,
        };
        Self {
            shared: Rc::new(RefCell::new(shared)),
            clock,
        }
    }

    /// Writes whether the journal may have content, durably; nothing on a read-only volume.
    pub(crate) fn mark(&self, recovery: Recovery) -> Ext4Result<()> {
        self.call(|shared| match &shared.guard {
            Some(guard) => guard.mark(&mut shared.cache, recovery),
            None => Ok(()),
        })
    }

    /// Runs a call on the cache and turns its error into the engine's.
    fn call(&self, call: impl FnOnce(&mut Shared<D>) -> Result<(), CacheError>) -> Ext4Result<()> {
        let mut shared = self.shared.borrow_mut();
        call(&mut shared).map_err(|error| {
            shared.last_error = Some(error);
            match error {
                CacheError::ReadOnly => Ext4Error::read_only(),
                CacheError::NoMemory => Ext4Error::no_memory(),
                CacheError::OutOfRange => Ext4Error::corrupted().with_operation("block:range"),
                _ => Ext4Error::io(),
            }
        })
    }
}

impl<D: BatchDevice> rsext4::Clock for Port<D> {
    fn now(&self) -> Ext4Result<Ext4Timestamp> {
        Ok((self.clock)().to_engine())
    }
}

impl<D: BatchDevice> BlockIo for Port<D> {
    fn write(&mut self, buffer: &[u8], sector: SectorId, _count: u32) -> Ext4Result<()> {
        self.call(|shared| {
            shared.written = shared.written.saturating_add(buffer.len() as u64);
            let start = Sector(sector.raw());
            let corrected = shared
                .guard
                .as_ref()
                .and_then(|guard| guard.corrected(start, buffer));
            shared
                .cache
                .write(start, corrected.as_deref().unwrap_or(buffer))
        })
    }

    fn read(&mut self, buffer: &mut [u8], sector: SectorId, _count: u32) -> Ext4Result<()> {
        self.call(|shared| shared.cache.read(Sector(sector.raw()), buffer))
    }

    fn geometry(&self) -> DeviceGeometry {
        let sectors = self.shared.borrow().cache.sector_count();
        DeviceGeometry::new(SECTOR_SIZE as u32, sectors)
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let read_only = self.shared.borrow().cache.is_read_only();
        // No forced unit access: the engine then writes and flushes, which the cache orders.
        DeviceCapabilities {
            read_only,
            flush: true,
            ..DeviceCapabilities::default()
        }
    }

    fn flush(&mut self) -> Ext4Result<()> {
        self.call(|shared| shared.cache.flush())
    }
}
