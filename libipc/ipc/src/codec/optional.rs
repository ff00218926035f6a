//! Values that may be absent: a byte, 0 or 1, and the value behind a 1.

use super::{Decode, Decoder, Encode, Malformed, Sink};
use crate::TooLong;

impl<T: Encode> Encode for Option<T> {
    #[inline]
    fn encode<K: Sink + ?Sized>(&self, to: &mut K) -> Result<(), TooLong> {
        to.optional(self.as_ref(), |to, value| to.put(value))
    }
}

impl<T: Decode> Decode for Option<T> {
    #[inline]
    fn decode(from: &mut Decoder<'_>) -> Result<Self, Malformed> {
        from.optional(|from| from.get())
    }
}
