//! What a program has of its stack and heap.
//!
//! Of both, most programs touch little. So a program begins with the top of its stack, and every other part is made when it is first
//! touched, which is a fault like any other until this server has looked where. The memory for all of it is set aside when
//! the program starts: a part is never missing for lack of memory.

use libipc::abi::layout::{HEAP_BASE, PAGE, STACK_TOP};

use crate::plan::{HEAP_PAGES, STACK_PAGES};

/// Pages of a part.
pub const PART_PAGES: u64 = 4;

const PART: u64 = PART_PAGES * PAGE;
const STACK: u64 = STACK_PAGES * PAGE;
const STACK_PARTS: u64 = STACK_PAGES / PART_PAGES;
const PARTS: u64 = STACK_PARTS + HEAP_PAGES / PART_PAGES;

const _: () = assert!(PARTS <= u32::BITS as u64);
const _: () =
    assert!(STACK_PAGES.is_multiple_of(PART_PAGES) && HEAP_PAGES.is_multiple_of(PART_PAGES));

/// The part of its stack with which a program begins.
pub const FIRST: u64 = STACK_TOP - PART;

/// The parts that a program has, a bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Growth(u32);

impl Growth {
    /// Those with which a program begins.
    pub const fn of_start() -> Self {
        Self(1 << (STACK_PARTS - 1))
    }

    /// The start of the part that an address is in, and whose it is from now on; `None` if it is in none, or in one that
    /// the program has already.
    pub fn grow(&mut self, address: u64) -> Option<u64> {
        let (base, length, first) = match address {
            HEAP_BASE.. => (HEAP_BASE, HEAP_PAGES * PAGE, STACK_PARTS),
            _ => (STACK_TOP - STACK, STACK, 0),
        };
        let offset = address
            .checked_sub(base)
            .filter(|offset| *offset < length)?;
        let bit = 1 << (first + offset / PART);
        if self.0 & bit != 0 {
            return None;
        }
        self.0 |= bit;
        Some(base + offset / PART * PART)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_given_once_and_nothing_beside_stack_and_heap() {
        let mut growth = Growth::of_start();
        for (address, part) in [
            (STACK_TOP - 1, None),
            (FIRST, None),
            (FIRST - 1, Some(FIRST - PART)),
            (FIRST - PART, None),
            (STACK_TOP - STACK, Some(STACK_TOP - STACK)),
            (STACK_TOP - STACK - 1, None),
            (STACK_TOP, None),
            (0, None),
            (HEAP_BASE - 1, None),
            (HEAP_BASE, Some(HEAP_BASE)),
            (HEAP_BASE + PART - 1, None),
            (HEAP_BASE + PART, Some(HEAP_BASE + PART)),
            (
                HEAP_BASE + HEAP_PAGES * PAGE - 1,
                Some(HEAP_BASE + HEAP_PAGES * PAGE - PART),
            ),
            (HEAP_BASE + HEAP_PAGES * PAGE, None),
            (u64::MAX, None),
        ] {
            assert_eq!(growth.grow(address), part, "{address:#x}");
        }
    }
}
