//! What a server tells of one method.

use super::READ;
use crate::codec::{Decode, Decoder, Encode, Malformed, Sink};
use crate::{Message, TooLong, Transport, TransportError};

/// How many buckets a histogram has.
pub const BUCKETS: usize = 32;

/// How often a method ran, and how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The label of its requests: interface and ordinal.
    pub label: u32,
    /// How often it ran.
    pub calls: u64,
    /// How long in all, in ticks.
    pub ticks: u64,
    /// How long at most.
    pub longest: u64,
    /// How many of the calls took at least 2ⁿ ticks and less than twice as many, for each n; the last bucket has all
    /// that took longer.
    pub buckets: [u32; BUCKETS],
}

impl Reading {
    /// The bucket of a time.
    pub const fn bucket(ticks: u64) -> usize {
        let log2 = match ticks.checked_ilog2() {
            Some(log2) => log2 as usize,
            None => 0,
        };
        if log2 < BUCKETS { log2 } else { BUCKETS - 1 }
    }
}

impl Encode for Reading {
    fn encode<K: Sink + ?Sized>(&self, to: &mut K) -> Result<(), TooLong> {
        to.put(&self.label)?;
        to.put(&self.calls)?;
        to.put(&self.ticks)?;
        to.put(&self.longest)?;
        self.buckets.iter().try_for_each(|bucket| to.put(bucket))
    }
}

impl Decode for Reading {
    fn decode(from: &mut Decoder<'_>) -> Result<Self, Malformed> {
        let mut reading = Self {
            label: from.get()?,
            calls: from.get()?,
            ticks: from.get()?,
            longest: from.get()?,
            buckets: [0; BUCKETS],
        };
        for bucket in &mut reading.buckets {
            *bucket = from.get()?;
        }
        Ok(reading)
    }
}

/// Reads what a server counted for the method with a place; `None` behind the last.
///
/// # Errors
/// Why there is no answer; [`TransportError::WrongInterface`] if the server does not count.
pub fn read<T: Transport + ?Sized>(
    transport: &T,
    place: u64,
) -> Result<Option<Reading>, TransportError> {
    let mut message = Message::new(READ);
    message.put(&place)?;
    transport.call(&mut message)?;
    if message.payload().is_empty() {
        return Ok(None);
    }
    let mut decoder = Decoder::of(&mut message);
    let reading = decoder.get()?;
    decoder.finish()?;
    Ok(Some(reading))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_the_power_of_two_below_a_time() {
        let buckets = [0, 1, 2, 3, 4, 1023, 1024, 1 << 31, u64::MAX].map(Reading::bucket);
        assert_eq!(buckets, [0, 0, 1, 1, 2, 9, 10, 31, 31]);
    }
}
