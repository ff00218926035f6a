//! The page in which further cores start: real mode begins there, and what leads to the kernel is at its end.
//!
//! The code (`smp/start.S`) is the same wherever the page is: it finds itself by its code segment, and everything else by
//! the offsets of [`Parameters`]. So the only thing to compute is here.

use core::mem::offset_of;

use weft_early::region::PAGE;

/// Selectors: those of the kernel are where its own descriptors have them.
const LONG_CODE: u16 = 0x08;
const PROTECTED_CODE: u16 = 0x18;
/// The descriptors, all of them marked as used, because the page is read-only once paging is on: 64-bit code, data, 32-bit
/// code.
const DESCRIPTORS: [u64; 4] = [
    0,
    0x0020_9b00_0000_0000,
    0x00cf_9300_0000_ffff,
    0x00cf_9b00_0000_ffff,
];

/// Offset of the [`Parameters`] in the page.
pub const PARAMETERS: u64 = PAGE - size_of::<Parameters>() as u64;

/// What a far jump reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct FarPointer {
    offset: u32,
    selector: u16,
    unused: u16,
}

/// What LGDT reads, behind `unused`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct TablePointer {
    unused: u16,
    limit: u16,
    base: u32,
}

/// What the code needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(16))]
pub struct Parameters {
    descriptors: [u64; 4],
    entry: u64,
    protected: FarPointer,
    long: FarPointer,
    table: TablePointer,
    root: u32,
}

impl Parameters {
    /// Offset in the page of what LGDT reads.
    pub const TABLE: u64 = PARAMETERS + offset_of!(Self, table) as u64 + 2;
    /// Offset in the page of the way to 32-bit code.
    pub const PROTECTED: u64 = PARAMETERS + offset_of!(Self, protected) as u64;
    /// Offset in the page of the way to 64-bit code.
    pub const LONG: u64 = PARAMETERS + offset_of!(Self, long) as u64;
    /// Offset in the page of the root of the page tables.
    pub const ROOT: u64 = PARAMETERS + offset_of!(Self, root) as u64;
    /// Offset in the page of the kernel's address.
    pub const ENTRY: u64 = PARAMETERS + offset_of!(Self, entry) as u64;

    /// For a page at `page`, whose 32-bit and 64-bit code begin at these offsets: the root of page tables that show the page
    /// where it is, and where the kernel is entered.
    pub const fn new(page: u32, protected: u32, long: u32, root: u32, entry: u64) -> Self {
        Self {
            descriptors: DESCRIPTORS,
            entry,
            protected: far(page + protected, PROTECTED_CODE),
            long: far(page + long, LONG_CODE),
            table: TablePointer {
                unused: 0,
                limit: size_of::<[u64; 4]>() as u16 - 1,
                base: page + PARAMETERS as u32,
            },
            root,
        }
    }

    /// What tells a core to start in the page: its number.
    pub const fn vector(page: u32) -> u8 {
        (page / PAGE as u32) as u8
    }
}

const fn far(offset: u32, selector: u16) -> FarPointer {
    FarPointer {
        offset,
        selector,
        unused: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_lies_in_the_page_and_where_the_processor_reads_it() {
        let parameters = Parameters::new(0x1_2000, 0x40, 0x80, 0x20_0000, 7);
        assert_eq!(PARAMETERS % 16, 0);
        assert_eq!(PARAMETERS as usize + size_of::<Parameters>(), PAGE as usize);
        assert_eq!(
            offset_of!(TablePointer, base),
            2 + offset_of!(TablePointer, limit)
        );
        assert_eq!(offset_of!(FarPointer, selector), 4);
        assert_eq!(parameters.table.base, 0x1_2000 + PARAMETERS as u32);
        assert_eq!(offset_of!(Parameters, descriptors), 0, "the base is right");
        assert_eq!(
            (parameters.protected.offset, parameters.long.offset),
            (0x1_2040, 0x1_2080)
        );
    }

    #[test]
    fn selectors_name_descriptors_of_their_kind() {
        let descriptor = |selector: u16| DESCRIPTORS[usize::from(selector) / 8];
        let long = |descriptor: u64| descriptor >> 53 & 1;
        let code = |descriptor: u64| descriptor >> 43 & 1;
        assert_eq!(
            (code(descriptor(LONG_CODE)), long(descriptor(LONG_CODE))),
            (1, 1)
        );
        assert_eq!(
            (
                code(descriptor(PROTECTED_CODE)),
                long(descriptor(PROTECTED_CODE))
            ),
            (1, 0)
        );
        assert_eq!(code(descriptor(0x10)), 0);
        assert!(
            DESCRIPTORS[1..]
                .iter()
                .all(|descriptor| descriptor >> 40 & 1 == 1),
            "used"
        );
    }

    #[test]
    fn the_vector_is_the_number_of_the_page() {
        assert_eq!(Parameters::vector(0x1_0000), 0x10);
        assert_eq!(Parameters::vector(0x9_f000), 0x9f);
    }
}
