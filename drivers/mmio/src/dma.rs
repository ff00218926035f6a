//! Memory that a device reaches by itself.

use libipc::abi::startup::EntryKind;
use libipc::{Refusal, Startup};

use crate::region::Mapped;

/// Physically contiguous memory for a device.
#[derive(Clone, Copy, Debug)]
pub struct Dma {
    mapped: Mapped,
    /// Where the device sees it.
    start: u64,
}

/// What a component's devices add to a physical address: the buses of some boards show memory elsewhere.
#[must_use]
pub fn bus_offset(env: &Startup) -> u64 {
    env.find(EntryKind::Other, "bus")
        .map_or(0, |entry| entry.v0)
}

/// Orders all accesses before it, to memory and to registers, against all accesses after it, as everybody sees them:
/// devices as well, which have no part in what a fence between processors orders.
pub fn barrier() {
    // SAFETY: 1. a barrier changes no state.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        core::arch::asm!("dsb sy", options(nostack, preserves_flags));
    }
    #[cfg(not(target_arch = "aarch64"))]
    core::sync::atomic::fence(core::sync::atomic::Ordering::SeqCst);
}

impl Dma {
    /// Opens DMA memory that the start-up page names. `None` if it says that nothing is mapped.
    ///
    /// # Errors
    /// The kernel's refusal to tell the physical address.
    ///
    /// # Panics
    /// If the program was not given it.
    pub fn open(env: &Startup, name: &str) -> Result<Option<Self>, Refusal> {
        let region = env.dma(name);
        let start = region.frame().describe()?.physical + bus_offset(env);
        // SAFETY: 1. root mapped the region for the program's life and wrote so into the start-up
        // page; 2. only this crate makes accesses to DMA regions, all of them volatile.
        let mapped = unsafe { Mapped::new(region.address as usize, region.length as usize) };
        Ok(mapped.map(|mapped| Self { mapped, start }))
    }

    /// Returns the length in bytes.
    #[must_use]
    pub fn length(&self) -> usize {
        self.mapped.length()
    }

    /// Returns the address by which the device reaches the byte at `offset`.
    #[must_use]
    pub fn physical(&self, offset: usize) -> u64 {
        self.start + offset as u64
    }

    /// Reads 8 bits.
    #[must_use]
    pub fn read8(&self, offset: usize) -> u8 {
        self.mapped.read(offset)
    }

    /// Reads 16 bits.
    #[must_use]
    pub fn read16(&self, offset: usize) -> u16 {
        self.mapped.read(offset)
    }

    /// Reads 32 bits.
    #[must_use]
    pub fn read32(&self, offset: usize) -> u32 {
        self.mapped.read(offset)
    }

    /// Writes 8 bits.
    pub fn write8(&self, offset: usize, value: u8) {
        self.mapped.write(offset, value);
    }

    /// Writes 16 bits.
    pub fn write16(&self, offset: usize, value: u16) {
        self.mapped.write(offset, value);
    }

    /// Writes 32 bits.
    pub fn write32(&self, offset: usize, value: u32) {
        self.mapped.write(offset, value);
    }

    /// Writes 64 bits.
    pub fn write64(&self, offset: usize, value: u64) {
        self.mapped.write(offset, value);
    }

    /// Writes 32-bit words one behind the other; none of them if one lies outside.
    pub fn write_words(&self, offset: usize, words: &[u32]) {
        self.mapped.write_all(offset, words);
    }
}
