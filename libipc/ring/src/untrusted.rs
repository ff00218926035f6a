//! A view of bytes that a peer may change at any moment.
//!
//! There is no way to a `&[u8]` from here: over memory that another process writes, one would be
//! undefined behaviour. Bytes are copied out, and the copy is what gets looked at.

use crate::bytes;
use crate::sync::AtomicU64;
use crate::{Descriptor, OutOfBounds};

/// Bytes of a peer's pool.
#[derive(Clone, Copy)]
pub struct Untrusted<'a> {
    words: &'a [AtomicU64],
    start: usize,
    length: usize,
}

impl<'a> Untrusted<'a> {
    /// Views a whole region.
    #[must_use]
    pub fn new(words: &'a [AtomicU64]) -> Self {
        Self {
            words,
            start: 0,
            length: size_of_val(words),
        }
    }

    /// Returns the length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.length
    }

    /// Returns whether there are no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Views a part.
    ///
    /// # Errors
    /// [`OutOfBounds`] if the part reaches beyond this view.
    #[inline]
    pub fn part(&self, part: Descriptor) -> Result<Untrusted<'a>, OutOfBounds> {
        let range = part.range(self.length)?;
        Ok(Self {
            words: self.words,
            start: self.start + range.start,
            length: range.len(),
        })
    }

    /// The words of the view, if it consists of whole ones.
    pub(crate) fn words(&self) -> Result<&'a [AtomicU64], OutOfBounds> {
        let words = bytes::whole_words(self.start..self.start + self.length).ok_or(OutOfBounds)?;
        self.words.get(words).ok_or(OutOfBounds)
    }

    /// Reads the four bytes from byte `at` of the view on, as a little-endian number: into a register, not into memory. Each
    /// byte is read once.
    ///
    /// # Errors
    /// [`OutOfBounds`] if fewer than four bytes lie behind `at`.
    #[inline]
    pub fn number_at(&self, at: usize) -> Result<u32, OutOfBounds> {
        let end = at.checked_add(size_of::<u32>()).ok_or(OutOfBounds)?;
        if end > self.length {
            return Err(OutOfBounds);
        }
        Ok(bytes::number(self.words, self.start + at))
    }

    /// Copies bytes out, from byte `at` of the view on.
    ///
    /// # Errors
    /// [`OutOfBounds`] if fewer bytes than `out` holds lie behind `at`.
    #[inline]
    pub fn copy_to(&self, at: usize, out: &mut [u8]) -> Result<(), OutOfBounds> {
        let end = at.checked_add(out.len()).ok_or(OutOfBounds)?;
        if end > self.length {
            return Err(OutOfBounds);
        }
        bytes::copy_out(self.words, self.start + at, out);
        Ok(())
    }
}
