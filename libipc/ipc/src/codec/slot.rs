//! Values inside the slots of a ring: 40 bytes for arguments, 4 for a result, no capabilities.

use libipc_ring::{INLINE_WORDS, Outcome, Request};

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
        bytes: [0; BYTES],
        length: 0,
    };
    encode(&mut slot)?;
    let used = slot.bytes.get(..slot.length).ok_or(TooLong)?;
    Request::from_bytes(label, used).ok_or(TooLong)
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
fn whole<T: Decode>(bytes: &[u8]) -> Result<T, Malformed> {
    let mut decoder = Decoder::of_bytes(bytes);
    let value = decoder.get()?;
    decoder.finish()?;
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
