//! Address spaces as core sees them.
//!
//! The upper half of every root is the kernel's: the direct map from entry 256 on and the kernel itself in
//! the last. Its entries are fixed at boot, so that a root copies them once.

use core::sync::atomic::{AtomicU64, Ordering};

use weft_early::DIRECT_MAP;
use weft_hal::{Entry, Leaf, PageSize, Paging, PhysAddr};
use x86_64::registers::control::Cr3;

use crate::machine::X86_64;
use crate::{counters, entry};

/// Entries of a root that belong to user mode.
const USER_ENTRIES: usize = 256;
const KERNEL_ENTRY: usize = 511;

/// The kernel's part of every root.
#[derive(Clone, Copy)]
pub(crate) struct KernelHalf {
    /// Its own root.
    pub(crate) root: PhysAddr,
    /// Entries of the direct map, from entry 256 on.
    pub(crate) direct: [u64; KernelHalf::DIRECT],
    /// The last entry.
    pub(crate) kernel: u64,
}

impl KernelHalf {
    /// Stands for the tables before they are built.
    pub(crate) const ABSENT: Self = Self {
        root: PhysAddr(0),
        direct: [0; KernelHalf::DIRECT],
        kernel: 0,
    };

    /// Entries of the direct map, 512 GiB each.
    pub(crate) const DIRECT: usize = 4;
    /// First address behind the direct map's physical memory.
    pub(crate) const LIMIT: u64 = (Self::DIRECT as u64) << 39;
}

/// Whether what the program that runs is about to do at `address` is to read a counter.
pub(crate) fn reads_counter(address: u64) -> bool {
    let root = PhysAddr(Cr3::read().0.start_address().as_u64());
    let find = |at| counters::physical(root, at, table_word);
    let read = |at: PhysAddr| {
        let byte = core::ptr::with_exposed_provenance::<u8>((DIRECT_MAP + at.0) as usize);
        // SAFETY:
        // 1. it is plain memory that user mode has, all of which is in the direct map.
        // 2. volatile, because user mode may write there.
        unsafe { byte.read_volatile() }
    };
    counters::is_read(counters::instruction(address, find, read))
}

/// A word of the page tables that the processor uses now.
fn table_word(at: PhysAddr) -> u64 {
    let word = core::ptr::with_exposed_provenance::<AtomicU64>((DIRECT_MAP + at.0) as usize);
    // SAFETY:
    // 1. user mode's tables are made of plain memory, which the direct map has; those in use stay tables until this core, which is in the kernel, has
    //    been told to leave them.
    unsafe { &*word }.load(Ordering::Relaxed)
}

impl Paging for X86_64 {
    const USER_ROOT_ENTRIES: usize = USER_ENTRIES;

    fn supports(&self, size: PageSize) -> bool {
        match size {
            PageSize::Small | PageSize::Large => true,
            PageSize::Huge => self.features().huge_pages,
        }
    }

    #[inline(always)]
    fn encode_page(leaf: Leaf) -> u64 {
        entry::user_page(leaf)
    }

    fn encode_table(table: PhysAddr) -> u64 {
        entry::user_table(table)
    }

    fn decode(entry: u64, level: u8) -> Entry {
        entry::decode(entry, level)
    }

    #[inline]
    fn table_in(entry: u64) -> Option<PhysAddr> {
        entry::table_in(entry)
    }

    fn prepare_root(&self, root: &[AtomicU64; 512]) {
        let direct = root.iter().skip(USER_ENTRIES).zip(self.kernel.direct);
        direct.for_each(|(entry, value)| entry.store(value, Ordering::Relaxed));
        root[KERNEL_ENTRY].store(self.kernel.kernel, Ordering::Relaxed);
    }

    /// The walker does not remember that an entry was empty.
    fn publish(&self) {}
}
