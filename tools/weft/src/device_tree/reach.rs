//! How devices on a bus see memory: its property `dma-ranges` (Devicetree Specification 0.4 §2.3.9).
//!
//! Whether a driver may let its device move data by itself depends on it, and on some boards it differs from one revision of
//! the chip to the next: the tree that the firmware hands over tells.

use std::fmt;

/// Memory as devices on a bus see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Where devices see its first byte.
    pub seen_at: u64,
    /// Where that is for processors.
    pub at: u64,
    /// How many bytes.
    pub bytes: u64,
}

/// How many words addresses and lengths have in a node's children; what holds if nothing is said (§2.3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cells {
    pub(super) address: usize,
    pub(super) size: usize,
}

impl Default for Cells {
    fn default() -> Self {
        Self {
            address: 2,
            size: 1,
        }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.at.saturating_add(self.bytes.saturating_sub(1));
        write!(f, "{:#x} to {last:#x} ", self.at)?;
        match self.seen_at == self.at {
            true => f.write_str("as it is"),
            false => write!(f, "at {:#x}", self.seen_at),
        }
    }
}

/// The windows of a `dma-ranges`: `inner` is how the bus itself counts, `outer` how what is around it does. Nothing if they
/// have other lengths, or addresses of more than 64 bits.
pub(super) fn windows(value: &[u8], inner: Cells, outer: Cells) -> Option<Vec<Window>> {
    let entry = 4 * (inner.address + outer.address + inner.size);
    if entry == 0 || !value.len().is_multiple_of(entry) {
        return None;
    }
    let window = |entry: &[u8]| {
        let (seen_at, rest) = entry.split_at_checked(4 * inner.address)?;
        let (at, bytes) = rest.split_at_checked(4 * outer.address)?;
        Some(Window {
            seen_at: number(seen_at)?,
            at: number(at)?,
            bytes: number(bytes)?,
        })
    };
    value.chunks_exact(entry).map(window).collect()
}

/// A number of some words. The upper word of three says of which kind an address is (PCI), and is not looked at.
fn number(bytes: &[u8]) -> Option<u64> {
    let bytes = match bytes.len() {
        12 => bytes.get(4..)?,
        _ => bytes,
    };
    (bytes.len() <= 8).then(|| {
        bytes
            .iter()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(words: &[u32]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    const INNER: Cells = Cells {
        address: 2,
        size: 1,
    };
    const OUTER: Cells = Cells {
        address: 2,
        size: 1,
    };

    /// Those of `emmc2bus` in the two revisions of the BCM2711 (Linux, bcm2711-rpi-4-b.dts; the firmware writes them).
    #[test]
    fn both_revisions_of_a_chip_are_told_apart() {
        let old = bytes(&[0, 0xc000_0000, 0, 0, 0x4000_0000]);
        let new = bytes(&[0, 0, 0, 0, 0xfc00_0000]);
        let told = |value: &[u8]| {
            let windows = windows(value, INNER, OUTER).expect("whole");
            windows.first().map(Window::to_string)
        };
        assert_eq!(
            told(&old).as_deref(),
            Some("0x0 to 0x3fffffff at 0xc0000000")
        );
        assert_eq!(told(&new).as_deref(), Some("0x0 to 0xfbffffff as it is"));
        assert_eq!(told(&[]), None);
    }

    #[test]
    fn what_is_not_whole_or_too_large_gives_nothing() {
        assert_eq!(windows(&bytes(&[0, 0, 0, 0]), INNER, OUTER), None);
        let none = Cells {
            address: 0,
            size: 0,
        };
        assert_eq!(windows(&[], none, none), None);
        let huge = Cells {
            address: 4,
            size: 1,
        };
        assert_eq!(windows(&bytes(&[0; 7]), huge, OUTER), None);
        let bus = Cells {
            address: 3,
            size: 2,
        };
        let found = windows(&bytes(&[0x0200_0000, 0, 1, 0, 2, 1, 0]), bus, OUTER);
        let wanted = Window {
            seen_at: 1,
            at: 2,
            bytes: 1 << 32,
        };
        assert_eq!(found, Some(vec![wanted]));
    }
}
