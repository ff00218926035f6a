//! Sets of physical address ranges: from the firmware's memory map to what the kernel hands out.
//!
//! Firmware maps overlap and are unsorted, and what the kernel keeps (itself, the boot image, tables) lies
//! anywhere inside. A set is therefore built by adding ranges and taking others away, and what was taken
//! away last wins. The capacity is fixed: when it is used up the smallest range is dropped, so that the
//! machine has less memory, but never memory that it does not have.

use core::mem;

/// Bytes in a page.
pub const PAGE: u64 = 4096;

/// Greatest number of ranges in a set.
pub const CAPACITY: usize = 64;

/// Physical addresses from `start` up to but not including `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Range {
    /// First address.
    pub start: u64,
    /// First address behind.
    pub end: u64,
}

impl Range {
    /// Makes a range from its first address and its length; cut off at the end of the address space.
    pub const fn sized(start: u64, length: u64) -> Self {
        Self {
            start,
            end: start.saturating_add(length),
        }
    }

    /// The number of bytes.
    pub const fn length(self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Whether nothing is in it.
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Whether both have an address in common.
    pub const fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The whole pages inside.
    #[inline(never)]
    pub const fn shrunk_to_pages(self) -> Self {
        let start = match self.start.checked_next_multiple_of(PAGE) {
            Some(start) => start,
            None => return Self { start: 0, end: 0 },
        };
        Self {
            start,
            end: self.end & !(PAGE - 1),
        }
    }

    /// All pages that it touches.
    #[inline(never)]
    pub const fn grown_to_pages(self) -> Self {
        let end = match self.end.checked_next_multiple_of(PAGE) {
            Some(end) => end,
            None => !(PAGE - 1),
        };
        Self {
            start: self.start & !(PAGE - 1),
            end,
        }
    }
}

/// A set of ranges that do not overlap, sorted by address.
#[derive(Clone, Copy, Debug)]
pub struct RangeSet {
    ranges: [Range; CAPACITY],
    used: usize,
}

impl Default for RangeSet {
    fn default() -> Self {
        Self::new()
    }
}

impl RangeSet {
    /// The empty set.
    pub const fn new() -> Self {
        Self {
            ranges: [Range { start: 0, end: 0 }; CAPACITY],
            used: 0,
        }
    }

    /// The ranges in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = Range> + '_ {
        self.ranges.iter().take(self.used).copied()
    }

    /// Adds all addresses of `range`.
    pub fn add(&mut self, range: Range) {
        if range.is_empty() {
            return;
        }
        let old = *self;
        let mut merged = range;
        *self = Self::new();
        for other in old.iter() {
            if other.start <= merged.end && merged.start <= other.end {
                merged.start = merged.start.min(other.start);
                merged.end = merged.end.max(other.end);
            } else {
                self.insert(other);
            }
        }
        self.insert(merged);
    }

    /// Takes all addresses of `range` away.
    pub fn remove(&mut self, range: Range) {
        let old = *self;
        *self = Self::new();
        for other in old.iter() {
            if range.is_empty() || !other.overlaps(range) {
                self.insert(other);
                continue;
            }
            self.insert(Range {
                start: other.start,
                end: range.start.min(other.end),
            });
            self.insert(Range {
                start: range.end.max(other.start),
                end: other.end,
            });
        }
    }

    /// Keeps only the whole pages of every range.
    // One copy, for size.
    #[inline(never)]
    pub fn shrink_to_pages(&mut self) {
        let old = *self;
        *self = Self::new();
        old.iter()
            .for_each(|range| self.insert(range.shrunk_to_pages()));
    }

    /// Takes `length` bytes, page aligned and below `limit`, away and returns where they begin.
    // One copy, for size.
    #[inline(never)]
    pub fn take(&mut self, length: u64, limit: u64) -> Option<u64> {
        let fits = |range: &Range| {
            let start = range.shrunk_to_pages().start;
            start
                .checked_add(length)
                .is_some_and(|end| end <= range.end && end <= limit)
        };
        let start = self.iter().find(fits)?.shrunk_to_pages().start;
        self.remove(Range::sized(start, length));
        Some(start)
    }

