//! Pools: memory for what does not fit into 40 bytes.
//!
//! A pool is writable by one side and read-only for the other. Messages name parts of it by
//! [`Descriptor`]s, which are checked against the pool's length where they are used. Nothing is
//! mapped or unmapped per operation.

use core::fmt;
use core::ops::Range;

use crate::Untrusted;
use crate::bytes;
use crate::sync::AtomicU64;

/// A descriptor that reaches beyond its pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfBounds;

impl fmt::Display for OutOfBounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it reaches beyond what there is of the pool")
    }
}

impl core::error::Error for OutOfBounds {}

/// A part of a pool, in bytes from its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Descriptor {
    /// First byte.
    pub offset: u32,
    /// Number of bytes.
    pub length: u32,
}

impl Descriptor {
    /// Packs it into a word: offset in the low half, length in the high one.
    #[must_use]
    pub const fn to_word(self) -> u64 {
        ((self.length as u64) << 32) | self.offset as u64
    }

    /// Unpacks a word. Any word is a descriptor; bounds are checked where it is used.
    #[must_use]
    pub const fn from_word(word: u64) -> Self {
        Self {
            offset: word as u32,
            length: (word >> 32) as u32,
        }
    }

    /// Returns it as a range within `limit` bytes.
    ///
    /// # Errors
    /// [`OutOfBounds`] if it reaches beyond.
    pub fn range(self, limit: usize) -> Result<Range<usize>, OutOfBounds> {
        let start = self.offset as usize;
        let end = start.checked_add(self.length as usize).ok_or(OutOfBounds)?;
        if end > limit {
            Err(OutOfBounds)
        } else {
            Ok(start..end)
        }
    }
}

/// The pool that this side writes.
pub struct Pool<'a> {
    words: &'a [AtomicU64],
}

impl<'a> Pool<'a> {
    /// Takes a region that nobody else writes.
    #[must_use]
    pub fn new(words: &'a [AtomicU64]) -> Self {
        Self { words }
    }

