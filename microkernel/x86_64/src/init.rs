//! The end of what runs only at boot.
//!
//! Its code and constants lie in sections of their own (decision 0020), which only the page tables show that cores use
//! until they run threads. Each core leaves those by itself when it begins to; nothing has to be changed in tables or on
//! other cores. When the boot core does, which is the last, the memory is cleared: it is root's.

use core::ptr;

use weft_early::{DIRECT_MAP, Range};

use crate::machine::X86_64;
use crate::{cpu, tlb};

/// Leaves the page tables of boot, and forgets what this core remembers of them: none of it was global before.
pub(crate) fn leave(machine: &X86_64) {
    tlb::write_root(machine.kernel.root.0);
    cpu::keep_entries(&machine.features);
}

/// Clears the memory. No core may come back to what was there.
pub(crate) fn clear(memory: Range) {
    let start = ptr::with_exposed_provenance_mut::<u8>((DIRECT_MAP + memory.start) as usize);
    // SAFETY:
    // 1. the kernel's tables, which are loaded, show it as memory, and nothing else of it any more.
    // 2. nobody uses it: all cores have left what was there, and root, whose it is, has not run.
    unsafe { ptr::write_bytes(start, 0, memory.length() as usize) };
}
