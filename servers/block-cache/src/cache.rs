//! The cache as its user sees it: read, write, flush.
//!
//! Neighbours: `fetch` brings blocks in, `write_back` takes them out, `slots` is the memory.

use alloc::vec::Vec;

use crate::{
    BLOCK_SIZE, BatchDevice, BlockNumber, CacheError, Capacity, DeviceError, SECTOR_SIZE, Sector,
    Statistics,
    readahead::ReadAhead,
    slots::{Origin, Slots},
    units::{MAX_RUN, SECTORS_PER_BLOCK},
    valid::Valid,
};

/// Whether the device still deserves trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    /// Nothing has failed but perhaps reads.
    Sound,
    /// A write or flush failed. Contents in memory may be newer than the device's for good.
    WriteLost(DeviceError),
    /// The device went away.
    Gone,
}

/// A cache over a block device, for one user at a time.
///
/// Addresses are sectors of the volume; lengths are whole sectors. Dropping the cache drops what
/// was not flushed, as a power cut would.
pub struct BlockCache<D> {
    pub(crate) device: D,
    pub(crate) slots: Slots,
    pub(crate) ahead: ReadAhead,
    pub(crate) capacity: Capacity,
    pub(crate) sectors: u64,
    pub(crate) health: Health,
    /// Whether the device holds writes that no flush has followed.
    pub(crate) unflushed: bool,
    pub(crate) statistics: Statistics,
}

/// The part of a call that falls into one block.
struct Part {
    block: BlockNumber,
    /// Where the part begins in the block, in bytes.
    offset: usize,
    /// Where it begins and ends in the caller's buffer, in bytes.
    start: usize,
    end: usize,
}

impl Part {
    /// Returns the sectors of the block that the part covers.
    fn sectors(&self) -> Valid {
        Valid::covering(self.offset..self.offset + self.end - self.start)
    }
}

impl<D: BatchDevice> BlockCache<D> {
    /// Makes an empty cache.
    ///
    /// # Errors
    ///
    /// [`CacheError::NoMemory`] if there is not enough memory for the whole capacity.
    pub fn new(device: D, capacity: Capacity) -> Result<Self, CacheError> {
        let sectors = device.sector_count();
        Ok(Self {
            device,
            slots: Slots::new(capacity)?,
            ahead: ReadAhead::new(),
            capacity,
            sectors,
            health: Health::Sound,
            unflushed: false,
            statistics: Statistics::default(),
        })
    }

    /// Returns the size of the device in sectors.
    pub fn sector_count(&self) -> u64 {
        self.sectors
    }

    /// Returns whether writes are refused: by the device, or because an earlier one was lost.
    pub fn is_read_only(&self) -> bool {
        self.health != Health::Sound || self.device.is_read_only()
    }

    /// Returns what the cache has done so far.
    pub fn statistics(&self) -> Statistics {
        self.statistics
    }

    /// Returns the device. What was not flushed is lost.
    pub fn into_device(self) -> D {
        self.device
    }

    /// Reads sectors from `start` on into `output`.
    ///
    /// # Errors
    ///
    /// [`CacheError::Unaligned`], [`CacheError::OutOfRange`], [`CacheError::Read`] or
    /// [`CacheError::Gone`]. After an error the content of `output` means nothing.
    pub fn read(&mut self, start: Sector, output: &mut [u8]) -> Result<(), CacheError> {
        self.check_range(start, output.len())?;
        self.check_present()?;
        // A chunk and its read-ahead are at most half of the smallest cache, the half that is
        // always clean, so one chunk never pushes out its own blocks.
        let mut start = start;
        let mut rest = output;
        while !rest.is_empty() {
            let limit = MAX_RUN * BLOCK_SIZE - offset_in_block(start);
            let (chunk, tail) = rest.split_at_mut(limit.min(rest.len()));
            self.read_chunk(start, chunk)?;
            start = Sector(start.0 + (chunk.len() / SECTOR_SIZE) as u64);
            rest = tail;
        }
        Ok(())
    }

    fn read_chunk(&mut self, start: Sector, output: &mut [u8]) -> Result<(), CacheError> {
        let (mut missing, mut incomplete) = (Vec::new(), Vec::new());
        for part in parts(start, output.len()) {
            match self.slots.get(part.block) {
                Some(found) if found.valid.contains(part.sectors()) => {
                    self.statistics.hits += 1;
                    self.statistics.read_ahead_used += u64::from(found.origin == Origin::Ahead);
                    copy_out(&part, found.bytes, output);
                }
                Some(_) => incomplete.push(part),
                None => missing.push(part),
            }
        }
        for part in &incomplete {
            self.complete(part.block)?;
            self.copy_from_slot(part, output)?;
        }
        let Some(first) = missing.first() else {
            return Ok(());
        };
        let advice = self.ahead.on_miss(first.block);
        let asked: Vec<_> = missing.iter().map(|part| part.block).collect();
        self.fetch(&asked, advice)?;
        for part in &missing {
            self.copy_from_slot(part, output)?;
        }
        Ok(())
    }

