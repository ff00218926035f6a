//! Where encoded values go.

use zerocopy::IntoBytes;

use super::Encode;
use crate::{Message, TooLong};

/// Takes encoded values: a message, or something of fixed size.
pub trait Sink {
    /// Appends bytes.
    ///
    /// # Errors
    /// [`TooLong`] if there is no room.
    fn append(&mut self, bytes: &[u8]) -> Result<(), TooLong>;

    /// Appends zeros up to a multiple of `alignment` (a power of two, at most 8).
    ///
    /// # Errors
    /// [`TooLong`] if there is no room.
    fn align(&mut self, alignment: usize) -> Result<(), TooLong>;

    /// Appends a number of `size` bytes (1, 2, 4 or 8) at a multiple of its size.
    ///
    /// # Errors
    /// [`TooLong`] if there is no room.
    #[inline]
    fn scalar(&mut self, number: u64, size: usize) -> Result<(), TooLong> {
        self.align(size)?;
        self.append(number.to_le_bytes().get(..size).ok_or(TooLong)?)
    }

    /// Appends the first `length` bytes of words at a multiple of eight. They reach into the last word, and the rest of it is
    /// zero.
    ///
    /// # Errors
    /// [`TooLong`] if there is no room, or there are not so many bytes.
    #[inline]
    fn words<const W: usize>(&mut self, words: [u64; W], length: usize) -> Result<(), TooLong> {
        self.align(size_of::<u64>())?;
        let words = words.map(u64::to_le);
        self.append(words.as_bytes().get(..length).ok_or(TooLong)?)
    }

    /// Appends a value.
    ///
    /// # Errors
    /// [`TooLong`] if it does not fit.
    #[inline]
    fn put<T: Encode>(&mut self, value: &T) -> Result<(), TooLong> {
        value.encode(self)
    }

    /// Appends a value that may be absent, which `put` writes.
    ///
    /// # Errors
    /// [`TooLong`] if it does not fit.
    #[inline]
    fn optional<T>(
        &mut self,
        value: Option<T>,
        put: impl FnOnce(&mut Self, T) -> Result<(), TooLong>,
    ) -> Result<(), TooLong> {
        match value {
            None => self.put(&false),
            Some(value) => {
                self.put(&true)?;
                put(self, value)
            }
        }
    }

    /// Appends text of at most `N` bytes.
    ///
    /// # Errors
    /// [`TooLong`] if it is longer or does not fit.
    #[inline]
    fn text<const N: usize>(&mut self, text: &str) -> Result<(), TooLong> {
        self.bytes::<N>(text.as_bytes())
    }

    /// Appends at most `N` bytes with their length.
    ///
    /// # Errors
    /// [`TooLong`] if there are more or they do not fit.
    #[inline]
    fn bytes<const N: usize>(&mut self, bytes: &[u8]) -> Result<(), TooLong> {
        self.list::<u8, N>(bytes)
    }

    /// Appends a list of at most `N` values.
    ///
    /// # Errors
    /// [`TooLong`] if there are more or they do not fit.
    #[inline]
    fn list<T: Encode, const N: usize>(&mut self, values: &[T]) -> Result<(), TooLong> {
        if values.len() > N {
            return Err(TooLong);
        }
        let count = u32::try_from(values.len()).map_err(|_| TooLong)?;
        self.put(&count)?;
        T::encode_all(values, self)
    }
}

impl Sink for Message {
    #[inline]
    fn append(&mut self, bytes: &[u8]) -> Result<(), TooLong> {
        Message::append(self, bytes)
    }

    #[inline]
    fn align(&mut self, alignment: usize) -> Result<(), TooLong> {
        Message::align(self, alignment)
    }

    #[inline]
    fn scalar(&mut self, number: u64, size: usize) -> Result<(), TooLong> {
        self.append_scalar(number, size)
    }

    #[inline]
    fn words<const W: usize>(&mut self, words: [u64; W], length: usize) -> Result<(), TooLong> {
        self.append_words(words, length)
    }
}