    /// The end of the last range; 0 if there is none.
    // One copy, for size.
    #[inline(never)]
    pub fn end(&self) -> u64 {
        self.iter().last().map_or(0, |range| range.end)
    }

    fn insert(&mut self, range: Range) {
        if range.is_empty() {
            return;
        }
        if self.used == CAPACITY && !self.drop_smaller_than(range) {
            return;
        }
        let at = self
            .iter()
            .take_while(|other| other.start < range.start)
            .count();
        if let Some(tail) = self.ranges.get_mut(at..=self.used) {
            // Each goes where the next was.
            let mut coming = range;
            tail.iter_mut()
                .for_each(|place| coming = mem::replace(place, coming));
            self.used += 1;
        }
    }

    fn drop_smaller_than(&mut self, range: Range) -> bool {
        let smallest = self
            .iter()
            .enumerate()
            .min_by_key(|(_, other)| other.length());
        match smallest {
            Some((at, other)) if other.length() < range.length() => {
                self.used -= 1;
                if let Some(tail) = self.ranges.get_mut(at..=self.used) {
                    let mut coming = Range::default();
                    tail.iter_mut()
                        .rev()
                        .for_each(|place| coming = mem::replace(place, coming));
                }
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(ranges: &[(u64, u64)]) -> RangeSet {
        let mut set = RangeSet::new();
        ranges.iter().for_each(|(start, end)| {
            set.add(Range {
                start: *start,
                end: *end,
            })
        });
        set
    }

    fn pairs(set: &RangeSet) -> std::vec::Vec<(u64, u64)> {
        set.iter().map(|range| (range.start, range.end)).collect()
    }

    #[test]
    fn added_ranges_are_sorted_and_neighbours_merge() {
        assert_eq!(
            pairs(&set(&[(30, 40), (0, 10), (10, 20)])),
            [(0, 20), (30, 40)]
        );
        assert_eq!(pairs(&set(&[(0, 10), (20, 30), (5, 25)])), [(0, 30)]);
    }

    #[test]
    fn removing_from_the_middle_splits_a_range() {
        let mut set = set(&[(0, 100)]);
        set.remove(Range { start: 40, end: 60 });
        assert_eq!(pairs(&set), [(0, 40), (60, 100)]);
    }

    #[test]
    fn removing_over_several_ranges_trims_them_all() {
        let mut set = set(&[(0, 10), (20, 30), (40, 50)]);
        set.remove(Range { start: 5, end: 45 });
        assert_eq!(pairs(&set), [(0, 5), (45, 50)]);
    }

    #[test]
    fn partial_pages_are_never_handed_out() {
        let mut set = set(&[(1, 3 * PAGE - 1), (5 * PAGE, 6 * PAGE)]);
        set.shrink_to_pages();
        assert_eq!(pairs(&set), [(PAGE, 2 * PAGE), (5 * PAGE, 6 * PAGE)]);
    }

    #[test]
    fn taken_memory_is_aligned_below_the_limit_and_gone() {
        let mut set = set(&[(1, PAGE + 10), (10 * PAGE, 20 * PAGE)]);
        assert_eq!(set.take(2 * PAGE, 12 * PAGE), Some(10 * PAGE));
        assert_eq!(set.take(2 * PAGE, 12 * PAGE), None);
        assert_eq!(pairs(&set), [(1, PAGE + 10), (12 * PAGE, 20 * PAGE)]);
    }

    #[test]
    fn a_full_set_drops_the_smallest_range() {
        let mut set = RangeSet::new();
        for index in 0..CAPACITY as u64 {
            set.add(Range::sized(index * 1000, 10 + index));
        }
        set.add(Range::sized(CAPACITY as u64 * 1000, 500));
        assert_eq!(set.iter().count(), CAPACITY);
        assert_eq!(set.iter().next(), Some(Range::sized(1000, 11)));
        assert_eq!(set.end(), CAPACITY as u64 * 1000 + 500);
    }

    #[test]
    fn lengths_beyond_the_address_space_are_cut() {
        assert_eq!(Range::sized(u64::MAX - 1, 100).end, u64::MAX);
        assert!(
            Range {
                start: u64::MAX - 5,
                end: u64::MAX
            }
            .shrunk_to_pages()
            .is_empty()
        );
    }
}
