//! The memory of the cache: a fixed number of slots, each for one block.
//!
//! Eviction is CLOCK: a hand passes over the slots, takes away the mark of those used since it
//! last came by, and takes the first clean one without a mark. It needs one flag a slot where
//! least-recently-used needs a list, and a block that was only read ahead starts without the mark,
//! so a long sequential read passes through and leaves the metadata in place.
//!
//! Dirty slots are never evicted; the caller keeps them at most half of all.

use alloc::{
    boxed::Box,
    collections::{BTreeMap, BTreeSet},
    vec,
    vec::Vec,
};
use core::ops::Range;

use crate::{BLOCK_SIZE, BlockNumber, CacheError, Capacity, Sector, valid::Valid};

/// The bytes of one block.
pub(crate) type Bytes = Box<[u8]>;

/// Whether a block was asked for, or fetched because it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Somebody asked for it.
    Asked,
    /// Nobody asked for it yet.
    Ahead,
}

/// One place for a block.
struct Slot {
    block: Option<BlockNumber>,
    bytes: Bytes,
    /// The sectors that `bytes` has; the others are on the device only.
    valid: Valid,
    used: bool,
    origin: Origin,
}

/// A block that was asked for.
pub(crate) struct Found<'a> {
    pub(crate) bytes: &'a mut [u8],
    pub(crate) valid: Valid,
    pub(crate) origin: Origin,
}

/// Consecutive sectors to write: where they begin, and the blocks and bytes in them.
pub(crate) struct DirtyRun {
    pub(crate) start: Sector,
    pub(crate) parts: Vec<(BlockNumber, Range<usize>)>,
}

/// All slots, the blocks in them, and which of these are dirty.
pub(crate) struct Slots {
    slots: Vec<Slot>,
    index: BTreeMap<BlockNumber, usize>,
    dirty: BTreeSet<BlockNumber>,
    hand: usize,
}

/// A slot taken out of use to be filled.
pub(crate) struct Vacancy {
    slot: usize,
    /// Memory for the new block; its content is left over from an earlier one.
    pub(crate) bytes: Bytes,
}

impl Slots {
    /// Makes empty slots.
    ///
    /// # Errors
    ///
    /// [`CacheError::NoMemory`] if there is not enough memory for all of them.
    pub(crate) fn new(capacity: Capacity) -> Result<Self, CacheError> {
        let mut slots = Vec::new();
        slots
            .try_reserve_exact(capacity.count())
            .map_err(|_| CacheError::NoMemory)?;
        for _ in 0..capacity.count() {
            let mut bytes = Vec::new();
            bytes
                .try_reserve_exact(BLOCK_SIZE)
                .map_err(|_| CacheError::NoMemory)?;
            bytes.resize(BLOCK_SIZE, 0);
            let bytes = bytes.into_boxed_slice();
            slots.push(Slot {
                block: None,
                bytes,
                valid: Valid::NONE,
                used: false,
                origin: Origin::Asked,
            });
        }
        Ok(Self {
            slots,
            index: BTreeMap::new(),
            dirty: BTreeSet::new(),
            hand: 0,
        })
    }

    /// Returns slots that hold nothing and can hold nothing.
    pub(crate) fn none() -> Self {
        Self {
            slots: Vec::new(),
            index: BTreeMap::new(),
            dirty: BTreeSet::new(),
            hand: 0,
        }
    }

    /// Returns whether the block is here, without counting as use.
    pub(crate) fn contains(&self, block: BlockNumber) -> bool {
        self.index.contains_key(&block)
    }

