//! The kernel log: the last 64 KiB of text, read by position.

use core::fmt;

const BYTES: usize = 64 * 1024;

/// A ring of text. Positions count all bytes ever written, so that a reader sees what it missed.
pub struct KernelLog {
    bytes: [u8; BYTES],
    written: u64,
}

impl KernelLog {
    /// An empty log.
    pub const fn new() -> Self {
        Self {
            bytes: [0; BYTES],
            written: 0,
        }
    }

    /// Appends one byte.
    pub fn push(&mut self, byte: u8) {
        let at = (self.written as usize) & (BYTES.wrapping_sub(1));
        if let Some(place) = self.bytes.get_mut(at) {
            *place = byte;
        }
        self.written = self.written.wrapping_add(1);
    }

    /// The first position at or behind `position` that is still held.
    pub fn oldest(&self, position: u64) -> u64 {
        position
            .max(self.written.saturating_sub(BYTES as u64))
            .min(self.written)
    }

    /// The byte at a position, if it is held.
    pub fn byte(&self, position: u64) -> Option<u8> {
        if position >= self.written || position != self.oldest(position) {
            return None;
        }
        self.bytes
            .get((position as usize) & (BYTES.wrapping_sub(1)))
            .copied()
    }
}

impl Default for KernelLog {
    fn default() -> Self {
        Self::new()
    }
}

impl<A: weft_hal::Arch> crate::Core<A> {
    /// Writes text to the log and to the architecture's console.
    pub fn print(&mut self, text: fmt::Arguments<'_>) {
        struct Both<'a, A: weft_hal::Arch>(&'a mut crate::Core<A>);
        impl<A: weft_hal::Arch> fmt::Write for Both<'_, A> {
            fn write_str(&mut self, text: &str) -> fmt::Result {
                for byte in text.bytes() {
                    self.0.print_byte(byte);
                }
                Ok(())
            }
        }
        // Writing to memory and to a debug port cannot fail.
        let _ = fmt::Write::write_fmt(&mut Both(self), text);
    }

    /// Writes one byte to the log and to the architecture's console.
    pub(crate) fn print_byte(&mut self, byte: u8) {
        self.log.push(byte);
        self.arch.write_byte(byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_is_late_continues_at_the_oldest_byte() {
        let mut log = std::boxed::Box::new(KernelLog::new());
        for index in 0..BYTES + 10 {
            log.push(index as u8);
        }
        assert_eq!(log.oldest(0), 10);
        assert_eq!(log.byte(0), None);
        assert_eq!(log.byte(10), Some(10));
        assert_eq!(log.byte((BYTES + 10) as u64), None);
    }
}
