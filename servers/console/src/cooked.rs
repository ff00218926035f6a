//! Text as terminals want it: a return before every line feed.

use heapless::Vec;

/// Cuts text into pieces of at most `N` bytes, in which every line feed follows a return of its own.
///
/// A return that stands before a line feed already is kept and gets a second one, which terminals do not
/// show: so whoever takes one return away before each line feed has the text as it was written.
#[derive(Debug)]
pub struct Cooked<'a, const N: usize> {
    rest: &'a [u8],
    marks: Marks,
}

/// The byte that begins the marks of output: RS (ECMA-48 §8.2.10).
pub const MARK: u8 = 0x1e;

/// What becomes of bytes that look like marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marks {
    /// They are sent as they are.
    Plain,
    /// They are sent twice, to be told from marks.
    Doubled,
}

impl<'a, const N: usize> Cooked<'a, N> {
    /// The pieces of a text. `N` must be 2 or more.
    pub fn new(text: &'a [u8], marks: Marks) -> Self {
        const { assert!(N >= 2) };
        Self { rest: text, marks }
    }
}

impl<const N: usize> Iterator for Cooked<'_, N> {
    type Item = Vec<u8, N>;

    fn next(&mut self) -> Option<Vec<u8, N>> {
        let mut piece = Vec::new();
        while let Some((byte, rest)) = self.rest.split_first() {
            let encoded: &[u8] = match (*byte, self.marks) {
                (b'\n', _) => b"\r\n",
                (MARK, Marks::Doubled) => &[MARK, MARK],
                _ => core::slice::from_ref(byte),
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

    fn pieces(text: &[u8], marks: Marks) -> std::vec::Vec<Vec<u8, 4>> {
        Cooked::new(text, marks).collect()
    }

    #[test]
    fn line_feeds_get_a_return_and_pieces_never_split_the_two() {
        let expected = [&b"abc"[..], b"\r\nd\r", b"\r\n\r\n"];
        assert_eq!(pieces(b"abc\nd\r\n\n", Marks::Plain), expected);
        assert!(pieces(b"", Marks::Plain).is_empty());
    }

    #[test]
    fn marks_are_doubled_on_demand_and_never_split() {
        let text = b"abc\x1eB\n";
        assert_eq!(pieces(text, Marks::Plain), [&b"abc\x1e"[..], b"B\r\n"]);
        let expected = [&b"abc"[..], b"\x1e\x1eB", b"\r\n"];
        assert_eq!(pieces(text, Marks::Doubled), expected);
    }
}
