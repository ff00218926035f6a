//! The table of descriptors by which the controller finds memory (SDHC §1.13.4, ADMA2 with addresses of 32 bits).

/// Memory for the table: eight bytes a descriptor.
pub trait Table {
    /// Returns how many descriptors it holds.
    fn length(&self) -> usize;
    /// Returns where the controller finds it; `None` if it cannot.
    fn physical(&self) -> Option<u32>;
    /// Writes a descriptor.
    fn write(&self, index: usize, descriptor: u64);
    /// Lets the controller see all that was written before, also elsewhere in memory.
    fn barrier(&self);
}

/// No table: all data goes through the processor.
#[derive(Clone, Copy, Debug)]
pub struct NoTable;

impl Table for NoTable {
    fn length(&self) -> usize {
        0
    }
    fn physical(&self) -> Option<u32> {
        None
    }
    fn write(&self, _: usize, _: u64) {}
    fn barrier(&self) {}
}

/// Bytes that one descriptor covers here; it could be twice as many.
const PIECE: u32 = 0x8000;

const VALID: u64 = 1 << 0;
const END: u64 = 1 << 1;
const TRANSFER: u64 = 0b10 << 4;

/// Describes `bytes` bytes at `start`, and returns where the table is. Nothing if it is too short for them, or the
/// memory lies where the controller cannot reach.
pub(crate) fn describe(table: &impl Table, start: u64, bytes: u32) -> Option<u32> {
    let at = table.physical()?;
    let end = start.checked_add(u64::from(bytes))?;
    let pieces = bytes.div_ceil(PIECE);
    let fits = end <= 1 << 32 && start.is_multiple_of(4) && pieces as usize <= table.length();
    if !fits || pieces == 0 {
        return None;
    }
    for piece in 0..pieces {
        let done = piece * PIECE;
        let length = PIECE.min(bytes - done);
        let last = if piece + 1 == pieces { END } else { 0 };
        let address = start + u64::from(done);
        let descriptor = address << 32 | u64::from(length) << 16 | TRANSFER | last | VALID;
        table.write(piece as usize, descriptor);
    }
    table.barrier();
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::vec::Vec;

    struct Lines(RefCell<Vec<u64>>, usize);

    impl Table for Lines {
        fn length(&self) -> usize {
            self.1
        }
        fn physical(&self) -> Option<u32> {
            Some(0x1000)
        }
        fn write(&self, index: usize, descriptor: u64) {
            let mut lines = self.0.borrow_mut();
            assert_eq!(index, lines.len());
            lines.push(descriptor);
        }
        fn barrier(&self) {}
    }

    #[test]
    fn pieces_follow_each_other_and_the_last_one_ends() {
        let table = Lines(RefCell::default(), 3);
        assert_eq!(describe(&table, 0x2_0000, 0x1_0200), Some(0x1000));
        let lines = table.0.borrow();
        let wanted = [
            0x0002_0000_8000_0021,
            0x0002_8000_8000_0021,
            0x0003_0000_0200_0023,
        ];
        assert_eq!(lines[..], wanted);
    }

    #[test]
    fn what_the_controller_cannot_reach_is_not_described() {
        let table = Lines(RefCell::default(), 1);
        assert_eq!(describe(&table, 0xffff_fe00, 512), Some(0x1000));
        assert_eq!(describe(&table, 0xffff_fe00, 1024), None);
        assert_eq!(describe(&table, 0x1_0000_0000, 512), None);
        assert_eq!(describe(&table, u64::MAX, 512), None);
        assert_eq!(describe(&table, 2, 512), None);
        assert_eq!(describe(&table, 0, PIECE + 4), None);
        assert_eq!(describe(&table, 0, 0), None);
        assert_eq!(describe(&NoTable, 0, 512), None);
    }
}
