//! Registers of a device.

use libipc::Startup;

use crate::region::Mapped;

/// A block of device registers. Offsets are in bytes and aligned to the access.
#[derive(Clone, Copy, Debug)]
pub struct Registers(Mapped);

impl Registers {
    /// Opens registers that the start-up page names. `None` if it says that nothing is mapped.
    ///
    /// # Panics
    /// If the program was not given them.
    #[must_use]
    pub fn open(env: &Startup, name: &str) -> Option<Self> {
        let region = env.mmio(name);
        // SAFETY: 1. root mapped the region for the program's life and wrote so into the start-up
        // page; 2. only this crate makes accesses to device regions, all of them volatile.
        let mapped = unsafe { Mapped::new(region.address as usize, region.length as usize) };
        mapped.map(Self)
    }

    pub(crate) fn from_mapped(mapped: Mapped) -> Self {
        Self(mapped)
    }

    /// Returns the length in bytes.
    #[must_use]
    pub fn length(&self) -> usize {
        self.0.length()
    }

    /// Returns a part of the block; `None` if it reaches beyond.
    #[must_use]
    pub fn part(&self, offset: usize, length: usize) -> Option<Self> {
        self.0.part(offset, length).map(Self)
    }

    /// Reads 8 bits.
    #[must_use]
    pub fn read8(&self, offset: usize) -> u8 {
        self.0.read(offset)
    }

    /// Reads 16 bits.
    #[must_use]
    pub fn read16(&self, offset: usize) -> u16 {
        self.0.read(offset)
    }

    /// Reads 32 bits.
    #[must_use]
    pub fn read32(&self, offset: usize) -> u32 {
        self.0.read(offset)
    }

    /// Writes 8 bits.
    pub fn write8(&self, offset: usize, value: u8) {
        self.0.write(offset, value);
    }

    /// Writes 16 bits.
    pub fn write16(&self, offset: usize, value: u16) {
        self.0.write(offset, value);
    }

    /// Writes 32 bits.
    pub fn write32(&self, offset: usize, value: u32) {
        self.0.write(offset, value);
    }

    /// Writes 32-bit words one behind the other; none of them if one lies outside.
    pub fn write_words(&self, offset: usize, words: &[u32]) {
        self.0.write_all(offset, words);
    }
}
