//! Hands out parts of a pool: runs of blocks, first fit, a bit a block.

use crate::Descriptor;

/// The greatest number of blocks.
const MAX_BLOCKS: usize = 1024;
const WORD_BITS: usize = 64;

/// Which blocks of a pool are in use. Held privately by the side that writes the pool.
pub struct Runs {
    used: [u64; MAX_BLOCKS / WORD_BITS],
    blocks: usize,
    block_bytes: u32,
}

impl Runs {
    /// Divides a pool of `pool_bytes` into blocks; what is beyond 1,024 blocks is not used.
    #[must_use]
    pub fn new(pool_bytes: usize, block_bytes: core::num::NonZeroU32) -> Self {
        let block_bytes = block_bytes.get();
        let blocks = (pool_bytes / block_bytes as usize).min(MAX_BLOCKS);
        Self {
            used: [0; MAX_BLOCKS / WORD_BITS],
            blocks,
            block_bytes,
        }
    }

    /// Takes the first run of blocks that holds `length` bytes; `None` if there is none.
    pub fn take(&mut self, length: u32) -> Option<Descriptor> {
        let wanted = length.div_ceil(self.block_bytes).max(1) as usize;
        let mut start = 0;
        for index in 0..self.blocks {
            if self.is_used(index) {
                start = index + 1;
            } else if index + 1 - start == wanted {
                self.mark(start..index + 1, Use::Taken);
                return Some(Descriptor {
                    offset: start as u32 * self.block_bytes,
                    length,
                });
            }
        }
        None
    }

    /// Gives back what [`take`](Self::take) returned.
    pub fn give_back(&mut self, run: Descriptor) {
        let start = (run.offset / self.block_bytes) as usize;
        let count = run.length.div_ceil(self.block_bytes).max(1) as usize;
        self.mark(start..(start + count).min(self.blocks), Use::Free);
    }

    fn is_used(&self, index: usize) -> bool {
        let word = self
            .used
            .get(index / WORD_BITS)
            .copied()
            .unwrap_or(u64::MAX);
        word & (1 << (index % WORD_BITS)) != 0
    }

    fn mark(&mut self, range: core::ops::Range<usize>, to: Use) {
        for index in range {
            let Some(word) = self.used.get_mut(index / WORD_BITS) else {
                return;
            };
            let bit = 1 << (index % WORD_BITS);
            match to {
                Use::Taken => *word |= bit,
                Use::Free => *word &= !bit,
            }
        }
    }
}

enum Use {
    Taken,
    Free,
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use core::num::NonZeroU32;

    fn runs(blocks: usize) -> Runs {
        Runs::new(blocks * 512, NonZeroU32::new(512).expect("not zero"))
    }

    #[test]
    fn runs_do_not_overlap_and_come_back() {
        let mut runs = runs(4);
        let first = runs.take(1024).expect("room");
        let second = runs.take(513).expect("room");
        assert_eq!((first.offset, second.offset), (0, 1024));
        assert_eq!(runs.take(1), None);
        runs.give_back(first);
        assert_eq!(runs.take(1500), None, "only two blocks are free");
        assert_eq!(runs.take(1024), Some(first));
    }

    #[test]
    fn a_run_larger_than_the_pool_is_refused() {
        assert_eq!(runs(2).take(u32::MAX), None);
        assert_eq!(runs(0).take(0), None);
    }
}