    fn copy_from_slot(&self, part: &Part, output: &mut [u8]) -> Result<(), CacheError> {
        let bytes = self.slots.peek(part.block).ok_or(CacheError::NoMemory)?;
        copy_out(part, bytes, output);
        Ok(())
    }

    /// Writes `input` to the sectors from `start` on. It is durable after the next
    /// [`BlockCache::flush`] that succeeds.
    ///
    /// # Errors
    ///
    /// [`CacheError::Unaligned`], [`CacheError::OutOfRange`], [`CacheError::ReadOnly`],
    /// [`CacheError::WriteLost`] or [`CacheError::Gone`]. Part of `input` may be written even so.
    pub fn write(&mut self, start: Sector, input: &[u8]) -> Result<(), CacheError> {
        self.check_range(start, input.len())?;
        self.check_writable()?;
        for part in parts(start, input.len()) {
            if self.slots.dirty_count() >= self.capacity.dirty_limit() {
                self.write_back()?;
            }
            self.make_present(part.block)?;
            let found = self.slots.get(part.block).ok_or(CacheError::NoMemory)?;
            let length = part.end - part.start;
            found.bytes[part.offset..part.offset + length]
                .copy_from_slice(&input[part.start..part.end]);
            self.slots.mark_dirty(part.block, part.sectors());
        }
        Ok(())
    }

    /// Makes everything written so far durable.
    ///
    /// # Errors
    ///
    /// [`CacheError::WriteLost`] if a write or the flush failed, now or at any time before: then
    /// the cache takes no writes any more. [`CacheError::Gone`] if the device is gone.
    pub fn flush(&mut self) -> Result<(), CacheError> {
        self.check_trusted()?;
        self.write_back()?;
        self.flush_device()
    }

    /// Returns how many bytes of a block lie on the device: all but for the last block.
    pub(crate) fn block_bytes(&self, block: BlockNumber) -> usize {
        let left = self
            .sectors
            .saturating_sub(block.first_sector().0)
            .min(SECTORS_PER_BLOCK);
        left as usize * SECTOR_SIZE
    }

    fn check_range(&self, start: Sector, length: usize) -> Result<(), CacheError> {
        if !length.is_multiple_of(SECTOR_SIZE) {
            return Err(CacheError::Unaligned);
        }
        let end = start.0.checked_add((length / SECTOR_SIZE) as u64);
        match end {
            Some(end) if end <= self.sectors => Ok(()),
            _ => Err(CacheError::OutOfRange),
        }
    }

    pub(crate) fn check_present(&self) -> Result<(), CacheError> {
        match self.health {
            Health::Gone => Err(CacheError::Gone),
            Health::Sound | Health::WriteLost(_) => Ok(()),
        }
    }

    fn check_trusted(&self) -> Result<(), CacheError> {
        match self.health {
            Health::Sound => Ok(()),
            Health::WriteLost(error) => Err(CacheError::WriteLost(error)),
            Health::Gone => Err(CacheError::Gone),
        }
    }

    fn check_writable(&self) -> Result<(), CacheError> {
        self.check_trusted()?;
        if self.device.is_read_only() {
            Err(CacheError::ReadOnly)
        } else {
            Ok(())
        }
    }
}

/// Returns how far into its block a sector begins, in bytes.
fn offset_in_block(sector: Sector) -> usize {
    (sector.0 % SECTORS_PER_BLOCK) as usize * SECTOR_SIZE
}

/// Cuts a range of `length` bytes into the parts that fall into one block each.
fn parts(start: Sector, length: usize) -> impl Iterator<Item = Part> {
    let mut position = 0;
    core::iter::from_fn(move || {
        if position >= length {
            return None;
        }
        let sector = Sector(start.0 + (position / SECTOR_SIZE) as u64);
        let offset = offset_in_block(sector);
        let end = length.min(position + BLOCK_SIZE - offset);
        let block = BlockNumber(sector.0 / SECTORS_PER_BLOCK);
        let part = Part {
            block,
            offset,
            start: position,
            end,
        };
        position = end;
        Some(part)
    })
}

fn copy_out(part: &Part, bytes: &[u8], output: &mut [u8]) {
    let length = part.end - part.start;
    output[part.start..part.end].copy_from_slice(&bytes[part.offset..part.offset + length]);
}
