//! Page-table entries (Arm ARM D8.3), 4 KiB granule, four levels.
//!
//! The access flag is set beforehand, so that it never faults. User entries are tagged with the address
//! space (not global) and never executable by the kernel; kernel entries never by user mode.

use weft_abi::Rights;
use weft_abi::cap::CacheMode;
use weft_early::tables::Encoding;
use weft_hal::{Entry, Leaf, PageSize, PhysAddr};

const VALID: u64 = 1 << 0;
/// On levels 2 to 4 a table, on level 1 a page; a block otherwise.
const TABLE: u64 = 1 << 1;
const USER: u64 = 1 << 6;
const READ_ONLY: u64 = 1 << 7;
const INNER_SHAREABLE: u64 = 3 << 8;
const ACCESSED: u64 = 1 << 10;
const NOT_GLOBAL: u64 = 1 << 11;
const NO_KERNEL_EXECUTE: u64 = 1 << 53;
const NO_USER_EXECUTE: u64 = 1 << 54;
const ADDRESS: u64 = 0x0000_ffff_ffff_f000;

/// MAIR_EL1: 0 write-back, 1 not cached, 2 device nGnRnE, 3 device nGnRE. `boot.S` knows entry 0.
pub const MAIR: u64 = 0x0400_44ff;

#[inline(always)]
const fn cache(cache: CacheMode) -> u64 {
    let index = match cache {
        CacheMode::Normal => 0,
        CacheMode::WriteCombining | CacheMode::Uncached => 1,
        CacheMode::Device => 3,
    };
    index << 2
}

#[inline(always)]
const fn common(leaf: Leaf) -> u64 {
    let write = if leaf.rights.contains(Rights::WRITE) {
        0
    } else {
        READ_ONLY
    };
    let page = if matches!(leaf.size, PageSize::Small) {
        TABLE
    } else {
        0
    };
    leaf.physical.0 | VALID | page | ACCESSED | INNER_SHAREABLE | write | cache(leaf.cache)
}

/// A page of user mode. Without any right it belongs to the kernel, so that user mode cannot touch it.
#[inline(always)]
pub const fn user_page(leaf: Leaf) -> u64 {
    let user = if leaf.rights.is_empty() { 0 } else { USER };
    let execute = if leaf.rights.contains(Rights::EXECUTE) {
        0
    } else {
        NO_USER_EXECUTE
    };
    common(leaf) | user | execute | NO_KERNEL_EXECUTE | NOT_GLOBAL
}

/// A page of the kernel: the same in every address space.
pub const fn kernel_page(leaf: Leaf) -> u64 {
    let execute = if leaf.rights.contains(Rights::EXECUTE) {
        0
    } else {
        NO_KERNEL_EXECUTE
    };
    common(leaf) | execute | NO_USER_EXECUTE
}

/// A reference to a table of the next lower level. The pages below limit the rights.
pub const fn table(table: PhysAddr) -> u64 {
    table.0 | VALID | TABLE
}

/// The table that an entry above the last level leads to.
#[inline]
pub const fn table_in(entry: u64) -> Option<PhysAddr> {
    if entry & (VALID | TABLE) == VALID | TABLE {
        Some(PhysAddr(entry & ADDRESS))
    } else {
        None
    }
}

/// Decodes an entry of a table of `level` (1 is the last).
pub const fn decode(entry: u64, level: u8) -> Entry {
    let address = entry & ADDRESS;
    let size = match level {
        _ if entry & VALID == 0 => return Entry::Empty,
        1 => PageSize::Small,
        2 if entry & TABLE == 0 => PageSize::Large,
        3 if entry & TABLE == 0 => PageSize::Huge,
        _ => return Entry::Table(PhysAddr(address)),
    };
    Entry::Page {
        physical: PhysAddr(address & !((1 << size.log2()) - 1)),
    }
}

/// The kernel's own entries, for the builder of its tables.
pub struct KernelEntries;

impl Encoding for KernelEntries {
    fn page(leaf: Leaf) -> u64 {
        kernel_page(leaf)
    }

    fn table(at: PhysAddr) -> u64 {
        table(at)
    }

    fn decode(entry: u64, level: u8) -> Entry {
        decode(entry, level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let sizes = [
            (PageSize::Small, 0x1234_5000),
            (PageSize::Large, 0x1_2320_0000),
            (PageSize::Huge, 0x1_4000_0000),
        ];
        for (size, address) in sizes {
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
        }
    }

    #[test]
    fn a_table_decodes_to_its_address_on_every_upper_level() {
        for level in 2..=4 {
            assert_eq!(
                decode(table(PhysAddr(0xabc_d000)), level),
                Entry::Table(PhysAddr(0xabc_d000))
            );
        }
        assert_eq!(decode(0, 1), Entry::Empty);
    }

    #[test]
    fn nobody_executes_what_the_other_may_execute() {
        let user = user_page(leaf(Rights::READ | Rights::EXECUTE, CacheMode::Normal));
        assert_eq!(
            user & (NO_USER_EXECUTE | NO_KERNEL_EXECUTE),
            NO_KERNEL_EXECUTE
        );
        let kernel = kernel_page(leaf(Rights::READ | Rights::EXECUTE, CacheMode::Normal));
        assert_eq!(
            kernel & (NO_USER_EXECUTE | NO_KERNEL_EXECUTE),
            NO_USER_EXECUTE
        );
        assert_eq!(kernel & (READ_ONLY | USER), READ_ONLY);
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
    fn cache_modes_choose_the_right_attributes() {
        let attributes = |cache| {
            let entry = user_page(leaf(Rights::READ, cache));
            MAIR.to_le_bytes()[(entry >> 2 & 7) as usize]
        };
        assert_eq!(attributes(CacheMode::Normal), 0xff);
        assert_eq!(attributes(CacheMode::WriteCombining), 0x44);
        assert_eq!(attributes(CacheMode::Uncached), 0x44);
        assert_eq!(attributes(CacheMode::Device), 0x04);
    }
}