    /// Returns a block and marks it used.
    pub(crate) fn get(&mut self, block: BlockNumber) -> Option<Found<'_>> {
        let slot = self.slots.get_mut(*self.index.get(&block)?)?;
        slot.used = true;
        let origin = core::mem::replace(&mut slot.origin, Origin::Asked);
        Some(Found {
            bytes: &mut slot.bytes,
            valid: slot.valid,
            origin,
        })
    }

    /// Returns the bytes of a block, without counting as use.
    pub(crate) fn peek(&self, block: BlockNumber) -> Option<&[u8]> {
        Some(&self.slots.get(*self.index.get(&block)?)?.bytes)
    }

    /// Evicts a clean block and returns its place, or nothing if every block is dirty or taken.
    pub(crate) fn vacate(&mut self) -> Option<Vacancy> {
        // Twice round: the first pass may only clear marks.
        for _ in 0..2 * self.slots.len() {
            let hand = self.hand;
            self.hand = (hand + 1) % self.slots.len();
            let slot = &mut self.slots[hand];
            let taken = slot.bytes.is_empty();
            let dirty = slot.block.is_some_and(|block| self.dirty.contains(&block));
            if taken || dirty || core::mem::take(&mut slot.used) {
                continue;
            }
            if let Some(block) = slot.block.take() {
                self.index.remove(&block);
            }
            return Some(Vacancy {
                slot: hand,
                bytes: core::mem::take(&mut slot.bytes),
            });
        }
        None
    }

    /// Puts a block into a place that was vacated.
    pub(crate) fn fill(&mut self, vacancy: Vacancy, block: BlockNumber, origin: Origin) {
        let used = origin == Origin::Asked;
        self.index.insert(block, vacancy.slot);
        self.slots[vacancy.slot] = Slot {
            block: Some(block),
            bytes: vacancy.bytes,
            valid: Valid::ALL,
            used,
            origin,
        };
    }

    /// Puts an empty block into a place that was vacated.
    pub(crate) fn fill_empty(&mut self, mut vacancy: Vacancy, block: BlockNumber) {
        vacancy.bytes.fill(0);
        let slot = vacancy.slot;
        self.fill(vacancy, block, Origin::Asked);
        self.slots[slot].valid = Valid::NONE;
    }

    /// Adds to a block the sectors that it lacks, from a copy of it off the device.
    pub(crate) fn complete(&mut self, copy: Vacancy, block: BlockNumber) {
        let Some(&slot) = self.index.get(&block) else {
            // It made room for its own copy.
            return self.fill(copy, block, Origin::Asked);
        };
        let slot = &mut self.slots[slot];
        for range in slot.valid.missing() {
            slot.bytes[range.clone()].copy_from_slice(&copy.bytes[range]);
        }
        slot.valid = Valid::ALL;
        self.give_back(copy);
    }

    /// Gives a place back without a block in it.
    pub(crate) fn give_back(&mut self, vacancy: Vacancy) {
        self.slots[vacancy.slot].bytes = vacancy.bytes;
    }

    /// Notes that sectors of a block here are new and not on the device.
    pub(crate) fn mark_dirty(&mut self, block: BlockNumber, sectors: Valid) {
        if let Some(&slot) = self.index.get(&block) {
            self.slots[slot].valid = self.slots[slot].valid.and(sectors);
            self.dirty.insert(block);
        }
    }

    /// Notes that every block here is the same on the device.
    pub(crate) fn mark_all_clean(&mut self) {
        self.dirty.clear();
    }

    /// Returns how many blocks are dirty.
    pub(crate) fn dirty_count(&self) -> usize {
        self.dirty.len()
    }

    /// Returns what has to be written, in ascending order and joined into runs of up to `longest`
    /// parts.
    pub(crate) fn dirty_runs(&self, longest: usize) -> Vec<DirtyRun> {
        let mut runs: Vec<DirtyRun> = Vec::new();
        let mut end = Sector(0);
        for &block in &self.dirty {
            for bytes in self.valid(block).ranges() {
                let start = block.sector_at(bytes.start);
                let next = block.sector_at(bytes.end);
                match runs.last_mut() {
                    Some(run) if end == start && run.parts.len() < longest => {
                        run.parts.push((block, bytes));
                    }
                    _ => runs.push(DirtyRun {
                        start,
                        parts: vec![(block, bytes)],
                    }),
                }
                end = next;
            }
        }
        runs
    }

    fn valid(&self, block: BlockNumber) -> Valid {
        let slot = self
            .index
            .get(&block)
            .and_then(|slot| self.slots.get(*slot));
        slot.map_or(Valid::NONE, |slot| slot.valid)
    }
}
