//! The page-table root and what the processor remembers of page tables.
//!
//! Entries of user mode are not tagged (PCID is not used), so that writing the root forgets all of them;
//! only the active space can have any. Kernel entries are global and never change after boot.

use weft_hal::{Asid, PhysAddr, VirtAddr};
use x86_64::PhysAddr as HardwareAddr;
use x86_64::instructions::tlb;
use x86_64::registers::control::Cr3;
use x86_64::structures::paging::PhysFrame;

/// The address space that is active on this core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Active {
    root: PhysAddr,
    asid: Asid,
}

impl Active {
    /// The kernel's own space, which is active after boot.
    pub(crate) const fn kernel(root: PhysAddr) -> Self {
        Self {
            root,
            asid: Asid(0),
        }
    }

    /// Switches to a space unless it is active already.
    pub(crate) fn switch(&mut self, root: PhysAddr, asid: Asid) {
        let next = Self { root, asid };
        if *self != next {
            *self = next;
            write_root(root);
        }
    }

    /// Forgets one page of a space.
    pub(crate) fn forget_page(&self, asid: Asid, address: VirtAddr) {
        if self.asid == asid {
            tlb::flush(x86_64::VirtAddr::new_truncate(address.0));
        }
    }

    /// Forgets all pages of a space.
    pub(crate) fn forget_space(&self, asid: Asid) {
        if self.asid == asid {
            write_root(self.root);
        }
    }
}

/// Writes the root register; forgets everything but global entries.
pub(crate) fn write_root(root: PhysAddr) {
    let frame = PhysFrame::containing_address(HardwareAddr::new_truncate(root.0));
    // SAFETY:
    // 1. the root is the kernel's, or has the kernel's upper half from `prepare_root`, so the kernel stays
    //    where it is.
    unsafe { Cr3::write_raw(frame, 0) };
}
