//! Ranges of memory as naturally aligned powers of two.

use libipc::abi::layout::PAGE;

/// A naturally aligned power of two of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where it begins.
    pub base: u64,
    /// log2 of its length.
    pub log2: u8,
}

impl Piece {
    /// Its length in bytes.
    pub const fn bytes(self) -> u64 {
        1 << self.log2
    }

    /// The first address behind it.
    pub const fn end(self) -> u64 {
        self.base + self.bytes()
    }
}

/// Cuts a range into the fewest pieces of at least a page, in ascending order. Parts of pages at both ends
/// are left out.
pub fn split(base: u64, end: u64) -> impl Iterator<Item = Piece> {
    let mut at = base.next_multiple_of(PAGE);
    core::iter::from_fn(move || {
        let room = end.checked_sub(at).filter(|room| *room >= PAGE)?;
        let log2 = at.trailing_zeros().min(room.ilog2()) as u8;
        let piece = Piece { base: at, log2 };
        at = piece.end();
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn pieces_are_aligned_and_follow_each_other() {
        let pieces: Vec<Piece> = split(0x3000, 0x1_2000).collect();
        assert_eq!(pieces.first().map(|piece| piece.base), Some(0x3000));
        assert_eq!(pieces.last().map(|piece| piece.end()), Some(0x1_2000));
        assert!(pieces.iter().all(|piece| piece.base % piece.bytes() == 0));
        assert!(pieces.windows(2).all(|pair| pair[0].end() == pair[1].base));
        assert_eq!(pieces.len(), 4);
    }

    #[test]
    fn parts_of_pages_are_left_out() {
        let pieces: Vec<Piece> = split(0x1001, 0x3fff).collect();
        assert_eq!(
            pieces,
            [Piece {
                base: 0x2000,
                log2: 12
            }]
        );
        assert_eq!(split(0x1001, 0x1fff).count(), 0);
        assert_eq!(split(0x2000, 0x1000).count(), 0);
    }
}
