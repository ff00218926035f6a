//! Corrections to what the engine writes, on its way to the device.
//!
//! Two habits of the engine would leave a volume that `e2fsck` complains of:
//!
//! - It takes the "journal needs recovery" mark away, and sets it, with the journal's own help. A
//!   power cut at the wrong moment then leaves a journal with content on a volume that claims to
//!   need none. Here the mark is set on the device before the engine starts, stays in every
//!   superblock that it writes, and goes when the journal is empty.
//! - When it first uses an inode bitmap it clears the padding behind the last inode, which the
//!   format wants set (Linux `ext4_mark_bitmap_end`). The padding is not part of the checksum.

use alloc::{collections::BTreeSet, vec::Vec};

use block_cache::{BatchDevice, BlockCache, CacheError, SECTOR_SIZE, Sector};

use crate::{
    layout::Layout,
    superblock::{LENGTH, PRIMARY, with_recovery_mark},
};

/// Where the superblock begins, in bytes.
const SUPERBLOCK: u64 = PRIMARY.0 * SECTOR_SIZE as u64;

/// Knows which blocks have to be corrected, and how.
pub(crate) struct Guard {
    /// The blocks that hold inode bitmaps.
    inode_bitmaps: BTreeSet<u64>,
    block_size: usize,
    inodes_per_group: usize,
    has_journal: bool,
}

/// Whether the journal may have content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recovery {
    /// It may; it has to be looked at before the volume is used.
    Needed,
    /// It is empty.
    Done,
}

impl Guard {
    /// Reads where the bitmaps are.
    pub(crate) fn new<D: BatchDevice>(
        cache: &mut BlockCache<D>,
        layout: &Layout,
        has_journal: bool,
    ) -> Result<Self, CacheError> {
        let mut inode_bitmaps = BTreeSet::new();
        for group in 0..layout.groups {
            inode_bitmaps.insert(layout.inode_bitmap(cache, group)?);
        }
        Ok(Self {
            inode_bitmaps,
            block_size: layout.block_size,
            inodes_per_group: layout.inodes_per_group as usize,
            has_journal,
        })
    }

    /// Writes the recovery mark to the device, if there is a journal, and makes it durable.
    pub(crate) fn mark<D: BatchDevice>(
        &self,
        cache: &mut BlockCache<D>,
        recovery: Recovery,
    ) -> Result<(), CacheError> {
        if !self.has_journal {
            return Ok(());
        }
        let mut bytes = [0; LENGTH];
        cache.read(PRIMARY, &mut bytes)?;
        cache.write(PRIMARY, &with_recovery_mark(bytes, recovery))?;
        cache.flush()
    }

    /// Returns what to write instead of `bytes`, if it has to be something else.
    pub(crate) fn corrected(&self, start: Sector, bytes: &[u8]) -> Option<Vec<u8>> {
        let first = start.0.checked_mul(SECTOR_SIZE as u64)?;
        let end = first.checked_add(bytes.len() as u64)?;
        let superblock = self.has_journal && first <= SUPERBLOCK && SUPERBLOCK + 1024 <= end;
        let size = self.block_size as u64;
        let bitmaps: Vec<u64> = self
            .inode_bitmaps
            .range(first.div_ceil(size)..end / size)
            .copied()
            .collect();
        if !superblock && bitmaps.is_empty() {
            return None;
        }
        let mut bytes = bytes.to_vec();
        if superblock {
            mark_in(&mut bytes[(SUPERBLOCK - first) as usize..]);
        }
        for block in bitmaps {
            let at = (block * size - first) as usize;
            self.pad(&mut bytes[at..at + self.block_size]);
        }
        Some(bytes)
    }

    /// Sets the bits behind the last inode of a group.
    fn pad(&self, bitmap: &mut [u8]) {
        let (whole, rest) = (self.inodes_per_group / 8, self.inodes_per_group % 8);
        let mut padding = bitmap.iter_mut().skip(whole);
        if rest != 0
            && let Some(byte) = padding.next()
        {
            *byte |= 0xFF << rest;
        }
        padding.for_each(|byte| *byte = 0xFF);
    }
}

/// Puts the recovery mark into the superblock that `bytes` begin with.
fn mark_in(bytes: &mut [u8]) {
    if let Some(superblock) = bytes.first_chunk_mut::<LENGTH>() {
        *superblock = with_recovery_mark(*superblock, Recovery::Needed);
    }
}
