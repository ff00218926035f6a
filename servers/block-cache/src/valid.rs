//! Which sectors of a cached block hold data.
//!
//! File systems with blocks of 1 KiB write parts of cache blocks. If each first part meant reading
//! the rest, a large file written in order would cost one read for every request; so a block may
//! be in the cache in part, and the rest is read only if somebody asks for it.

use core::ops::Range;

use crate::SECTOR_SIZE;

/// A set of sectors of one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Valid(u8);

impl Valid {
    /// Every sector.
    pub(crate) const ALL: Self = Self(u8::MAX);
    /// No sector.
    pub(crate) const NONE: Self = Self(0);

    /// Returns the sectors that a range of bytes covers; it begins and ends between sectors.
    pub(crate) fn covering(bytes: Range<usize>) -> Self {
        let below = |end: usize| (1_u16 << (end / SECTOR_SIZE)) - 1;
        Self((below(bytes.end) & !below(bytes.start)) as u8)
    }

    /// Returns whether all of `others` are among these.
    pub(crate) fn contains(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// Returns these and `others`.
    pub(crate) fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Returns the bytes of all sectors that are not among these, sector by sector.
    pub(crate) fn missing(self) -> impl Iterator<Item = Range<usize>> {
        (0..8).filter(move |n| self.0 >> n & 1 == 0).map(bytes_of)
    }

    /// Returns the bytes of these sectors, neighbours joined.
    pub(crate) fn ranges(self) -> impl Iterator<Item = Range<usize>> {
        let mut next = 0;
        core::iter::from_fn(move || {
            let rest = u16::from(self.0) >> next;
            if rest == 0 {
                return None;
            }
            let first = next + rest.trailing_zeros() as usize;
            let count = (u16::from(self.0) >> first).trailing_ones() as usize;
            next = first + count;
            Some(first * SECTOR_SIZE..next * SECTOR_SIZE)
        })
    }
}

fn bytes_of(sector: usize) -> Range<usize> {
    sector * SECTOR_SIZE..(sector + 1) * SECTOR_SIZE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(valid: Valid) -> Vec<Range<usize>> {
        valid
            .ranges()
            .map(|range| range.start / 512..range.end / 512)
            .collect()
    }

    #[test]
    fn neighbouring_sectors_are_one_range() {
        assert_eq!(ranges(Valid(0b1110_0101)), [0..1, 2..3, 5..8]);
        assert_eq!(ranges(Valid::ALL), vec![0..8]);
        assert_eq!(ranges(Valid::NONE), []);
    }

    #[test]
    fn bytes_cover_the_sectors_they_lie_in() {
        assert_eq!(Valid::covering(0..4096), Valid::ALL);
        assert_eq!(Valid::covering(512..2048), Valid(0b0000_1110));
        assert_eq!(Valid::covering(512..512), Valid::NONE);
    }
}
