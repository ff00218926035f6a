//! The user half's root and what the processor remembers of page tables.
//!
//! User entries are tagged with the address space (ASID), so switching forgets nothing. TTBR1 has the kernel half
//! and never changes after boot, nor does what it leads to: kernel entries are forgotten when a core begins to run threads,
//! and when it has given out all tags.
//!
//! Each core gives out tags for itself. Bit 0 of the roots (CnP) is clear, since tables begin on pages: a core then uses
//! no entry that another one has loaded (Arm ARM, TTBR0_EL1), so it does not meet those of another space that has the
//! same tag there. Hence what is forgotten is forgotten here alone, by instructions and barriers that do not wait for
//! other cores; but for pages of spaces that other cores know, which are forgotten everywhere and by whichever tag.

use core::arch::asm;

use weft_hal::{CounterGate, Counters, OtherTlbs, PageSize, PhysAddr, Root, Tlb, TlbTag, VirtAddr};

use crate::cpu;
use crate::machine::Aarch64;

/// Where the tag is, in TTBR0 as in the operands of TLBI (Arm ARM D19.2.152, C5.5).
const TAG: u32 = 48;
/// Where the number of a page is in those operands.
const PAGE_NUMBER: u64 = 0xfff_ffff_ffff;

impl Tlb for Aarch64 {
    const DOUBT: (u64, u64) = (0, 0);

    fn greatest_tag(&self) -> u16 {
        if self.features().asid_16 {
            u16::MAX
        } else {
            255
        }
    }

    fn root(&self, table: PhysAddr, tag: TlbTag, _: Counters) -> Root {
        Root::from_bits(table.0 | u64::from(tag.0) << TAG)
    }

    #[inline(always)]
    fn is_doubtful(_: Root, _: u64) -> bool {
        true
    }

    fn reaches_inactive(&self) -> bool {
        true
    }

    /// The change counts from the next context synchronisation event on, which is the ERET to user mode: the kernel
    /// itself does not use this half.
    #[inline(always)]
    fn activate(&mut self, root: Root) {
        cpu::set_user_root(root.bits());
    }

    fn deactivate(&mut self, left: Root) {
        leave_user(self.empty_root);
        cpu::barrier();
        forget_space(left);
    }

    fn flush_page(&mut self, root: Root, address: VirtAddr) {
        forget_page(root, address);
    }

    fn flush_space(&mut self, root: Root) {
        forget_space(root);
    }

    // A function of its own, at whose address tools see that it is not called.
    #[inline(never)]
    fn flush_all(&mut self) {
        forget_all();
    }
}

impl CounterGate for Aarch64 {
    fn set_counters(&mut self, counters: Counters) {
        cpu::set_counters(counters);
    }
}

impl OtherTlbs for Aarch64 {
    #[inline(always)]
    fn reaches_other_cores(&self) -> bool {
        true
    }

    fn flush_pages_everywhere(&mut self, first: VirtAddr, size: PageSize, count: u64) {
        // SAFETY:
        // 1. a barrier changes no state that Rust knows of.
        unsafe { asm!("dsb ishst", options(nostack, preserves_flags)) };
        let pages = 1_u64.wrapping_shl(u32::from(size.log2()).wrapping_sub(12));
        let mut page = first.0 >> 12;
        for _ in 0..count {
            // SAFETY:
            // 1. only forgets what can be read again from the tables.
            unsafe { asm!("tlbi vaae1is, {}", in(reg) page & PAGE_NUMBER, options(nostack)) };
            page = page.wrapping_add(pages);
        }
        // SAFETY:
        // 1. barriers change no state that Rust knows of.
        unsafe { asm!("dsb ish", "isb", options(nostack, preserves_flags)) };
    }

    fn flush_everywhere(&mut self) {
        // SAFETY:
        // 1. only forgets what can be read again from the tables.
        unsafe {
            asm!(
                "dsb ishst",
                "tlbi vmalle1is",
                "dsb ish",
                "isb",
                options(nostack)
            )
        };
    }
}

/// Leaves the user half empty.
pub(crate) fn leave_user(empty_root: PhysAddr) {
    cpu::set_user_root(empty_root.0);
}

/// Forgets one page of a space.
fn forget_page(root: Root, address: VirtAddr) {
    let page = root.bits() >> TAG << TAG | (address.0 >> 12 & PAGE_NUMBER);
    // SAFETY:
    // 1. only forgets what can be read again from the tables.
    unsafe {
        asm!("dsb nshst", "tlbi vae1, {}", "dsb nsh", "isb", in(reg) page, options(nostack));
    }
}

/// Forgets all pages of a space.
fn forget_space(root: Root) {
    let tag = root.bits() >> TAG << TAG;
    // SAFETY:
    // 1. only forgets what can be read again from the tables.
    unsafe {
        asm!("dsb nshst", "tlbi aside1, {}", "dsb nsh", "isb", in(reg) tag, options(nostack));
    }
}

/// Forgets everything of this core.
pub(crate) fn forget_all() {
    // SAFETY:
    // 1. only forgets what can be read again from the tables.
    unsafe {
        asm!(
            "dsb ishst",
            "tlbi vmalle1",
            "dsb ish",
            "isb",
            options(nostack)
        )
    };
}

/// Makes new entries visible to the table walker.
pub(crate) fn publish() {
    // SAFETY:
    // 1. barriers change no state that Rust knows of.
    unsafe { asm!("dsb ishst", "isb", options(nostack, preserves_flags)) };
}