    /// Returns the length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        size_of_val(self.words)
    }

    /// Returns whether the pool has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Copies bytes to the start of a part.
    ///
    /// # Errors
    /// [`OutOfBounds`] if the part reaches beyond the pool or is shorter than `bytes`.
    pub fn write(&mut self, part: Descriptor, bytes: &[u8]) -> Result<(), OutOfBounds> {
        let range = part.range(self.len())?;
        if bytes.len() > range.len() {
            return Err(OutOfBounds);
        }
        bytes::copy_in(self.words, range.start, bytes);
        Ok(())
    }

    /// Copies a peer's bytes to the start of a part, without a look at them. Both consist of whole
    /// words.
    ///
    /// # Errors
    /// [`OutOfBounds`] if the part reaches beyond the pool or is shorter than `bytes`, or a boundary
    /// is not a word's.
    pub fn copy_from(&mut self, part: Descriptor, bytes: Untrusted<'_>) -> Result<(), OutOfBounds> {
        let to = Untrusted::new(self.words).part(part)?.words()?;
        let from = bytes.words()?;
        if from.len() > to.len() {
            return Err(OutOfBounds);
        }
        bytes::copy_words(from, to);
        Ok(())
    }

    /// Views the pool for reading, as the peer sees it.
    #[must_use]
    pub fn view(&self) -> Untrusted<'a> {
        Untrusted::new(self.words)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(count: usize) -> Vec<AtomicU64> {
        (0..count).map(|_| AtomicU64::new(0)).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 8 } else { 256 }))]

        #[test]
        fn what_is_written_is_read_and_nothing_else_changes(
            offset in 0u32..64, bytes in proptest::collection::vec(any::<u8>(), 0..64),
        ) {
            let words = words(16);
            let mut pool = Pool::new(&words);
            let all = Descriptor { offset: 0, length: 128 };
            pool.write(all, &[0xee; 128]).expect("fits");
            let part = Descriptor { offset, length: bytes.len() as u32 };
            pool.write(part, &bytes).expect("fits");
            let mut seen = [0; 128];
            pool.view().copy_to(0, &mut seen).expect("fits");
            let mut expected = [0xee; 128];
            expected[offset as usize..][..bytes.len()].copy_from_slice(&bytes);
            prop_assert_eq!(seen, expected);
            let mut copy = vec![0; bytes.len()];
            pool.view().part(part).expect("fits").copy_to(0, &mut copy).expect("fits");
            prop_assert_eq!(copy, bytes);
        }

        #[test]
        fn descriptors_reach_the_pool_or_are_refused(
            word in prop_oneof![
                any::<u64>(),
                (0u64..160, 0u64..160).prop_map(|(offset, length)| length << 32 | offset),
            ],
            at in 0usize..160,
        ) {
            let words = words(16);
            let part = Descriptor::from_word(word);
            prop_assert_eq!(part.to_word(), word);
            let fits = u64::from(part.offset) + u64::from(part.length) <= 128;
            let view = Untrusted::new(&words).part(part);
            prop_assert_eq!(view.is_ok(), fits);
            if let Ok(view) = view {
                let enough = at < view.len();
                prop_assert_eq!(view.copy_to(at, &mut [0]).is_ok(), enough);
            }
        }
    }

    #[test]
    fn whole_words_are_copied_from_pool_to_pool_and_nothing_else_changes() {
        let (from, to) = (words(3), words(4));
        let part = |offset, length| Descriptor { offset, length };
        let mut source = Pool::new(&from);
        source.write(part(8, 16), &[7; 16]).expect("fits");
        let bytes = source.view().part(part(8, 16)).expect("fits");
        let mut pool = Pool::new(&to);
        assert_eq!(pool.copy_from(part(8, 8), bytes), Err(OutOfBounds));
        assert_eq!(pool.copy_from(part(4, 16), bytes), Err(OutOfBounds));
        assert_eq!(pool.copy_from(part(24, 16), bytes), Err(OutOfBounds));
        assert_eq!(pool.copy_from(part(8, 24), bytes), Ok(()));
        let mut seen = [1; 32];
        pool.view().copy_to(0, &mut seen).expect("fits");
        assert_eq!(seen[..8], [0; 8]);
        assert_eq!(seen[8..24], [7; 16]);
        assert_eq!(seen[24..], [0; 8]);
    }

    #[test]
    fn a_number_is_read_wherever_it_lies_and_nowhere_else() {
        let words = words(3);
        let bytes: Vec<u8> = (1..=24).collect();
        let mut pool = Pool::new(&words);
        let all = Descriptor {
            offset: 0,
            length: 24,
        };
        pool.write(all, &bytes).expect("fits");
        let part = Descriptor {
            offset: 3,
            length: 20,
        };
        let view = pool.view().part(part).expect("fits");
        for at in 0..=16 {
            let expected = bytes[3 + at..]
                .first_chunk()
                .copied()
                .map(u32::from_le_bytes);
            assert_eq!(view.number_at(at).ok(), expected, "{at}");
        }
        for at in [17, 20, 21, usize::MAX] {
            assert_eq!(view.number_at(at), Err(OutOfBounds), "{at}");
        }
    }

    #[test]
    fn a_part_ends_with_its_pool_at_the_latest() {
        let range = |offset, length| Descriptor { offset, length }.range(16);
        assert_eq!(range(8, 8), Ok(8..16));
        assert_eq!(range(16, 0), Ok(16..16));
        assert_eq!(range(8, 9), Err(OutOfBounds));
        assert_eq!(range(17, 0), Err(OutOfBounds));
    }

    #[test]
    fn a_write_longer_than_its_part_is_refused() {
        let words = words(2);
        let part = Descriptor {
            offset: 0,
            length: 3,
        };
        assert_eq!(Pool::new(&words).write(part, &[0; 4]), Err(OutOfBounds));
        let beyond = Descriptor {
            offset: 8,
            length: 9,
        };
        assert_eq!(Pool::new(&words).write(beyond, &[0; 4]), Err(OutOfBounds));
    }
}
