//! The user half's root and what the processor remembers of page tables.
//!
//! User entries are tagged with the address space, so switching forgets nothing. TTBR1 has the kernel half
//! and never changes after boot, nor does what it leads to: kernel entries are forgotten when a core begins to run threads,
//! and never again.
//!
//! Address spaces are numbered by each core for itself, and a space is only ever active on its home core. Bit 0 of the
//! roots (CnP) is clear, since tables begin on pages: a core then uses no entry that another one has loaded (Arm ARM,
//! TTBR0_EL1), so it does not meet those of another space that has the same number there. Hence what is forgotten is
//! forgotten here alone, by instructions and barriers that do not wait for other cores.

use core::arch::asm;

use weft_hal::{Asid, Root, VirtAddr};

use crate::cpu;

/// Switches the user half. TTBR0 has the format of [`Root`] (Arm ARM D19.2.152). The change counts from the next
/// context synchronisation event on, which is the ERET to user mode: the kernel itself does not use this half.
#[inline(always)]
pub(crate) fn switch(root: Root) {
    cpu::set_user_root(root.bits());
}

/// Forgets one page of a space.
pub(crate) fn forget_page(asid: Asid, address: VirtAddr) {
    let page = u64::from(asid.0) << 48 | (address.0 >> 12 & 0xfff_ffff_ffff);
    // SAFETY:
    // 1. only forgets what can be read again from the tables.
    unsafe {
        asm!("dsb nshst", "tlbi vae1, {}", "dsb nsh", "isb", in(reg) page, options(nostack));
    }
}

/// Forgets all pages of a space.
pub(crate) fn forget_space(asid: Asid) {
    let tag = u64::from(asid.0) << 48;
    // SAFETY:
    // 1. only forgets what can be read again from the tables.
    unsafe {
        asm!("dsb nshst", "tlbi aside1, {}", "dsb nsh", "isb", in(reg) tag, options(nostack));
    }
}

/// Forgets everything of this core: for changes of tables at boot.
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
