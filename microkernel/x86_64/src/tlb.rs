//! The page-table root and what the processor remembers of page tables.
//!
//! With PCIDs a user space's entries are tagged, and stay when CR3 is written with bit 63 set; without, such a write
//! forgets all of them (SDM 3A §4.10.4.1). What is in CR3 is a [`Root`] as it stands: the address of the table, in bits
//! 0..12 the tag, and bit 63 where there is one; without tags one of bits 5 and 6 tells whether the space's threads may read
//! counters, so that a switch tests both with one instruction. The kernel's own space has PCID 0, and no user entry is tagged
//! with that. Kernel entries are global and never change after boot.
//!
//! INVPCID, which would reach the entries of a space that is not active, is not used: such a space gets another tag
//! instead. No emulator has PCIDs, so whatever there is to decide is core's (`space::tags`), whose tests hold it against
//! a TLB that forgets nothing by itself.

use core::arch::asm;

use weft_hal::{CounterGate, Counters, OtherTlbs, PageSize, PhysAddr, Root, Tlb, TlbTag, VirtAddr};
use x86_64::instructions::tlb;

use crate::cpu;
use crate::machine::X86_64;

/// In CR3: entries that are tagged as the new ones are stay.
const KEEP: u64 = 1 << 63;

/// What roots without tags say of the counters, in bits of CR3 that the processor ignores without PCIDs (SDM 3A §4.5, Table
/// 4-12: bits 11:5; reserved, but not checked, in APM 2 §5.3.2).
const fn mark(counters: Counters) -> u64 {
    const CLOSED: u64 = 1 << 5;
    CLOSED << counters as u64
}

/// The greatest of 12 bits.
const GREATEST_PCID: u16 = 4095;

impl Tlb for X86_64 {
    const DOUBT: (u64, u64) = (KEEP | mark(Counters::Open), KEEP | mark(Counters::Closed));

    fn greatest_tag(&self) -> u16 {
        if self.features().pcid {
            GREATEST_PCID
        } else {
            0
        }
    }

    fn root(&self, table: PhysAddr, tag: TlbTag, counters: Counters) -> Root {
        let more = if self.features().pcid {
            KEEP | u64::from(tag.0 & GREATEST_PCID)
        } else {
            mark(counters)
        };
        Root::from_bits(table.0 | more)
    }

    #[inline(always)]
    fn is_doubtful(root: Root, doubt: u64) -> bool {
        root.bits() & doubt != 0
    }

    fn reaches_inactive(&self) -> bool {
        false
    }

    #[inline(always)]
    fn activate(&mut self, root: Root) {
        write_root(root.bits());
    }

    fn deactivate(&mut self, _: Root) {
        write_root(self.kernel.root.0);
    }

    fn flush_page(&mut self, _: Root, address: VirtAddr) {
        tlb::flush(x86_64::VirtAddr::new_truncate(address.0));
    }

    fn flush_space(&mut self, root: Root) {
        write_root(root.bits() & !KEEP);
    }

    fn flush_all(&mut self) {
        cpu::forget_all();
    }
}

impl CounterGate for X86_64 {
    fn set_counters(&mut self, counters: Counters) {
        cpu::set_counters(counters);
    }
}

impl OtherTlbs for X86_64 {
    #[inline(always)]
    fn reaches_other_cores(&self) -> bool {
        false
    }

    fn flush_pages_everywhere(&mut self, _: VirtAddr, _: PageSize, _: u64) {}

    fn flush_everywhere(&mut self) {}
}

/// Writes the root register; forgets what has the same tag, unless it is to be kept, but no global entries.
#[inline(always)]
pub(crate) fn write_root(root: u64) {
    // SAFETY:
    // 1. the root is the kernel's, or has the kernel's upper half from `prepare_root`, so the kernel stays
    //    where it is; its address is a page's and below 2^48, there are a tag and bit 63 only with PCIDs, and without
    //    them bits that are ignored, so no bit is set that must be clear.
    unsafe { asm!("mov cr3, {}", in(reg) root, options(nostack, preserves_flags)) };
}
