//! The codec: how the values of an interface lie in a message.
//!
//! The layout is fixed by the interface alone: values in declared order, little-endian, each scalar
//! aligned to its own size counted from the start of the message, padding zero. Text, bytes and
//! lists are a 32-bit length and the contents; a value that may be absent is a byte that tells, and
//! the value; a union is its tag and what the variant carries; [`table`]s can grow. Capabilities take no room in the bytes: they travel
//! beside the message, in the order in which they are declared. Chosen over a self-describing
//! format because a fixed layout decodes without a branch per field kind, and because every message
//! then has a greatest size, which the interface compiler holds against the kernel's limit.
//!
//! The decoder trusts nothing: a value has exactly one encoding, and everything else (padding that
//! is not zero, unknown enum values, bits without a name, text that is not UTF-8, bytes or
//! capabilities left over) is [`Malformed`]. It never panics.
//!
//! Values go into a [`Sink`] (a [`Message`](crate::Message) or the slot of a ring) and come out of
//! a [`Decoder`]. [`stub`] holds what the generated clients and dispatchers share.

pub mod batch;
mod decoder;
mod optional;
mod scalar;
mod sequence;
pub mod short;
mod sink;
mod slot;
pub mod stub;
pub mod table;
#[cfg(test)]
mod tests;

pub use decoder::Decoder;
pub use sink::Sink;
pub use slot::{Slot, request, result};

use crate::{TooLong, TransportError};

/// Owned text of at most `N` bytes.
pub type Text<const N: usize> = heapless::String<N>;
/// Owned bytes, at most `N`.
pub type Bytes<const N: usize> = heapless::Vec<u8, N>;
/// An owned list of at most `N` elements.
pub type List<T, const N: usize> = heapless::Vec<T, N>;

/// The bytes are not the encoding of any value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl core::fmt::Display for Malformed {
    fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        out.write_str("the message is malformed")
    }
}

impl core::error::Error for Malformed {}

impl From<Malformed> for TransportError {
    fn from(_: Malformed) -> Self {
        Self::BadAnswer
    }
}

/// A value that can be put into a message.
pub trait Encode {
    /// Appends the value.
    ///
    /// # Errors
    /// [`TooLong`] if it does not fit.
    fn encode<K: Sink + ?Sized>(&self, to: &mut K) -> Result<(), TooLong>;

    /// Appends several values in a row; bytes do so in one copy.
    ///
    /// # Errors
    /// [`TooLong`] if they do not fit.
    #[inline]
    fn encode_all<K: Sink + ?Sized>(values: &[Self], to: &mut K) -> Result<(), TooLong>
    where
        Self: Sized,
    {
        values.iter().try_for_each(|value| value.encode(to))
    }
}

/// A value that can be taken out of a message.
pub trait Decode: Sized {
    /// Takes the next value.
    ///
    /// # Errors
    /// [`Malformed`] if the bytes are not the encoding of such a value.
    fn decode(from: &mut Decoder<'_>) -> Result<Self, Malformed>;

    /// Takes `count` values in a row; bytes do so in one copy.
    ///
    /// # Errors
    /// [`Malformed`] if one of them is malformed or there are more than `N`.
    #[inline]
    fn decode_all<const N: usize>(
        count: usize,
        from: &mut Decoder<'_>,
    ) -> Result<List<Self, N>, Malformed> {
        let mut list = List::new();
        for _ in 0..count {
            list.push(from.get()?).map_err(|_| Malformed)?;
        }
        Ok(list)
    }
}
