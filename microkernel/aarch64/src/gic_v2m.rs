//! Message-signalled interrupts of a GICv2: a frame whose register raises shared interrupts (Arm Server Base System
//! Architecture 6.0, appendix E).
//!
//! The frame owns some of the shared interrupts. A device that writes one's number raises it, whichever device that is: what is
//! made for one can be raised by all, as on the PC.

use weft_hal::IrqLine;

/// Which shared interrupts it owns: the first in bits 16 to 25, how many in bits 0 to 9.
pub const TYPE: u16 = 0x008;
/// Where devices write, from the beginning of the frame on.
pub const SET: u64 = 0x040;

/// The greatest number of lines that are used.
const MOST: u16 = 64;

/// The lines of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Where devices write.
    pub address: u64,
    first: u16,
    count: u16,
    taken: u64,
}

impl Frame {
    /// A frame with its TYPE register, at a physical address; `shared` is the number of line 0's interrupt, and `lines` how
    /// many lines there are. Those that it owns beyond are not used.
    pub fn new(physical: u64, kind: u32, shared: u16, lines: u16) -> Option<Self> {
        let first = ((kind >> 16 & 0x3ff) as u16).checked_sub(shared)?;
        let count = (kind & 0x3ff) as u16;
        let count = count.min(MOST).min(lines.saturating_sub(first));
        Some(Self {
            address: physical + SET,
            first,
            count,
            taken: 0,
        })
    }

    /// Whether it owns a line.
    pub fn has(&self, line: IrqLine) -> bool {
        self.place(line).is_some()
    }

    /// Takes an unused line.
    pub fn allocate(&mut self) -> Option<IrqLine> {
        let place = (!self.taken).trailing_zeros() as u16;
        if place >= self.count {
            return None;
        }
        self.taken |= 1 << place;
        Some(IrqLine(self.first + place))
    }

    /// Gives a line back.
    pub fn release(&mut self, line: IrqLine) {
        if let Some(place) = self.place(line) {
            self.taken &= !(1 << place);
        }
    }

    fn place(&self, line: IrqLine) -> Option<u16> {
        let place = line.0.checked_sub(self.first)?;
        (place < self.count).then_some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// QEMU's `virt`: 64 interrupts from 80 on.
    const KIND: u32 = 80 << 16 | 64;

    fn frame(kind: u32, lines: u16) -> Option<Frame> {
        Frame::new(0x0802_0000, kind, 32, lines)
    }

    #[test]
    fn its_lines_are_those_of_its_interrupts_and_run_out() {
        let mut frame = frame(KIND, 256).unwrap();
        assert_eq!(frame.address, 0x0802_0040);
        let lines: Vec<_> = core::iter::from_fn(|| frame.allocate()).collect();
        assert_eq!(lines, (48..112).map(IrqLine).collect::<Vec<_>>());
        for (line, owned) in [(47, false), (48, true), (111, true), (112, false)] {
            assert_eq!(frame.has(IrqLine(line)), owned, "{line}");
        }
    }

    #[test]
    fn a_line_that_was_given_back_is_taken_again() {
        let mut frame = frame(KIND, 256).unwrap();
        let first = frame.allocate().unwrap();
        let second = frame.allocate().unwrap();
        frame.release(first);
        frame.release(IrqLine(3));
        assert_eq!(frame.allocate(), Some(first));
        assert_ne!(frame.allocate(), Some(second));
    }

    #[test]
    fn lines_that_the_controller_lacks_are_not_used() {
        let mut beyond = frame(KIND, 50).unwrap();
        assert_eq!(beyond.allocate(), Some(IrqLine(48)));
        assert_eq!(beyond.allocate(), Some(IrqLine(49)));
        assert_eq!(beyond.allocate(), None);
        assert_eq!(frame(KIND, 10).unwrap().allocate(), None);
        assert_eq!(frame(0x3ff << 16 | 0x3ff, 256).unwrap().allocate(), None);
        assert_eq!(frame(16 << 16 | 4, 256), None, "private interrupts");
    }

    #[test]
    fn no_more_lines_are_used_than_are_kept_account_of() {
        let mut many = frame(32 << 16 | 200, 256).unwrap();
        assert_eq!(core::iter::from_fn(|| many.allocate()).count(), 64);
    }
}
