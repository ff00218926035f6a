//! Registers of the interrupt controllers, mapped uncached in the direct map.

use weft_early::DIRECT_MAP;

/// 32-bit registers from a physical address on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mmio {
    address: u64,
}

impl Mmio {
    /// The registers of a device of which the kernel's page tables map a page at `physical`.
    pub(crate) const fn new(physical: u64) -> Self {
        Self {
            address: physical + DIRECT_MAP,
        }
    }

    /// Reads the register at `offset` (a multiple of 4 within the page).
    pub(crate) fn read(self, offset: u16) -> u32 {
        let register = core::ptr::with_exposed_provenance::<u32>(self.at(offset));
        // SAFETY:
        // 1. mapped and aligned: made for mapped devices only, and `at` stays in the page.
        // 2. volatile: the device may answer anything.
        unsafe { register.read_volatile() }
    }

    /// Writes the register at `offset` (a multiple of 4 within the page).
    pub(crate) fn write(self, offset: u16, value: u32) {
        let register = core::ptr::with_exposed_provenance_mut::<u32>(self.at(offset));
        // SAFETY:
        // 1. mapped and aligned: made for mapped devices only, and `at` stays in the page.
        // 2. an interrupt controller does not touch memory.
        unsafe { register.write_volatile(value) };
    }

    const fn at(self, offset: u16) -> usize {
        (self.address + (offset as u64 & 0xffc)) as usize
    }
}
