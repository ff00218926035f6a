//! The frames' memory: a buffer for each descriptor, those to send first.

/// Bytes of a buffer.
pub const BUFFER: usize = 2048;
/// Descriptors, and so buffers, of each direction.
pub(crate) const DEPTH: u16 = 64;
/// Bytes of all buffers.
pub const MEMORY_BYTES: usize = 2 * DEPTH as usize * BUFFER;

/// Memory that the controller reaches by itself.
pub trait Memory {
    /// Returns the length in bytes.
    fn length(&self) -> usize;

    /// Returns where the controller finds the byte at `offset`.
    fn physical(&self, offset: usize) -> u64;

    /// Copies from an offset, a multiple of 4.
    fn read(&self, offset: usize, to: &mut [u8]);

    /// Copies to an offset, a multiple of 4.
    fn write(&self, offset: usize, bytes: &[u8]);

    /// Orders all accesses before it against all accesses after it, as the controller sees them.
    fn barrier(&self);
}

/// The buffer of a descriptor to send.
pub(crate) fn to_send(slot: u16) -> usize {
    usize::from(slot) * BUFFER
}

/// The buffer of a descriptor to receive.
pub(crate) fn to_receive(slot: u16) -> usize {
    usize::from(DEPTH + slot) * BUFFER
}
