//! Values inside the slots of a ring: fixed size, zeros behind the last value, no capabilities.

use super::{Decoder, Malformed, Sink};
use crate::TooLong;

/// Words of payload in a ring's request.
pub const INLINE_WORDS: usize = 5;

const BYTES: usize = INLINE_WORDS * size_of::<u64>();

/// Encodes arguments into the payload of a ring's request.
///
/// # Errors
/// [`TooLong`] if they do not fit; the interface compiler refuses methods of which this can happen.
#[inline]
pub fn to_inline(
    encode: impl FnOnce(&mut Slot) -> Result<(), TooLong>,
) -> Result<[u64; INLINE_WORDS], TooLong> {
    let mut slot = Slot {
        bytes: [0; BYTES],
        length: 0,
    };
    encode(&mut slot)?;
    let mut words = [0; INLINE_WORDS];
    for (word, bytes) in words.iter_mut().zip(slot.bytes.as_chunks().0) {
        *word = u64::from_le_bytes(*bytes);
    }
    Ok(words)
}

/// Decodes arguments from words: the payload of a ring's request, or of a completion.
///
/// # Errors
/// [`Malformed`] if they are not the encoding of such arguments.
#[inline]
pub fn from_inline<R>(
    words: &[u64],
    decode: impl FnOnce(&mut Decoder<'_>) -> Result<R, Malformed>,
) -> Result<R, Malformed> {
    let mut bytes = [0; BYTES];
    for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().zip(words) {
        *bytes = word.to_le_bytes();
    }
    let mut decoder = Decoder::of_bytes(&bytes);
    let value = decode(&mut decoder)?;
    decoder.finish_slot()?;
    Ok(value)
}

/// The payload of a request while it is written.
#[derive(Debug)]
pub struct Slot {
    bytes: [u8; BYTES],
    length: usize,
}

impl Sink for Slot {
    #[inline]
    fn append(&mut self, bytes: &[u8]) -> Result<(), TooLong> {
        let end = self.length.checked_add(bytes.len()).ok_or(TooLong)?;
        let place = self.bytes.get_mut(self.length..end).ok_or(TooLong)?;
        place.copy_from_slice(bytes);
        self.length = end;
        Ok(())
    }

    #[inline]
    fn align(&mut self, alignment: usize) -> Result<(), TooLong> {
        let end = self.length.next_multiple_of(alignment);
        self.length = Some(end).filter(|end| *end <= BYTES).ok_or(TooLong)?;
        Ok(())
    }
}
