//! Integers, truth values, and what does not exist.

use core::convert::Infallible;

use super::{Decode, Decoder, Encode, List, Malformed, Sink};
use crate::TooLong;

macro_rules! integers {
    ($($type:ty as $unsigned:ty),+) => {$(
        impl Encode for $type {
            #[inline]
            fn encode<K: Sink + ?Sized>(&self, to: &mut K) -> Result<(), TooLong> {
                to.scalar(u64::from(*self as $unsigned), size_of::<$type>())
            }
        }

        impl Decode for $type {
            #[inline]
            fn decode(from: &mut Decoder<'_>) -> Result<Self, Malformed> {
                let bytes = from.raw(size_of::<$type>(), size_of::<$type>())?;
                bytes.try_into().map(<$type>::from_le_bytes).map_err(|_| Malformed)
            }
        }
    )+};
}

integers!(
    u16 as u16, u32 as u32, u64 as u64, i8 as u8, i16 as u16, i32 as u32, i64 as u64
);

impl Encode for u8 {
    #[inline]
    fn encode<K: Sink + ?Sized>(&self, to: &mut K) -> Result<(), TooLong> {
        to.scalar(u64::from(*self), 1)
    }

    #[inline]
    fn encode_all<K: Sink + ?Sized>(values: &[Self], to: &mut K) -> Result<(), TooLong> {
        to.append(values)
    }
}

impl Decode for u8 {
    #[inline]
    fn decode(from: &mut Decoder<'_>) -> Result<Self, Malformed> {
        from.raw(1, 1)?.first().copied().ok_or(Malformed)
    }

    #[inline]
    fn decode_all<const N: usize>(
        count: usize,
        from: &mut Decoder<'_>,
    ) -> Result<List<Self, N>, Malformed> {
        List::from_slice(from.raw(1, count)?).map_err(|_| Malformed)
    }
}

impl Encode for bool {
    #[inline]
    fn encode<K: Sink + ?Sized>(&self, to: &mut K) -> Result<(), TooLong> {
        to.put(&u8::from(*self))
    }
}

impl Decode for bool {
    #[inline]
    fn decode(from: &mut Decoder<'_>) -> Result<Self, Malformed> {
        match from.get::<u8>()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Malformed),
        }
    }
}

/// The result of methods that have none.
impl Decode for () {
    #[inline]
    fn decode(_: &mut Decoder<'_>) -> Result<Self, Malformed> {
        Ok(())
    }
}

/// The error of methods that have none.
impl Encode for Infallible {
    fn encode<K: Sink + ?Sized>(&self, _: &mut K) -> Result<(), TooLong> {
        match *self {}
    }
}

/// The error of methods that have none: an answer that claims one is malformed.
impl Decode for Infallible {
    fn decode(_: &mut Decoder<'_>) -> Result<Self, Malformed> {
        Err(Malformed)
    }
}
