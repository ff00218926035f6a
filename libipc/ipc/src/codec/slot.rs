//! Values inside the slots of a ring: 40 bytes for arguments, 4 for a result, no capabilities.

use libipc_ring::{INLINE_WORDS, Inline, Outcome, Request};
use zerocopy::IntoBytes;

use super::{Decode, Decoder, Malformed, Sink};
use crate::{Error, TooLong, TransportError, label};

const BYTES: usize = INLINE_WORDS * size_of::<u64>();

/// Makes the ring's request that corresponds to a call with this label and these arguments.
///
/// # Errors
/// [`TooLong`] if they do not fit; the interface compiler refuses methods of which this can happen.
#[inline]
pub fn request(
    label: u32,
    encode: impl FnOnce(&mut Slot) -> Result<(), TooLong>,
) -> Result<Request, TooLong> {
    let mut slot = Slot {
        inline: [0; INLINE_WORDS],
        length: 0,
    };
    encode(&mut slot)?;
    Ok(Request {
        op: label,
        words: slot.length.div_ceil(size_of::<u64>()) as u32,
        inline: slot.inline,
    })
}

/// Reads a completion as the answer of a method with result `R` and error `E`.
///
/// # Errors
/// The method's own error, or why no answer of it came.
#[inline]
pub fn result<R: Decode, E: Decode>(outcome: Outcome) -> Result<R, Error<E>> {
    let value = outcome.value.to_le_bytes();
    match outcome.status {
        label::OK => Ok(whole(&value).map_err(TransportError::from)?),
        label::ERROR => Err(Error::Server(whole(&value).map_err(TransportError::from)?)),
        other => {
            let error = TransportError::from_label(other);
            Err(error.unwrap_or(TransportError::BadAnswer).into())
        }
    }
}

/// One value with only zeros behind it.
#[inline]
fn whole<T: Decode>(bytes: &[u8; size_of::<u32>()]) -> Result<T, Malformed> {
    let mut decoder = Decoder::of_bytes(bytes);
    let value = decoder.get()?;
    let rest = u32::from_le_bytes(*bytes).checked_shr(8 * decoder.taken() as u32);
    if rest.unwrap_or(0) == 0 {
        Ok(value)
    } else {
        Err(Malformed)
    }
}

/// The payload of a request while it is written: in the words that travel, so that nothing is copied afterwards.
#[derive(Debug)]
pub struct Slot {
    inline: Inline,
    length: usize,
}

impl Sink for Slot {
    #[inline]
    fn append(&mut self, bytes: &[u8]) -> Result<(), TooLong> {
        let end = self.length.checked_add(bytes.len()).ok_or(TooLong)?;
        let place = self.inline.as_mut_bytes().get_mut(self.length..end);
        let place = place.ok_or(TooLong)?;
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

    #[inline]
    fn scalar(&mut self, number: u64, size: usize) -> Result<(), TooLong> {
        let at = self.length.next_multiple_of(size);
        let word = self.inline.get_mut(at / size_of::<u64>());
        let shift = u8::BITS * (at % size_of::<u64>()) as u32;
        // The words are zero where nothing was put.
        *word.ok_or(TooLong)? |= (number << shift).to_le();
        self.length = at + size;
        Ok(())
    }
}
