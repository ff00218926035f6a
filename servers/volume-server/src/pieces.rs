//! Copies between the scattered pieces of a request and one part of a pool.

use libipc::ring::{Descriptor, OutOfBounds, Pool, Untrusted};

/// How many bytes the pieces hold.
pub(crate) fn length<P: AsRef<[u8]>>(pieces: &[P]) -> usize {
    pieces.iter().map(|piece| piece.as_ref().len()).sum()
}

/// Stores the pieces' bytes from byte `at` on into a part, as many as it has.
pub(crate) fn store(
    pieces: &[&[u8]],
    at: usize,
    part: Descriptor,
    pool: &mut Pool<'_>,
) -> Result<(), OutOfBounds> {
    let mut window = Window::new(at, part);
    for piece in pieces {
        if let Some((range, to)) = window.next(piece.len()) {
            pool.write(to, piece.get(range).ok_or(OutOfBounds)?)?;
        }
    }
    window.finish()
}

/// Fills the pieces' bytes from byte `at` on out of a part, as many as it has.
pub(crate) fn fill(
    pieces: &mut [&mut [u8]],
    at: usize,
    part: Descriptor,
    pool: Untrusted<'_>,
) -> Result<(), OutOfBounds> {
    let mut window = Window::new(at, part);
    for piece in pieces {
        if let Some((range, from)) = window.next(piece.len()) {
            let piece = piece.get_mut(range).ok_or(OutOfBounds)?;
            pool.part(from)?.copy_to(0, piece)?;
        }
    }
    window.finish()
}

/// What of the pieces falls into the part, piece by piece.
struct Window {
    /// Bytes to pass over before the part begins.
    skip: usize,
    /// What of the part is left.
    rest: Descriptor,
}

impl Window {
    fn new(skip: usize, rest: Descriptor) -> Self {
        Self { skip, rest }
    }

    /// The bytes of the next piece that belong here, and where.
    fn next(&mut self, length: usize) -> Option<(core::ops::Range<usize>, Descriptor)> {
        let start = self.skip.min(length);
        self.skip -= start;
        let count = (length - start).min(self.rest.length as usize);
        if count == 0 {
            return None;
        }
        let part = Descriptor {
            offset: self.rest.offset,
            length: count as u32,
        };
        self.rest.offset += part.length;
        self.rest.length -= part.length;
        Some((start..start + count, part))
    }

    fn finish(self) -> Result<(), OutOfBounds> {
        if self.rest.length == 0 {
            Ok(())
        } else {
            Err(OutOfBounds)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use libipc::ring::Pool;
    use libipc_ring::sync::AtomicU64;

    #[test]
    fn a_part_gets_the_bytes_that_fall_into_it_from_whichever_piece() {
        let words: vec::Vec<_> = (0..4).map(|_| AtomicU64::new(0)).collect();
        let mut pool = Pool::new(&words);
        let part = Descriptor {
            offset: 8,
            length: 10,
        };
        let pieces: [&[u8]; 3] = [&[1, 2, 3, 4], &[5, 6, 7, 8], &[9, 10, 11, 12, 13, 14]];
        assert_eq!(store(&pieces, 2, part, &mut pool), Ok(()));
        let mut seen = [0; 10];
        assert!(pool.view().copy_to(8, &mut seen).is_ok());
        assert_eq!(seen, [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);

        let (mut a, mut b) = ([0; 7], [0; 5]);
        let back = fill(&mut [&mut a, &mut b], 2, part, pool.view());
        assert_eq!(back, Ok(()));
        assert_eq!((a, b), ([0, 0, 3, 4, 5, 6, 7], [8, 9, 10, 11, 12]));
    }

    #[test]
    fn a_part_longer_than_the_pieces_is_refused() {
        let words: vec::Vec<_> = (0..4).map(|_| AtomicU64::new(0)).collect();
        let part = Descriptor {
            offset: 0,
            length: 9,
        };
        let outcome = fill(&mut [&mut [0; 8]], 0, part, Untrusted::new(&words));
        assert_eq!(outcome, Err(OutOfBounds));
    }
}
