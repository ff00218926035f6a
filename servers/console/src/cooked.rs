//! Text as terminals want it: a return before every line feed.

use heapless::Vec;

/// Cuts text into pieces of at most `N` bytes, in which every line feed follows a return of its own.
///
/// A return that stands before a line feed already is kept and gets a second one, which terminals do not
/// show: so whoever takes one return away before each line feed has the text as it was written.
#[derive(Debug)]
pub struct Cooked<'a, const N: usize> {
    rest: &'a [u8],
}

impl<'a, const N: usize> Cooked<'a, N> {
    /// The pieces of a text. `N` must be 2 or more.
    pub fn new(text: &'a [u8]) -> Self {
        const { assert!(N >= 2) };
        Self { rest: text }
    }
}

impl<const N: usize> Iterator for Cooked<'_, N> {
    type Item = Vec<u8, N>;

    fn next(&mut self) -> Option<Vec<u8, N>> {
        let mut piece = Vec::new();
        while let Some((byte, rest)) = self.rest.split_first() {
            let encoded: &[u8] = if *byte == b'\n' {
                b"\r\n"
            } else {
                core::slice::from_ref(byte)
            };
            if piece.extend_from_slice(encoded).is_err() {
                break;
            }
            self.rest = rest;
        }
        (!piece.is_empty()).then_some(piece)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

    #[test]
    fn line_feeds_get_a_return_and_pieces_never_split_the_two() {
        let pieces: std::vec::Vec<_> = Cooked::<4>::new(b"abc\nd\r\n\n").collect();
        let pieces: std::vec::Vec<&[u8]> = pieces.iter().map(|piece| &piece[..]).collect();
        assert_eq!(pieces, [&b"abc"[..], b"\r\nd\r", b"\r\n\r\n"]);
        assert!(Cooked::<4>::new(b"").next().is_none());
    }
}
