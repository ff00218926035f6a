//! Owned text, bytes and lists as values.

use super::{Decode, Decoder, Encode, List, Malformed, Sink, Text};
use crate::TooLong;

impl<const N: usize> Encode for Text<N> {
    #[inline]
    fn encode<K: Sink + ?Sized>(&self, to: &mut K) -> Result<(), TooLong> {
        to.text::<N>(self)
    }
}

impl<const N: usize> Decode for Text<N> {
    #[inline]
    fn decode(from: &mut Decoder<'_>) -> Result<Self, Malformed> {
        from.owned_text()
    }
}

impl<T: Encode, const N: usize> Encode for List<T, N> {
    #[inline]
    fn encode<K: Sink + ?Sized>(&self, to: &mut K) -> Result<(), TooLong> {
        to.list::<T, N>(self)
    }
}

impl<T: Decode, const N: usize> Decode for List<T, N> {
    #[inline]
    fn decode(from: &mut Decoder<'_>) -> Result<Self, Malformed> {
        from.list()
    }
}
