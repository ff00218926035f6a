//! Page-table entries (SDM 3A §4.5).
//!
//! Accessed and dirty are set beforehand, so that the table walker never writes. The cache mode is chosen
//! with the bits PWT and PCD alone, from a PAT that [`PAT`] describes; so large and small pages are alike.

use weft_abi::Rights;
use weft_abi::cap::CacheMode;
use weft_early::tables::Encoding;
use weft_hal::{Entry, Leaf, PageSize, PhysAddr};

/// The entry is used.
pub const PRESENT: u64 = 1 << 0;
/// Stores are allowed.
pub const WRITABLE: u64 = 1 << 1;
/// User mode may use it.
pub const USER: u64 = 1 << 2;
/// Bit 0 of the PAT index.
pub const PWT: u64 = 1 << 3;
/// Bit 1 of the PAT index.
pub const PCD: u64 = 1 << 4;
/// Has been used.
pub const ACCESSED: u64 = 1 << 5;
/// Has been written.
pub const DIRTY: u64 = 1 << 6;
/// A page of 2 MiB or 1 GiB (levels 2 and 3).
pub const LARGE: u64 = 1 << 7;
/// Stays in the TLB when the root changes.
pub const GLOBAL: u64 = 1 << 8;
/// Instruction fetches are forbidden.
pub const NO_EXECUTE: u64 = 1 << 63;

/// The page attribute table: 0 write-back, 1 write-combining, 2 uncached unless an MTRR says
/// write-combining, 3 uncached; 4 to 7 the same (SDM 3A §12.12).
pub const PAT: u64 = 0x0007_0106_0007_0106;

const ADDRESS: u64 = 0x000f_ffff_ffff_f000;

/// The bits of a page with these rights and cache mode, but its size and who may use it.
const fn attributes(rights: Rights, cache: CacheMode) -> u64 {
    let write = if rights.contains(Rights::WRITE) {
        WRITABLE
    } else {
        0
    };
    let execute = if rights.contains(Rights::EXECUTE) {
        0
    } else {
        NO_EXECUTE
    };
    let cache = match cache {
        CacheMode::Normal => 0,
        CacheMode::WriteCombining => PWT,
        CacheMode::Uncached | CacheMode::Device => PWT | PCD,
    };
    PRESENT | ACCESSED | DIRTY | write | execute | cache
}

const fn size(size: PageSize) -> u64 {
    match size {
        PageSize::Small => 0,
        PageSize::Large | PageSize::Huge => LARGE,
    }
}

/// A page of user mode. Without any right it belongs to the kernel, so that user mode cannot touch it.
#[inline(always)]
pub const fn user_page(leaf: Leaf) -> u64 {
    let user = if leaf.rights.is_empty() { 0 } else { USER };
    leaf.physical.0 | attributes(leaf.rights, leaf.cache) | size(leaf.size) | user
}

/// A page of the kernel: the same in every address space.
pub const fn kernel_page(leaf: Leaf) -> u64 {
    leaf.physical.0 | attributes(leaf.rights, leaf.cache) | size(leaf.size) | GLOBAL
}

/// A reference from a user table to a table of the next lower level. The pages below limit the rights.
pub const fn user_table(table: PhysAddr) -> u64 {
    table.0 | PRESENT | WRITABLE | USER | ACCESSED
}

/// A reference from a kernel table to a table of the next lower level.
pub const fn kernel_table(table: PhysAddr) -> u64 {
    table.0 | PRESENT | WRITABLE | ACCESSED
}

/// The kernel's own entries, for the builder of its tables.
pub struct KernelEntries;

impl Encoding for KernelEntries {
    fn page(leaf: Leaf) -> u64 {
        kernel_page(leaf)
    }

    fn table(table: PhysAddr) -> u64 {
        kernel_table(table)
    }

    fn decode(entry: u64, level: u8) -> Entry {
        decode(entry, level)
    }
}

