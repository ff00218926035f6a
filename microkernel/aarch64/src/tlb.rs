//! The user half's root and what the processor remembers of page tables.
//!
//! User entries are tagged with the address space, so switching forgets nothing. TTBR1 has the kernel half
//! and never changes after boot.

use core::arch::asm;

use weft_hal::{Asid, Root, VirtAddr};

use crate::cpu;

/// Switches the user half. TTBR0 has the format of [`Root`] (Arm ARM D19.2.152). The change counts from the next
/// context synchronisation event on, which is the ERET to user mode: the kernel itself does not use this half.
#[inline(always)]
pub(crate) fn switch(root: Root) {
    cpu::set_user_root(root.bits());
}

/// Forgets one page of a space, on all cores.
pub(crate) fn forget_page(asid: Asid, address: VirtAddr) {
    let page = u64::from(asid.0) << 48 | (address.0 >> 12 & 0xfff_ffff_ffff);
    // SAFETY:
    // 1. only forgets what can be read again from the tables.
    unsafe {
        asm!("dsb ishst", "tlbi vae1is, {}", "dsb ish", "isb", in(reg) page, options(nostack));
    }
}

/// Forgets all pages of a space, on all cores.
pub(crate) fn forget_space(asid: Asid) {
    let tag = u64::from(asid.0) << 48;
    // SAFETY:
    // 1. only forgets what can be read again from the tables.
    unsafe {
        asm!("dsb ishst", "tlbi aside1is, {}", "dsb ish", "isb", in(reg) tag, options(nostack));
    }
}

/// Forgets everything of this core: for the change from the boot tables.
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
