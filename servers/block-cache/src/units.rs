//! Units of the cache: sectors, cache blocks and its size.
//!
//! Devices count 512-byte sectors (as virtio 1.2 §5.2 and the block IDL do, whatever the medium
//! uses inside). The cache counts 4 KiB blocks, the unit of pages and of most file systems; file
//! systems with smaller blocks share one cache block.

/// Bytes in a sector.
pub const SECTOR_SIZE: usize = 512;

/// Bytes in a cache block.
pub const BLOCK_SIZE: usize = 4096;

/// Sectors in a cache block.
pub(crate) const SECTORS_PER_BLOCK: u64 = (BLOCK_SIZE / SECTOR_SIZE) as u64;

/// Requests that may travel in one batch.
pub const MAX_BATCH: usize = 64;

/// Blocks that one request may cover, and blocks that one read-ahead may fetch.
pub const MAX_RUN: usize = 32;

/// A 512-byte sector, counted from the start of the volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sector(pub u64);

/// A 4 KiB cache block, counted from the start of the volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BlockNumber(pub u64);

impl BlockNumber {
    /// Returns the block that lies `count` blocks further.
    pub(crate) fn plus(self, count: usize) -> Self {
        Self(self.0.saturating_add(count as u64))
    }

    /// Returns the sector at an offset in bytes from the start of this block.
    pub(crate) fn sector_at(self, offset: usize) -> Sector {
        Sector(
            self.first_sector()
                .0
                .saturating_add((offset / SECTOR_SIZE) as u64),
        )
    }

    /// Returns the first sector of this block.
    pub(crate) fn first_sector(self) -> Sector {
        Sector(self.0.saturating_mul(SECTORS_PER_BLOCK))
    }
}

/// How many blocks a cache may hold.
///
/// The cache takes `blocks × 4 KiB` when it is made and nothing afterwards but short lists, so a
/// server whose heap is fixed by its manifest can plan with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Capacity(usize);

impl Capacity {
    /// The smallest useful size: one request with its read-ahead, and as much again for writes.
    pub const MINIMUM: Self = Self(4 * MAX_RUN);

    /// Returns a capacity of `blocks`, raised to [`Capacity::MINIMUM`] if it is below.
    #[must_use]
    pub fn blocks(blocks: usize) -> Self {
        Self(blocks.max(Self::MINIMUM.0))
    }

    /// Returns a capacity of at most `bytes`, raised to [`Capacity::MINIMUM`] if it is below.
    #[must_use]
    pub fn bytes(bytes: usize) -> Self {
        Self::blocks(bytes / BLOCK_SIZE)
    }

    /// Returns the number of blocks.
    #[must_use]
    pub fn count(self) -> usize {
        self.0
    }

    /// Returns how many blocks may be dirty before they are written back.
    ///
    /// Half: the other half always leaves clean blocks to evict, so a read never has to write
    /// first, not even when the device refuses writes.
    pub(crate) fn dirty_limit(self) -> usize {
        self.0 / 2
    }
}
