//! The page-table root and what the processor remembers of page tables.
//!
//! Entries of user mode are not tagged (PCID is not used), so that writing the root forgets all of them;
//! only the active space can have any. Kernel entries are global and never change after boot.

use core::arch::asm;

use weft_hal::{Asid, PhysAddr, Root, VirtAddr};
use x86_64::instructions::tlb;

/// The user address space that is active on this core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Active(pub(crate) Root);

impl Active {
    /// Switches to a user space.
    #[inline(always)]
    pub(crate) fn switch(&mut self, root: Root) {
        self.0 = root;
        write_root(root.table());
    }

    /// Forgets one page of a space.
    pub(crate) fn forget_page(&self, asid: Asid, address: VirtAddr) {
        if self.0.asid() == asid {
            tlb::flush(x86_64::VirtAddr::new_truncate(address.0));
        }
    }

    /// Forgets all pages of a space.
    pub(crate) fn forget_space(&self, asid: Asid) {
        if self.0.asid() == asid {
            write_root(self.0.table());
        }
    }
}

/// Writes the root register; forgets everything but global entries.
#[inline(always)]
pub(crate) fn write_root(root: PhysAddr) {
    // SAFETY:
    // 1. the root is the kernel's, or has the kernel's upper half from `prepare_root`, so the kernel stays
    //    where it is; its address is a page's and below 2^48, so no reserved bit is set.
    unsafe { asm!("mov cr3, {}", in(reg) root.0, options(nostack, preserves_flags)) };
}
