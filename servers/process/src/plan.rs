//! How much memory a program needs.

use libipc::abi::layout::PAGE;
use proto::processes::Error;

use crate::program::Program;

/// Pages of a program's stack.
pub const STACK_PAGES: u64 = 16;
/// Pages of a program's heap.
pub const HEAP_PAGES: u64 = 64;
/// log2 of the number of slots in a program's CNode.
pub const CNODE_SIZE: u8 = 6;
/// The greatest program, with stack and heap, in pages: 64 MiB.
const MAX_PAGES: u64 = 1 << 14;
/// Pages for page tables besides those of the program itself: root, upper levels, stack, heap.
const TABLES: u64 = 6;
/// Pages for thread, address space, CNode and small objects, with what alignment costs.
const OBJECTS: u64 = 10;
/// Pages that one last-level page table maps.
const PER_TABLE: u64 = 512;
/// Slots in a page.
const SLOTS_PER_PAGE: u64 = 64;

/// The memory of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Pages that it sees: segments, stack, heap, start-up page.
    pub pages: u64,
    /// log2 of the number of slots that keep its frames and tables.
    pub store_size: u8,
    /// log2 of the bytes of the block that everything is made of.
    pub block: u8,
}

impl Plan {
    /// The memory that a program needs.
    ///
    /// # Errors
    /// `OutOfMemory` if it is more than a program may have.
    pub fn of(program: &Program) -> Result<Self, Error> {
        let own: u64 = program
            .segments
            .iter()
            .map(|segment| segment.pages().count() as u64)
            .sum();
        let pages = own + STACK_PAGES + HEAP_PAGES + 1;
        if pages > MAX_PAGES {
            return Err(Error::OutOfMemory);
        }
        let tables = TABLES + program.segments.len() as u64 + own / PER_TABLE;
        let slots = (pages + tables + 16).next_power_of_two();
        let all = pages + tables + OBJECTS + slots.div_ceil(SLOTS_PER_PAGE);
        let block = (all * PAGE).next_power_of_two();
        Ok(Self {
            pages,
            store_size: slots.ilog2() as u8,
            block: block.ilog2() as u8,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::Segment;
    use alloc::vec;
    use libipc::Rights;

    fn program(bytes: u64) -> Program {
        let segment = Segment {
            address: 0x20_0000,
            file: 0..0,
            bytes,
            rights: Rights::READ,
        };
        Program {
            entry: 0,
            segments: vec![segment],
        }
    }

    #[test]
    fn a_small_program_takes_half_a_mebibyte() {
        let plan = Plan::of(&program(0x3000)).unwrap();
        assert_eq!((plan.pages, plan.block), (84, 19));
    }

    #[test]
    fn a_program_that_is_too_large_is_refused() {
        assert!(Plan::of(&program(60 << 20)).is_ok());
        assert_eq!(Plan::of(&program(64 << 20)), Err(Error::OutOfMemory));
    }
}
