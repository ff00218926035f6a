//! Registers of devices that the kernel uses itself, mapped as device memory in the direct map.

use weft_early::DIRECT_MAP;

/// Registers from a physical address on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mmio {
    address: u64,
}

impl Mmio {
    /// The registers of a device of which the kernel's page tables map 64 KiB at `physical`, or less where
    /// only lower offsets are used.
    pub(crate) const fn new(physical: u64) -> Self {
        Self {
            address: physical.wrapping_add(DIRECT_MAP),
        }
    }

    /// Registers that are seen at a virtual address, from [`virtual_start`](Self::virtual_start).
    pub(crate) const fn seen_at(address: u64) -> Self {
        Self { address }
    }

    /// Where they are seen.
    pub(crate) const fn virtual_start(self) -> u64 {
        self.address
    }

    /// Reads the 32-bit register at `offset`, a multiple of 4.
    pub(crate) fn read(self, offset: u16) -> u32 {
        let register = core::ptr::with_exposed_provenance::<u32>(self.at(offset));
        // SAFETY:
        // 1. mapped and aligned: made for mapped devices only, with offsets of their registers.
        // 2. volatile: the device may answer anything.
        unsafe { register.read_volatile() }
    }

    /// Writes the 32-bit register at `offset`, a multiple of 4.
    pub(crate) fn write(self, offset: u16, value: u32) {
        let register = core::ptr::with_exposed_provenance_mut::<u32>(self.at(offset));
        // SAFETY:
        // 1. mapped and aligned: made for mapped devices only, with offsets of their registers.
        // 2. neither an interrupt controller nor a serial port touches memory.
        unsafe { register.write_volatile(value) };
    }

    const fn at(self, offset: u16) -> usize {
        self.address.wrapping_add((offset & 0xfffc) as u64) as usize
    }
}
