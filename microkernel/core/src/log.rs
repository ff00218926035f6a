//! The kernel log: the last 64 KiB of text, read by position.

use core::fmt;
use core::sync::atomic::{AtomicU8, AtomicU64, Ordering};

const BYTES: usize = 64 * 1024;

/// A ring of text, written by all cores. Positions count all bytes ever written, so that a reader sees what it missed.
/// Text that several cores write at the same time is mixed, and a byte that is read while it is written may be the one
/// that was there before.
pub struct KernelLog {
    bytes: [AtomicU8; BYTES],
    written: AtomicU64,
}

impl KernelLog {
    /// An empty log.
    pub const fn new() -> Self {
        Self {
            bytes: [const { AtomicU8::new(0) }; BYTES],
            written: AtomicU64::new(0),
        }
    }

    /// Appends one byte.
    pub fn push(&self, byte: u8) {
        let position = self.written.fetch_add(1, Ordering::Relaxed);
        if let Some(place) = self.place(position) {
            place.store(byte, Ordering::Relaxed);
        }
    }

    fn place(&self, position: u64) -> Option<&AtomicU8> {
        self.bytes
            .get((position as usize) & (BYTES.wrapping_sub(1)))
    }

    /// The first position at or behind `position` that is still held.
    pub fn oldest(&self, position: u64) -> u64 {
        let written = self.written.load(Ordering::Relaxed);
        position
            .max(written.saturating_sub(BYTES as u64))
            .min(written)
    }

    /// The byte at a position, if it is held.
    pub fn byte(&self, position: u64) -> Option<u8> {
        let held =
            position < self.written.load(Ordering::Relaxed) && position == self.oldest(position);
        let place = self.place(position).filter(|_| held)?;
        Some(place.load(Ordering::Relaxed))
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
        self.shared.log.push(byte);
        self.arch.write_byte(byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_is_late_continues_at_the_oldest_byte() {
        let log = std::boxed::Box::new(KernelLog::new());
        for index in 0..BYTES + 10 {
            log.push(index as u8);
        }
        assert_eq!(log.oldest(0), 10);
        assert_eq!(log.byte(0), None);
        assert_eq!(log.byte(10), Some(10));
        assert_eq!(log.byte((BYTES + 10) as u64), None);
    }
}
