//! Tables: members with numbers, each of which may be absent, so that both ends can be of different age.
//!
//! A table is aligned to eight bytes. It begins with a word that holds the number of members in its lower 16
//! bits. Each member is a word, its number in the lower 16 bits and the length of its value in bytes in the
//! next 16, and the value, laid out from the next word on and padded with zeros to a whole word. Members stand
//! in ascending order of their numbers. A reader skips those that it does not know; everything else is as
//! strict as elsewhere: one table has one encoding.

use super::{Decode, Decoder, Encode, Malformed, Sink};
use crate::TooLong;

const WORD: usize = size_of::<u64>();

/// Whether a member was known to the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member {
    /// It was read.
    Known,
    /// It is to be skipped.
    Unknown,
}

/// Writes the word before the members, of which those that are there are told.
///
/// # Errors
/// [`TooLong`] if it does not fit.
pub fn begin<K, const N: usize>(to: &mut K, present: [bool; N]) -> Result<(), TooLong>
where
    K: Sink + ?Sized,
{
    let count = present.into_iter().filter(|is_there| *is_there).count();
    to.put(&u64::try_from(count).map_err(|_| TooLong)?)
}

/// Writes a member if it is there.
///
/// # Errors
/// [`TooLong`] if it does not fit.
pub fn member<K, T>(to: &mut K, number: u16, value: &Option<T>) -> Result<(), TooLong>
where
    K: Sink + ?Sized,
    T: Encode,
{
    let Some(value) = value else {
        return Ok(());
    };
    let mut length = Length(0);
    length.put(value)?;
    let bytes = u16::try_from(length.0).map_err(|_| TooLong)?;
    to.put(&(u64::from(number) | u64::from(bytes) << 16))?;
    to.put(value)?;
    to.align(WORD)
}

/// Reads a table: `take` is given each member's number and value.
///
/// # Errors
/// [`Malformed`] if it is not the encoding of a table.
pub fn members<'a>(
    from: &mut Decoder<'a>,
    mut take: impl FnMut(u16, &mut Decoder<'a>) -> Result<Member, Malformed>,
) -> Result<(), Malformed> {
    let mut last = 0;
    for _ in 0..u16::try_from(from.get::<u64>()?).map_err(|_| Malformed)? {
        let (number, length) = word(from.get()?)?;
        if number <= last {
            return Err(Malformed);
        }
        last = number;
        let mut value = Decoder::of_bytes(from.raw(1, length)?);
        if take(number, &mut value)? == Member::Known && !value.is_at_end() {
            return Err(Malformed);
        }
        from.align(WORD)?;
    }
    Ok(())
}

/// A member's number and length.
fn word(word: u64) -> Result<(u16, usize), Malformed> {
    if word >> 32 != 0 {
        return Err(Malformed);
    }
    Ok((word as u16, usize::from((word >> 16) as u16)))
}

impl Decoder<'_> {
    /// Reads the value of a table's member.
    ///
    /// # Errors
    /// [`Malformed`] if the bytes are not the encoding of one.
    pub fn fill<T: Decode>(&mut self, place: &mut Option<T>) -> Result<Member, Malformed> {
        *place = Some(self.get()?);
        Ok(Member::Known)
    }
}

/// Counts the bytes of a value instead of keeping them.
struct Length(usize);

impl Sink for Length {
    fn append(&mut self, bytes: &[u8]) -> Result<(), TooLong> {
        self.0 = self.0.checked_add(bytes.len()).ok_or(TooLong)?;
        Ok(())
    }

    fn align(&mut self, alignment: usize) -> Result<(), TooLong> {
        self.0 = self.0.checked_next_multiple_of(alignment).ok_or(TooLong)?;
        Ok(())
    }
}
