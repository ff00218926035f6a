//! Values to try the codec with, and the try.

use libipc::codec::{Bytes, Decode, Decoder, Encode, List, Sink as _, Text};
use libipc::{MAX_BYTES, Message};

/// Pseudo-random numbers (splitmix64): the same seed gives the same values.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Numbers that begin with a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 if `end` is.
    pub fn below(&mut self, end: u64) -> u64 {
        self.number().checked_rem(end).unwrap_or(0)
    }

    /// One of several.
    ///
    /// # Panics
    /// If there are none.
    pub fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }

    /// A value.
    pub fn value<T: Sample>(&mut self) -> T {
        T::sample(self)
    }
}

/// Something of which there are values to try.
pub trait Sample {
    /// Makes a value; extremes are as likely as what lies between.
    fn sample(random: &mut Random) -> Self;
}

macro_rules! integers {
    ($($type:ty),+) => {$(
        impl Sample for $type {
            fn sample(random: &mut Random) -> Self {
                match random.below(4) {
                    0 => <$type>::MIN,
                    1 => <$type>::MAX,
                    _ => random.number() as $type,
                }
            }
        }
    )+};
}

integers!(u8, u16, u32, u64, i8, i16, i32, i64);

impl Sample for bool {
    fn sample(random: &mut Random) -> Self {
        random.below(2) == 1
    }
}

impl<T: Sample> Sample for Option<T> {
    fn sample(random: &mut Random) -> Self {
        random.value::<bool>().then(|| random.value())
    }
}

impl<const N: usize> Sample for Text<N> {
    fn sample(random: &mut Random) -> Self {
        let length = length(random, N);
        let mut text = Self::new();
        while text.len() < length {
            let letter = random.one_of(&['a', 'Z', ' ', '\0', 'é', '中', '🦀']);
            if text.push(letter).is_err() {
                break;
            }
        }
        text
    }
}

impl<T: Sample, const N: usize> Sample for List<T, N> {
    fn sample(random: &mut Random) -> Self {
        let length = length(random, N);
        (0..length).map(|_| random.value()).collect()
    }
}

/// Nothing, all, or something between.
fn length(random: &mut Random, most: usize) -> usize {
    match random.below(4) {
        0 => 0,
        1 => most,
        _ => random.below(most as u64) as usize,
    }
}

/// How many encodings a value has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encodings {
    /// Just one.
    One,
    /// Several: a table has some in which members that nobody knows are skipped.
    Several,
}

/// Puts a value into a message, takes it out, and does the same with the bytes changed in one place: those
/// are no value, or one that has just these bytes if it has one encoding.
///
/// # Panics
/// If something else comes out than went in.
pub fn round_trip<T>(random: &mut Random, encodings: Encodings)
where
    T: Sample + Encode + Decode + PartialEq + core::fmt::Debug,
{
    let value: T = random.value();
    let Some(bytes) = encoded(&value) else {
        return;
    };
    let again = decoded::<T>(&bytes);
    assert!(
        again.as_ref() == Some(&value),
        "{value:?} came back as {again:?}"
    );
    if let Some(place) = bytes.len().checked_sub(1) {
        let place = random.below(place as u64 + 1) as usize;
        let mut changed = bytes.clone();
        changed[place] ^= 1 << random.below(8);
        if let Some(other) = decoded::<T>(&changed) {
            let bytes = encoded(&other);
            // Up to seven zeros behind a value are the rest of a message's last word.
            let rest = bytes
                .as_ref()
                .and_then(|bytes| changed.strip_prefix(bytes.as_slice()));
            let is_same = rest.is_some_and(|rest| rest.iter().all(|byte| *byte == 0));
            assert!(
                is_same || encodings == Encodings::Several,
                "{other:?} has two encodings"
            );
        }
    }
}

/// The bytes of a value; `None` if it does not fit in a message.
fn encoded<T: Encode>(value: &T) -> Option<Bytes<MAX_BYTES>> {
    let mut message = Message::new(0);
    message.put(value).ok()?;
    Bytes::from_slice(message.payload()).ok()
}

fn decoded<T: Decode>(bytes: &[u8]) -> Option<T> {
    let mut decoder = Decoder::of_bytes(bytes);
    let value = decoder.get().ok()?;
    decoder.finish().ok()?;
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{counter, mocks, vfs};
    use alloc::boxed::Box;
    use libipc::{Error, TransportError};

    #[test]
    fn every_type_of_every_interface_comes_back_as_it_went_in() {
        let mut random = Random::new(1);
        for _ in 0..300 {
            mocks::round_trips(&mut random);
        }
    }

    #[test]
    fn a_failing_server_fails_every_method_and_abandons_those_that_have_no_error() {
        let error = counter::Error::Overflow;
        let server = libipc_mock::Mock::new(mocks::counter::Failing(error));
        let client = counter::Client::new(server.connect(1));
        assert_eq!(client.add(1), Err(Error::Server(error)));
        assert_eq!(client.get(), Err(TransportError::Abandoned));
        let other = vfs::Client::new(server.connect(1));
        assert_eq!(other.close(1), Err(TransportError::WrongInterface.into()));
    }

    #[test]
    fn a_mock_does_what_the_test_says() {
        let mut sum = 0;
        let server = mocks::counter::Mock {
            add: Box::new(move |_, by| {
                sum += by;
                Ok(sum)
            }),
            ..Default::default()
        };
        let server = libipc_mock::Mock::new(counter::Dispatcher(server));
        let client = counter::Client::new(server.connect(1));
        assert_eq!((client.add(2), client.add(3)), (Ok(2), Ok(5)));
    }

    #[test]
    #[should_panic = "`counter.get` was called, which the test does not expect"]
    fn a_mock_refuses_what_the_test_does_not_expect() {
        let server = mocks::counter::Mock::default();
        let server = libipc_mock::Mock::new(counter::Dispatcher(server));
        let _ = counter::Client::new(server.connect(1)).get();
    }
}
