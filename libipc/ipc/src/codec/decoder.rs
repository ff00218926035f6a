//! The decoder: bytes and received capabilities to values.

use zerocopy::FromBytes;

use super::{Decode, List, Malformed, Text};
use crate::cap::ReceivedCaps;
use crate::{Cap, Message};

/// Takes values from the bytes of a message, and capabilities from the list beside it.
pub struct Decoder<'a> {
    bytes: &'a [u8],
    at: usize,
    caps: Option<&'a mut ReceivedCaps>,
    next_cap: usize,
}

impl<'a> Decoder<'a> {
    /// Starts at the first byte and the first capability of a received message.
    #[inline]
    pub fn of(message: &'a mut Message) -> Self {
        let (bytes, caps) = message.received();
        Self {
            bytes,
            at: 0,
            caps: Some(caps),
            next_cap: 0,
        }
    }

    /// Starts at the first of bytes that no capabilities belong to.
    #[inline]
    pub fn of_bytes(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            caps: None,
            next_cap: 0,
        }
    }

    /// Takes a value.
    ///
    /// # Errors
    /// [`Malformed`] if the bytes are not the encoding of one.
    #[inline]
    pub fn get<T: Decode>(&mut self) -> Result<T, Malformed> {
        T::decode(self)
    }

    /// Takes a value that may be absent, which `take` reads.
    ///
    /// # Errors
    /// [`Malformed`] if the bytes are not the encoding of one.
    #[inline]
    pub fn optional<T>(
        &mut self,
        take: impl FnOnce(&mut Self) -> Result<T, Malformed>,
    ) -> Result<Option<T>, Malformed> {
        match self.get::<bool>()? {
            true => take(self).map(Some),
            false => Ok(None),
        }
    }

    /// Takes text of at most `N` bytes, where it lies.
    ///
    /// # Errors
    /// [`Malformed`] if it is longer, cut short or not UTF-8.
    #[inline]
    pub fn text<const N: usize>(&mut self) -> Result<&'a str, Malformed> {
        core::str::from_utf8(self.bytes::<N>()?).map_err(|_| Malformed)
    }

    /// Takes at most `N` bytes, where they lie.
    ///
    /// # Errors
    /// [`Malformed`] if there are more or they are cut short.
    #[inline]
    pub fn bytes<const N: usize>(&mut self) -> Result<&'a [u8], Malformed> {
        let count = self.count::<N>()?;
        self.raw(1, count)
    }

    /// Takes text of at most `N` bytes into an owned buffer.
    ///
    /// # Errors
    /// As [`text`](Self::text).
    pub fn owned_text<const N: usize>(&mut self) -> Result<Text<N>, Malformed> {
        Text::try_from(self.text::<N>()?).map_err(|_| Malformed)
    }

    /// Takes a list of at most `N` values.
    ///
    /// # Errors
    /// [`Malformed`] if there are more or one of them is malformed.
    #[inline]
    pub fn list<T: Decode, const N: usize>(&mut self) -> Result<List<T, N>, Malformed> {
        let count = self.count::<N>()?;
        T::decode_all(count, self)
    }

    /// Takes the first `length` bytes of words, which lie at a multiple of eight and reach into the last word; the rest of that
    /// reads as zero. `take` makes a value of them, if they are the encoding of one.
    ///
    /// # Errors
    /// [`Malformed`] if they are not, or are cut short.
    #[inline]
    pub fn words<const W: usize, T>(
        &mut self,
        length: usize,
        take: impl FnOnce([u64; W]) -> Option<T>,
    ) -> Result<T, Malformed> {
        self.align(size_of::<u64>())?;
        let bytes = self.bytes.get(self.at..).ok_or(Malformed)?;
        if bytes.len() < length {
            return Err(Malformed);
        }
        let mut words = match <[u64; W]>::ref_from_prefix(bytes) {
            Ok((words, _)) => words.map(u64::from_le),
            Err(_) => gathered(bytes),
        };
        if let Some(last) = words.last_mut() {
            let rest = (size_of::<u64>() * W).saturating_sub(length) as u32 * u8::BITS;
            *last &= u64::MAX.checked_shr(rest).unwrap_or(0);
        }
        self.at += length;
        take(words).ok_or(Malformed)
    }

    /// Takes the next capability that came with the message.
    ///
    /// # Errors
    /// [`Malformed`] if none is left.
    pub fn cap<K>(&mut self) -> Result<Cap<K>, Malformed> {
        let caps = self.caps.as_deref_mut().ok_or(Malformed)?;
        let cap = caps.take_cap(self.next_cap).ok_or(Malformed)?;
        self.next_cap += 1;
        Ok(cap)
    }

    /// Checks that nothing is left over. The kernel moves words of eight bytes: up to seven bytes
    /// of zero behind the last value are the rest of the last word.
    ///
    /// # Errors
    /// [`Malformed`] if other bytes or capabilities are. The message still has the capabilities and
    /// deletes them.
    #[inline]
    pub fn finish(&mut self) -> Result<(), Malformed> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let has_caps = self.caps.as_ref().is_some_and(|caps| !caps.is_empty());
        if has_caps || !(rest.is_empty() || is_padding(rest)) {
            return Err(Malformed);
        }
        self.at = self.bytes.len();
        Ok(())
    }

    /// Takes `count` raw bytes after padding to `align`, a power of two.
    #[inline]
    pub(super) fn raw(&mut self, align: usize, count: usize) -> Result<&'a [u8], Malformed> {
        self.align(align)?;
        let end = self.at.checked_add(count).ok_or(Malformed)?;
        let bytes = self.bytes.get(self.at..end).ok_or(Malformed)?;
        self.at = end;
        Ok(bytes)
    }

    #[inline]
    fn count<const N: usize>(&mut self) -> Result<usize, Malformed> {
        let count = usize::try_from(self.get::<u32>()?).map_err(|_| Malformed)?;
        if count > N { Err(Malformed) } else { Ok(count) }
    }

    /// How many bytes were taken.
    #[inline]
    pub(super) fn taken(&self) -> usize {
        self.at
    }

    /// Whether every byte was taken.
    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.bytes.len()
    }

    /// Takes padding up to a multiple of `align`, a power of two.
    #[inline]
    pub(super) fn align(&mut self, align: usize) -> Result<(), Malformed> {
        let end = self.at.next_multiple_of(align);
        let padding = self.bytes.get(self.at..end).ok_or(Malformed)?;
        if padding.iter().any(|byte| *byte != 0) {
            return Err(Malformed);
        }
        self.at = end;
        Ok(())
    }
}

/// Out of line: it would be unrolled into every method, and most messages end with a whole word.
#[inline(never)]
fn is_padding(rest: &[u8]) -> bool {
    rest.len() < size_of::<u64>() && rest.iter().all(|byte| *byte == 0)
}

/// Words of bytes that do not lie at whole words, or end within the last one.
#[cold]
fn gathered<const W: usize>(bytes: &[u8]) -> [u64; W] {
    let mut words = [0; W];
    for (word, bytes) in words.iter_mut().zip(bytes.chunks(size_of::<u64>())) {
        let mut whole = [0; size_of::<u64>()];
        for (place, byte) in whole.iter_mut().zip(bytes) {
            *place = *byte;
        }
        *word = u64::from_le_bytes(whole);
    }
    words
}
