//! The client's private table of what is outstanding.
//!
//! An identifier is an index (16 bits) and the index's generation (16 bits), which changes with
//! every completion; so a completion that comes twice, or late, or from nowhere is known.

use crate::{Capacity, Fault, MAX_CAPACITY};

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Free,
    Outstanding,
}

#[derive(Clone, Copy)]
struct Entry {
    tag: u32,
    generation: u16,
    state: State,
}

impl Entry {
    /// Frees it for another generation; `None` if it is free already.
    fn finish(&mut self) -> Option<u32> {
        if self.state == State::Free {
            return None;
        }
        self.state = State::Free;
        self.generation = self.generation.wrapping_add(1);
        Some(self.tag)
    }
}

/// Which identifiers are in use. Free indexes are kept as a stack: the first `free_count` of `free`.
pub(crate) struct Table {
    entries: [Entry; MAX_CAPACITY],
    free: [u16; MAX_CAPACITY],
    free_count: usize,
    capacity: usize,
}

impl Table {
    pub(crate) fn new(capacity: Capacity) -> Self {
        let slots = capacity.slots();
        Self {
            entries: [Entry {
                tag: 0,
                generation: 0,
                state: State::Free,
            }; MAX_CAPACITY],
            free: core::array::from_fn(|index| (slots.saturating_sub(1 + index)) as u16),
            free_count: slots,
            capacity: slots,
        }
    }

    /// How many requests can be outstanding.
    pub(crate) fn capacity(&self) -> usize {
        self.capacity
    }

    /// How many requests are outstanding.
    pub(crate) fn outstanding(&self) -> usize {
        self.capacity - self.free_count
    }

    /// Takes an identifier; `None` if all are in use.
    pub(crate) fn open(&mut self, tag: u32) -> Option<u32> {
        let last = self.free_count.checked_sub(1)?;
        let index = *self.free.get(last)?;
        let entry = self.entries.get_mut(usize::from(index))?;
        entry.tag = tag;
        entry.state = State::Outstanding;
        self.free_count = last;
        Some((u32::from(entry.generation) << 16) | u32::from(index))
    }

    /// Gives an identifier back that a completion names, and returns its tag.
    pub(crate) fn close(&mut self, id: u32) -> Result<u32, Fault> {
        let index = (id & 0xffff) as u16;
        let generation = (id >> 16) as u16;
        let entry = self
            .entries
            .get_mut(usize::from(index))
            .ok_or(Fault::UnknownCompletion)?;
        if entry.generation != generation {
            let previous = entry.generation.wrapping_sub(1);
            let twice = generation == previous && usize::from(index) < self.capacity;
            return Err(if twice {
                Fault::DuplicateCompletion
            } else {
                Fault::StaleCompletion
            });
        }
        let tag = entry.finish().ok_or(Fault::UnknownCompletion)?;
        self.release(index);
        Ok(tag)
    }

    /// Gives everything up that is outstanding.
    pub(crate) fn abandon(&mut self) {
        for index in 0..self.capacity as u16 {
            let entry = self.entries.get_mut(usize::from(index));
            if entry.and_then(Entry::finish).is_some() {
                self.release(index);
            }
        }
    }

    fn release(&mut self, index: u16) {
        if let Some(free) = self.free.get_mut(self.free_count) {
            *free = index;
            self.free_count += 1;
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn table(slots: usize) -> Table {
        Table::new(Capacity::new(slots).expect("power of two"))
    }

    #[test]
    fn identifiers_run_out_at_the_capacity_and_come_back() {
        let mut table = table(2);
        let first = table.open(10).expect("free");
        let second = table.open(20).expect("free");
        assert_eq!(table.open(30), None);
        assert_eq!(table.close(first), Ok(10));
        assert_eq!(table.outstanding(), 1);
        assert_ne!(table.open(30), Some(first), "the generation changed");
        assert_eq!(table.close(second), Ok(20));
    }

    #[test]
    fn a_completion_twice_is_a_duplicate() {
        let mut table = table(4);
        let id = table.open(1).expect("free");
        assert_eq!(table.close(id), Ok(1));
        assert_eq!(table.close(id), Err(Fault::DuplicateCompletion));
    }

    #[test]
    fn a_completion_from_nowhere_is_unknown() {
        let mut table = table(4);
        assert_eq!(table.close(0), Err(Fault::UnknownCompletion));
        assert_eq!(table.close(0xffff), Err(Fault::UnknownCompletion));
    }

    #[test]
    fn a_completion_of_an_older_generation_is_stale() {
        let mut table = table(1);
        let old = table.open(1).expect("free");
        assert_eq!(table.close(old), Ok(1));
        let next = table.open(2).expect("free");
        assert_eq!(table.close(next), Ok(2));
        assert_eq!(table.close(old), Err(Fault::StaleCompletion));
    }

    #[test]
    fn what_was_abandoned_cannot_be_completed() {
        let mut table = table(4);
        let id = table.open(7).expect("free");
        table.open(8).expect("free");
        table.abandon();
        assert_eq!(table.outstanding(), 0);
        assert!(table.close(id).is_err());
    }
}
