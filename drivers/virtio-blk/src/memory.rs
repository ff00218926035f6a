//! Memory that the device reaches by itself.

/// DMA memory: small accesses, all volatile, offsets in bytes and aligned to the access.
pub trait Memory {
    /// Returns the length in bytes.
    fn length(&self) -> usize;
    /// Returns where the device finds the byte at `offset`.
    fn physical(&self, offset: usize) -> u64;
    /// Reads 8 bits.
    fn read8(&self, offset: usize) -> u8;
    /// Reads 16 bits.
    fn read16(&self, offset: usize) -> u16;
    /// Reads 32 bits.
    fn read32(&self, offset: usize) -> u32;
    /// Writes 8 bits.
    fn write8(&self, offset: usize, value: u8);
    /// Writes 16 bits.
    fn write16(&self, offset: usize, value: u16);
    /// Writes 32 bits.
    fn write32(&self, offset: usize, value: u32);
    /// Writes 64 bits.
    fn write64(&self, offset: usize, value: u64);

    /// Orders all accesses before it against all accesses after it, as the device sees them.
    fn barrier(&self);
}
