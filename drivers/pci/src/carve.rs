//! Finds a block inside untyped device memory and splits its surroundings away.
//!
//! An untyped is split into two halves until the wanted block stands alone; what is left over stays
//! known and serves later requests.

use heapless::Vec;
use libipc::CPtr;

use crate::Window;

/// Free blocks: two halves a level for every block carved out.
const MAX_BLOCKS: usize = 192;

/// An untyped of device memory that nothing was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Physical address, a multiple of the size.
    pub base: u64,
    /// log2 of the size in bytes.
    pub size: u8,
    /// Where its capability is.
    pub slot: CPtr,
}

impl Block {
    fn covers(&self, base: u64, size: u8) -> bool {
        size <= self.size && base >> self.size == self.base >> self.size
    }
}

/// Splits untypeds.
pub trait Halves {
    /// Makes two untypeds of half the size of `block`; returns the lower one's and the upper one's
    /// slots.
    fn split(&mut self, block: Block) -> Option<(CPtr, CPtr)>;
}

/// The device memory that is left.
#[derive(Default)]
pub struct Carver {
    free: Vec<Block, MAX_BLOCKS>,
}

impl Carver {
    /// Adds memory. What is beyond the limit is not used.
    pub fn add(&mut self, block: Block) {
        let _ = self.free.push(block);
    }

    /// From the first to the last address of what was added.
    pub fn extent(&self) -> Window {
        let base = self.free.iter().map(|block| block.base).min().unwrap_or(0);
        let ends = self.free.iter().map(|block| block.base + (1 << block.size));
        let bytes = ends.max().unwrap_or(0).saturating_sub(base);
        Window { base, bytes }
    }

    /// Takes the block of `1 << size` bytes at `base` out; `None` if it is not (any more) there, or
    /// cannot be split off.
    pub fn carve(&mut self, base: u64, size: u8, halves: &mut impl Halves) -> Option<Block> {
        if size >= 64 || !base.is_multiple_of(1 << size) {
            return None;
        }
        let index = self
            .free
            .iter()
            .position(|block| block.covers(base, size))?;
        let mut block = self.free.swap_remove(index);
        while block.size > size {
            let Some((lower, upper)) = halves.split(block) else {
                self.add(block);
                return None;
            };
            let size = block.size - 1;
            let lower = Block {
                base: block.base,
                size,
                slot: lower,
            };
            let upper = Block {
                base: block.base + (1 << size),
                size,
                slot: upper,
            };
            let (wanted, other) = if base < upper.base {
                (lower, upper)
            } else {
                (upper, lower)
            };
            self.add(other);
            block = wanted;
        }
        Some(block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counter(u32);

    impl Halves for Counter {
        fn split(&mut self, _: Block) -> Option<(CPtr, CPtr)> {
            self.0 += 2;
            Some((CPtr(self.0), CPtr(self.0 + 1)))
        }
    }

    fn carver() -> Carver {
        let mut carver = Carver::default();
        carver.add(Block {
            base: 0xc000_0000,
            size: 29,
            slot: CPtr(1),
        });
        carver.add(Block {
            base: 0xe000_0000,
            size: 28,
            slot: CPtr(2),
        });
        carver
    }

    #[test]
    fn all_of_it_is_one_window() {
        let window = Window {
            base: 0xc000_0000,
            bytes: 0x3000_0000,
        };
        assert_eq!(carver().extent(), window);
        assert_eq!(Carver::default().extent(), Window { base: 0, bytes: 0 });
    }

    #[test]
    fn a_block_is_found_by_halving() {
        let (mut carver, mut halves) = (carver(), Counter(100));
        let block = carver.carve(0xe000_4000, 14, &mut halves).expect("there");
        assert_eq!((block.base, block.size), (0xe000_4000, 14));
        assert_eq!(halves.0, 100 + 2 * 14);
        let next = carver
            .carve(0xe000_0000, 14, &mut halves)
            .expect("its neighbour is left");
        assert_eq!(
            (next.base, halves.0),
            (0xe000_0000, 128),
            "nothing more to split"
        );
    }

    #[test]
    fn a_block_is_taken_once() {
        let (mut carver, mut halves) = (carver(), Counter(100));
        assert!(carver.carve(0xc000_1000, 12, &mut halves).is_some());
        assert_eq!(carver.carve(0xc000_1000, 12, &mut halves), None);
        assert_eq!(
            carver.carve(0xc000_0000, 13, &mut halves),
            None,
            "a part of it is taken"
        );
    }

    #[test]
    fn blocks_elsewhere_or_not_aligned_are_refused() {
        let (mut carver, mut halves) = (carver(), Counter(100));
        for (base, size) in [
            (0xf000_0000, 12),
            (0xc000_1000, 13),
            (0, 64),
            (0xc000_0000, 30),
        ] {
            assert_eq!(carver.carve(base, size, &mut halves), None);
        }
    }
}
