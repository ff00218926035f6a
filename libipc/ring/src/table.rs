//! The client's private table of what is outstanding.
//!
//! A request's identifier is the lower half of its sequence word, so it need not stand in the slot. Its entry is
//! the one that its lowest byte names: the 256 that follow each other have an entry each. One that is still
//! outstanding when its entry's turn comes again is put aside, so that a request which is answered late, or
//! never, does not hold up the others.
//!
//! An entry holds the identifier that is outstanding there. When it is completed, its lowest byte is inverted:
//! that names another entry, so no identifier a peer makes up equals what a free entry holds, and one comparison
//! tells everything. A completion that comes twice, or late, or from nowhere is known.

use crate::slot::Sequence;
use crate::{Capacity, Fault, MAX_CAPACITY};

/// The bits of an identifier that name an entry: its lowest byte.
const INDEX: u32 = u8::MAX as u32;
const _: () = assert!(MAX_CAPACITY == INDEX as usize + 1);

#[derive(Clone, Copy)]
struct Entry {
    tag: u32,
    id: u32,
}

impl Entry {
    /// Whether the entry that an identifier names, which this is, has one outstanding.
    #[inline(always)]
    fn is_outstanding(self, id: u32) -> bool {
        self.id as u8 == id as u8
    }
}

/// Which identifiers are in use.
pub(crate) struct Table {
    entries: [Entry; MAX_CAPACITY],
    /// What is outstanding although its entry was needed: the first `aside_count`.
    aside: [Entry; MAX_CAPACITY],
    aside_count: usize,
    outstanding: usize,
    capacity: usize,
}

impl Table {
    pub(crate) fn new(capacity: Capacity) -> Self {
        let free = |index: usize| Entry {
            tag: 0,
            id: finished(index as u32),
        };
        Self {
            entries: core::array::from_fn(free),
            aside: [free(0); MAX_CAPACITY],
            aside_count: 0,
            outstanding: 0,
            capacity: capacity.slots(),
        }
    }

    /// How many requests can be outstanding.
    pub(crate) fn capacity(&self) -> usize {
        self.capacity
    }

    /// How many requests are outstanding.
    #[inline]
    pub(crate) fn outstanding(&self) -> usize {
        self.outstanding
    }

    /// How many more can be.
    #[inline]
    pub(crate) fn room(&self) -> usize {
        self.capacity - self.outstanding
    }

    /// Makes the entry of an identifier free; to be done before it is [opened](Self::open).
    #[inline(always)]
    pub(crate) fn make_way(&mut self, id: u32) {
        if self.entries[(id & INDEX) as usize].is_outstanding(id) {
            self.put_aside(id);
        }
    }

    /// Notes the tag of the request with this identifier. The caller knows that there is room, and
    /// [counts](Self::opened).
    #[inline(always)]
    pub(crate) fn open(&mut self, id: u32, tag: u32) {
        self.entries[(id & INDEX) as usize] = Entry { tag, id };
    }

    /// Counts what was opened.
    #[inline]
    pub(crate) fn opened(&mut self, count: usize) {
        self.outstanding += count;
    }

    /// Takes out the identifier that a completion names, and returns its tag. `next` is the sequence of the next
    /// request. The caller [counts](Self::closed).
    #[inline(always)]
    pub(crate) fn close(&mut self, id: u32, next: Sequence) -> Result<u32, Fault> {
        let entry = &mut self.entries[(id & INDEX) as usize];
        if entry.id != id {
            return self.close_aside(id, next);
        }
        entry.id = finished(id);
        Ok(entry.tag)
    }

    /// Counts what was closed.
    #[inline]
    pub(crate) fn closed(&mut self, count: usize) {
        self.outstanding -= count;
    }

    /// Gives everything up that is outstanding.
    pub(crate) fn abandon(&mut self) {
        for (index, entry) in (0..).zip(&mut self.entries) {
            if entry.is_outstanding(index) {
                entry.id = finished(entry.id);
            }
        }
        self.aside_count = 0;
        self.outstanding = 0;
    }

    /// Makes an entry free whose request takes more than 256 others.
    #[cold]
    #[inline(never)]
    fn put_aside(&mut self, id: u32) {
        // There is a place: what is aside is outstanding, and so is what joins it.
        if let Some(place) = self.aside.get_mut(self.aside_count) {
            let entry = &mut self.entries[(id & INDEX) as usize];
            *place = *entry;
            entry.id = finished(entry.id);
            self.aside_count += 1;
        }
    }

    /// Takes out an identifier that is not in its entry; a fault if it is nowhere.
    #[cold]
    #[inline(never)]
    fn close_aside(&mut self, id: u32, next: Sequence) -> Result<u32, Fault> {
        let aside = self.aside.get_mut(..self.aside_count).unwrap_or_default();
        if let Some(place) = aside.iter().position(|entry| entry.id == id) {
            let tag = aside[place].tag;
            aside.swap(place, self.aside_count - 1);
            self.aside_count -= 1;
            return Ok(tag);
        }
        Err(self.fault(id, next))
    }