/// The table that an entry above the last level leads to.
#[inline]
pub const fn table_in(entry: u64) -> Option<PhysAddr> {
    if entry & (PRESENT | LARGE) == PRESENT {
        Some(PhysAddr(entry & ADDRESS))
    } else {
        None
    }
}

/// Decodes an entry of a table of `level` (1 is the last).
pub const fn decode(entry: u64, level: u8) -> Entry {
    let address = entry & ADDRESS;
    if entry & PRESENT == 0 {
        return Entry::Empty;
    }
    let size = match level {
        1 => PageSize::Small,
        2 if entry & LARGE != 0 => PageSize::Large,
        3 if entry & LARGE != 0 => PageSize::Huge,
        _ => return Entry::Table(PhysAddr(address)),
    };
    Entry::Page {
        physical: PhysAddr(address & !((1 << size.log2()) - 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: [(PageSize, u64); 3] = [
        (PageSize::Small, 0x1234_5000),
        (PageSize::Large, 0x1_2320_0000),
        (PageSize::Huge, 0x1_4000_0000),
    ];

    fn leaf(rights: Rights, cache: CacheMode) -> Leaf {
        Leaf {
            physical: PhysAddr(0x7000),
            size: PageSize::Small,
            rights,
            cache,
        }
    }

    #[test]
    fn every_page_size_decodes_to_its_address() {
        for (size, address) in SIZES {
            let physical = PhysAddr(address);
            let leaf = Leaf {
                physical,
                size,
                rights: Rights::READ,
                cache: CacheMode::Normal,
            };
            assert_eq!(
                decode(user_page(leaf), size.level()),
                Entry::Page { physical }
            );
            let nowhere = Leaf {
                physical: PhysAddr(0),
                ..leaf
            };
            assert_eq!(user_page(leaf), user_page(nowhere) | address, "ORed in");
            if size != PageSize::Small {
                assert_eq!(table_in(user_page(leaf)), None);
            }
        }
    }

    #[test]
    fn a_table_decodes_to_its_address_on_every_upper_level() {
        for level in 2..=4 {
            let table = PhysAddr(0xabc_d000);
            assert_eq!(decode(user_table(table), level), Entry::Table(table));
            assert_eq!(table_in(user_table(table)), Some(table));
        }
        assert_eq!(decode(0, 1), Entry::Empty);
    }

    #[test]
    fn only_pages_with_the_execute_right_are_executable() {
        let data = user_page(leaf(Rights::READ | Rights::WRITE, CacheMode::Normal));
        let code = user_page(leaf(Rights::READ | Rights::EXECUTE, CacheMode::Normal));
        assert_ne!(data & NO_EXECUTE, 0);
        assert_eq!(code & NO_EXECUTE, 0);
        assert_eq!(code & WRITABLE, 0);
    }

    #[test]
    fn a_page_without_rights_is_closed_to_user_mode() {
        assert_eq!(
            user_page(leaf(Rights::empty(), CacheMode::Normal)) & USER,
            0
        );
        assert_ne!(user_page(leaf(Rights::READ, CacheMode::Normal)) & USER, 0);
    }

    #[test]
    fn cache_modes_choose_the_right_pat_entry() {
        let pat = |cache| {
            let entry = user_page(leaf(Rights::READ, cache));
            PAT.to_le_bytes()[((entry & (PWT | PCD)) / PWT) as usize]
        };
        assert_eq!(pat(CacheMode::Normal), 6);
        assert_eq!(pat(CacheMode::WriteCombining), 1);
        assert_eq!(pat(CacheMode::Uncached), 0);
        assert_eq!(pat(CacheMode::Device), 0);
    }

    #[test]
    fn kernel_pages_are_global_and_closed_to_user_mode() {
        let page = kernel_page(leaf(Rights::READ, CacheMode::Normal));
        assert_eq!(page & (GLOBAL | USER), GLOBAL);
        assert_eq!(kernel_table(PhysAddr(0x1000)) & USER, 0);
    }
}
