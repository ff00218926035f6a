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

use crate::{BLOCK_SIZE, BlockNumber, CacheError, Capacity};

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
    used: bool,
    origin: Origin,
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

    /// Returns the bytes of a block and where they came from, and marks it used.
    pub(crate) fn get(&mut self, block: BlockNumber) -> Option<(&mut [u8], Origin)> {
        let slot = self.slots.get_mut(*self.index.get(&block)?)?;
        slot.used = true;
        let origin = core::mem::replace(&mut slot.origin, Origin::Asked);
        Some((&mut slot.bytes, origin))
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
            used,
            origin,
        };
    }

    /// Gives a place back without a block in it.
    pub(crate) fn give_back(&mut self, vacancy: Vacancy) {
        self.slots[vacancy.slot].bytes = vacancy.bytes;
    }

    /// Notes that a block here differs from the device.
    pub(crate) fn mark_dirty(&mut self, block: BlockNumber) {
        self.dirty.insert(block);
    }

    /// Notes that a block here is the same on the device.
    pub(crate) fn mark_clean(&mut self, block: BlockNumber) {
        self.dirty.remove(&block);
    }

    /// Returns how many blocks are dirty.
    pub(crate) fn dirty_count(&self) -> usize {
        self.dirty.len()
    }

    /// Returns the dirty blocks in ascending order, cut into runs of neighbours.
    pub(crate) fn dirty_runs(&self, longest: usize) -> Vec<Vec<BlockNumber>> {
        let mut runs: Vec<Vec<BlockNumber>> = Vec::new();
        for &block in &self.dirty {
            match runs.last_mut() {
                Some(run) if run.len() < longest && run[0].plus(run.len()) == block => {
                    run.push(block);
                }
                _ => runs.push(vec![block]),
            }
        }
        runs
    }
}
