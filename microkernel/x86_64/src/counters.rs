//! Faults that are reads of the processor's counters.
//!
//! The processor tells of such a read what it tells of every privileged instruction: exception 13 without an error code (SDM
//! 2B, RDTSC and RDPMC). So the instruction is looked at, to tell people what the program may not do. User memory is not
//! accessed for that, but its page tables are walked, and what is read is the kernel's own view of plain memory.

use weft_hal::{Entry, PhysAddr};

use crate::entry::{self, PCD, PWT, USER};

/// Bytes that are looked at: no more is needed to tell the instructions apart.
pub const BYTES: usize = 3;
/// Table levels, the root's first.
const LEVELS: u8 = 4;

/// Whether an instruction reads a counter: RDTSC, RDTSCP or RDPMC, without prefixes, as compilers make them.
pub const fn is_read(instruction: [u8; BYTES]) -> bool {
    matches!(instruction, [0x0f, 0x31 | 0x33, _] | [0x0f, 0x01, 0xf9])
}

/// Where in plain memory an address of user mode leads by these tables, of which `word` reads one. `None` if nothing is there, or
/// what belongs to the kernel or to a device: only plain memory is mapped to be cached as usual.
pub fn physical(root: PhysAddr, address: u64, word: impl Fn(PhysAddr) -> u64) -> Option<PhysAddr> {
    const UNUSUAL: u64 = PWT | PCD;
    let mut table = root;
    for level in (1..=LEVELS).rev() {
        let shift = 12 + 9 * (u32::from(level) - 1);
        let index = address >> shift & 0x1ff;
        let found = word(PhysAddr(table.0 + index * 8));
        if found & (USER | UNUSUAL) != USER {
            return None;
        }
        match entry::decode(found, level) {
            Entry::Empty => return None,
            Entry::Table(next) => table = next,
            Entry::Page { physical } => {
                return Some(PhysAddr(physical.0 | address & ((1 << shift) - 1)));
            }
        }
    }
    None
}

/// The instruction at an address of user mode, of which each byte is found by `find` and read by `read`. What is not there is 0.
pub fn instruction(
    address: u64,
    find: impl Fn(u64) -> Option<PhysAddr>,
    read: impl Fn(PhysAddr) -> u8,
) -> [u8; BYTES] {
    core::array::from_fn(|offset| {
        let at = address.wrapping_add(offset as u64);
        find(at).map_or(0, &read)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::entry::{LARGE, PRESENT};

    #[test]
    fn the_three_instructions_are_told_from_others() {
        for read in [
            [0x0f, 0x31, 0],
            [0x0f, 0x31, 0xc3],
            [0x0f, 0x33, 0x90],
            [0x0f, 0x01, 0xf9],
        ] {
            assert!(is_read(read), "{read:x?}");
        }
        for other in [
            [0xf4, 0, 0],
            [0x0f, 0x01, 0xf8],
            [0x0f, 0x30, 0],
            [0x0f, 0x32, 0],
            [0, 0, 0],
        ] {
            assert!(!is_read(other), "{other:x?}");
        }
    }

    /// A page of 4 KiB at 0x20_1000, one of 2 MiB at 0x40_0000, one of the kernel at 0x60_0000, one of a device behind it.
    fn tables() -> HashMap<u64, u64> {
        HashMap::from([
            (0x1000, 0x2000 | PRESENT | USER),
            (0x2000, 0x3000 | PRESENT | USER),
            (0x3008, 0x4000 | PRESENT | USER),
            (0x3010, 0x80_0000 | PRESENT | USER | LARGE),
            (0x3018, 0xa0_0000 | PRESENT | LARGE),
            (0x3020, 0xc0_0000 | PRESENT | USER | LARGE | PCD | PWT),
            (0x4008, 0x7000 | PRESENT | USER),
        ])
    }

    fn found(address: u64) -> Option<u64> {
        let tables = tables();
        let word = |at: PhysAddr| tables.get(&at.0).copied().unwrap_or(0);
        physical(PhysAddr(0x1000), address, word).map(|at| at.0)
    }

    #[test]
    fn an_address_is_found_in_pages_of_every_size() {
        assert_eq!(found(0x20_1234), Some(0x7234));
        assert_eq!(found(0x41_2345), Some(0x81_2345));
    }

    #[test]
    fn what_is_not_there_or_the_kernels_is_not_found() {
        assert_eq!(found(0x20_2000), None);
        assert_eq!(found(0x8000_0000), None);
        assert_eq!(found(0x60_0000), None);
        assert_eq!(found(0x80_0000), None);
        assert_eq!(found(0x80_0000 - 1), None);
    }

    #[test]
    fn an_instruction_may_end_in_another_page_or_where_nothing_is() {
        let find = |at: u64| (at < 0x2000).then_some(PhysAddr(at));
        let read = |at: PhysAddr| at.0 as u8 | 1;
        assert_eq!(instruction(0x1ffe, find, read), [0xff, 0xff, 0]);
        assert_eq!(instruction(0x2000, find, read), [0, 0, 0]);
        assert_eq!(instruction(u64::MAX, |_| None, read), [0, 0, 0]);
    }
}
