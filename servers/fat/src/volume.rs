//! A mounted volume: its state, and how it is mounted.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use block_cache::{BatchDevice, BlockCache, CacheError};

use crate::commit::Mark;
use crate::disk::Disk;
use crate::error::{Error, MountError};
use crate::layout::{BOOT_SECTOR, Format, Layout};
use crate::nodes::{Held, Spot};
use crate::table::Table;
use crate::time::Stamp;

/// Where a file system learns the time from, in seconds since 1970.
pub type Clock = fn() -> i64;

/// A mounted volume.
///
/// Changes are durable after [`FileSystem::sync`] or [`FileSystem::unmount`]. Dropping a mounted volume is as a power cut:
/// what is left on the device contradicts itself nowhere, but clusters may be taken that nobody uses.
pub struct FileSystem<D> {
    pub(crate) disk: Disk<D>,
    pub(crate) layout: Layout,
    pub(crate) table: Table,
    clock: Clock,
    /// Files that are open, or whose entry is not written yet, by number.
    pub(crate) held: BTreeMap<u64, Held>,
    /// Open files that are not where their number says.
    pub(crate) moved: BTreeMap<Spot, u64>,
    /// How often directories are open, by their first cluster.
    pub(crate) directories: BTreeMap<u32, u32>,
    /// Directories that are gone and some number still means something in.
    pub(crate) removed: BTreeSet<u32>,
    /// Chains that nothing leads to any more once the entries are durable.
    pub(crate) doomed: Vec<u32>,
    pub(crate) mark: Mark,
}

impl<D: BatchDevice> FileSystem<D> {
    /// Mounts the volume in `cache`.
    ///
    /// # Errors
    ///
    /// See [`MountError`]; the volume is as before.
    pub fn mount(cache: BlockCache<D>, clock: Clock) -> Result<Self, MountError> {
        let device = cache.sector_count().saturating_mul(512);
        if device < BOOT_SECTOR as u64 {
            return Err(MountError::NotFat);
        }
        let mut disk = Disk { cache };
        let mut sector = [0; BOOT_SECTOR];
        let read = disk.cache.read(block_cache::Sector(0), &mut sector);
        read.map_err(MountError::Device)?;
        let layout = Layout::read(&sector, device)?;
        let mut volume = Self {
            disk,
            layout,
            table: Table::new(),
            clock,
            held: BTreeMap::new(),
            moved: BTreeMap::new(),
            directories: BTreeMap::new(),
            removed: BTreeSet::new(),
            doomed: Vec::new(),
            mark: Mark::Clean,
        };
        volume.look_at_marks(&sector).map_err(|error| match error {
            Error::Gone => MountError::Device(CacheError::Gone),
            _ => MountError::Device(CacheError::Read(block_cache::DeviceError::Io)),
        })?;
        Ok(volume)
    }

    /// Which of the three formats the volume has.
    pub fn format(&self) -> Format {
        self.layout.format
    }

    /// Whether the volume was in use when its power went, or another system took it out.
    pub fn was_in_use(&self) -> bool {
        matches!(self.mark, Mark::WasInUse | Mark::InUseBefore)
    }

    /// Whether the volume cannot be written.
    pub fn is_read_only(&self) -> bool {
        self.disk.cache.is_read_only()
    }

    /// Returns the cache. Changes that were not synced are lost.
    pub fn into_cache(self) -> BlockCache<D> {
        self.disk.cache
    }

    /// Asks the device whether it is still there: caches hide for long that it is not.
    ///
    /// # Errors
    ///
    /// [`Error::Gone`], or [`Error::Device`] if it is there and cannot be read.
    pub fn probe(&mut self) -> Result<(), Error> {
        Ok(self.disk.cache.probe()?)
    }

    pub(crate) fn now(&self) -> Stamp {
        Stamp::of((self.clock)())
    }

    pub(crate) fn cluster(&self) -> u64 {
        self.layout.cluster.into()
    }

    /// How many clusters hold so many bytes.
    pub(crate) fn clusters_of(&self, size: u64) -> u32 {
        size.div_ceil(self.cluster()) as u32
    }
}