    /// What is wrong with a completion that names what is not outstanding.
    fn fault(&self, id: u32, next: Sequence) -> Fault {
        let entry = self.entries[(id & INDEX) as usize];
        let age = next.half().wrapping_sub(id);
        if age == 0 || u64::from(age) > next.position() {
            Fault::UnknownCompletion
        } else if entry.id == finished(id) {
            Fault::DuplicateCompletion
        } else {
            Fault::StaleCompletion
        }
    }
}

/// What an entry holds when its identifier is completed.
const fn finished(id: u32) -> u32 {
    id ^ INDEX
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    /// A table and the sequence of the next request, as a client keeps them.
    struct Requests {
        table: Table,
        next: Sequence,
    }

    impl Requests {
        fn new(slots: usize) -> Self {
            Self {
                table: Table::new(Capacity::new(slots).expect("power of two")),
                next: Sequence::first(1),
            }
        }

        fn open(&mut self, tag: u32) -> u32 {
            assert_ne!(self.table.room(), 0);
            let id = self.next.half();
            self.table.make_way(id);
            self.table.open(id, tag);
            self.table.opened(1);
            self.next = self.next.following();
            id
        }

        fn close(&mut self, id: u32) -> Result<u32, Fault> {
            let tag = self.table.close(id, self.next)?;
            self.table.closed(1);
            Ok(tag)
        }
    }

    #[test]
    fn room_ends_at_the_capacity_and_comes_back() {
        let mut requests = Requests::new(2);
        let first = requests.open(10);
        let second = requests.open(20);
        assert_eq!(requests.table.room(), 0);
        assert_eq!(requests.close(first), Ok(10));
        assert_eq!(requests.table.room(), 1);
        assert_eq!(requests.close(second), Ok(20));
        assert_eq!(requests.table.outstanding(), 0);
    }

    #[test]
    fn a_completion_twice_is_a_duplicate() {
        let mut requests = Requests::new(4);
        let id = requests.open(1);
        assert_eq!(requests.close(id), Ok(1));
        assert_eq!(requests.close(id), Err(Fault::DuplicateCompletion));
    }

    #[test]
    fn a_completion_from_nowhere_is_unknown() {
        let mut requests = Requests::new(4);
        for id in [0, 1, 0xffff, u32::MAX] {
            assert_eq!(requests.close(id), Err(Fault::UnknownCompletion));
        }
        let id = requests.open(1);
        assert_eq!(requests.close(id + 1), Err(Fault::UnknownCompletion));
    }

    #[test]
    fn a_completion_that_is_a_round_of_the_table_late_is_stale() {
        let mut requests = Requests::new(1);
        let old = requests.open(1);
        assert_eq!(requests.close(old), Ok(1));
        for tag in 0..MAX_CAPACITY as u32 {
            let id = requests.open(tag);
            assert_eq!(requests.close(id), Ok(tag));
        }
        assert_eq!(requests.close(old), Err(Fault::StaleCompletion));
    }

    #[test]
    fn requests_that_are_not_answered_do_not_hold_up_the_others() {
        let mut requests = Requests::new(4);
        let held = [requests.open(7), requests.open(8)];
        for tag in 0..3 * MAX_CAPACITY as u32 {
            let id = requests.open(tag);
            assert_eq!(requests.close(id), Ok(tag));
        }
        assert_eq!(requests.close(held[0]), Ok(7));
        assert_eq!(requests.close(held[0]), Err(Fault::StaleCompletion));
        assert_eq!(requests.close(held[1]), Ok(8));
        assert_eq!(requests.table.room(), 4);
    }

    #[test]
    fn a_request_that_made_way_for_none_is_completed_once() {
        let mut requests = Requests::new(4);
        let held = requests.open(7);
        for tag in 1..MAX_CAPACITY as u32 {
            let id = requests.open(tag);
            assert_eq!(requests.close(id), Ok(tag));
        }
        requests.table.make_way(requests.next.half());
        assert_eq!(requests.close(held), Ok(7));
        assert_eq!(requests.close(held), Err(Fault::DuplicateCompletion));
    }

    #[test]
    fn of_those_that_share_an_entry_the_one_is_completed_that_is_named() {
        let mut requests = Requests::new(4);
        let mut held = [0; 3];
        for (place, tag) in held.iter_mut().zip(7..) {
            *place = requests.open(tag);
            for tag in 1..MAX_CAPACITY as u32 {
                let id = requests.open(tag);
                assert_eq!(requests.close(id), Ok(tag));
            }
        }
        let [first, second, third] = held;
        let none = third + MAX_CAPACITY as u32;
        assert_eq!(requests.close(none), Err(Fault::UnknownCompletion));
        assert_eq!(requests.close(second), Ok(8));
        assert_eq!(requests.close(second), Err(Fault::StaleCompletion));
        assert_eq!(requests.close(third), Ok(9));
        assert_eq!(requests.close(first), Ok(7));
    }

    #[test]
    fn what_was_abandoned_cannot_be_completed() {
        let mut requests = Requests::new(4);
        let held = requests.open(6);
        for tag in 0..MAX_CAPACITY as u32 {
            let id = requests.open(tag);
            assert_eq!(requests.close(id), Ok(tag));
        }
        let id = requests.open(8);
        requests.table.abandon();
        assert_eq!(requests.table.outstanding(), 0);
        assert!(requests.close(id).is_err());
        assert!(requests.close(held).is_err());
    }
}
