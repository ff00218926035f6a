//! Values to try the codec and the server's side with, and the tries.

use libipc::abi::{MessageInfo, REGISTER_WORDS};
use libipc::codec::{Bytes, Decode, Decoder, Encode, List, Sink as _, Text};
use libipc::{
    CPtr, Caller, Cap, Deferral, MAX_BYTES, Message, ReplyToken, Request, Service, Short, Spare,
    TooLong, label,
};

/// Pseudo-random numbers (splitmix64): the same seed gives the same values.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
    handed: u64,
}

impl Random {
    /// Numbers that begin with a seed.
    pub const fn new(seed: u64) -> Self {
        Self {
            state: seed,
            handed: 0,
        }
    }

    /// How many requests were handed to services by [`attack`].
    pub const fn handed(&self) -> u64 {
        self.handed
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
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

    /// The word that names a lent buffer of at most `most` bytes.
    pub fn place(&mut self, most: u32) -> u64 {
        let length = self.below(u64::from(most) + 1);
        (length << 32) | u64::from(self.value::<u32>())
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

/// One of a slot in which nothing is.
impl<K> Sample for Cap<K> {
    fn sample(_: &mut Random) -> Self {
        Self::from_slot(CPtr(1))
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

/// Writes the arguments of the method that a label names.
pub type Arguments = fn(u32, &mut Random, &mut Message) -> Result<(), TooLong>;

/// Hands a request to a service: one of the methods that `labels` name, with arguments that it can have, or a request
/// that was such a one until a bit of it was changed, or its end cut off.
///
/// # Panics
/// If one that is right is malformed or unknown, or any is not answered.
pub fn attack<S: Service>(
    random: &mut Random,
    labels: &[u32],
    arguments: Arguments,
    service: &mut S,
) {
    let label = random.one_of(labels);
    let mut sent = Message::new(label);
    if arguments(label, random, &mut sent).is_err() {
        // Some values are longer than a message, together.
        return;
    }
    random.handed += 1;
    let is_right: bool = random.value();
    if !is_right {
        sent = spoilt(random, &sent);
    }
    let caller = Caller::new(random.value(), random.value());
    if let Some(short) = short(&sent) {
        // What it does not answer comes again in full, as on the target.
        if let Some(answer) = service.short(caller, short) {
            assert!(answer.info.label() <= label::SKIPPED);
            return;
        }
    }
    let mut message = Message::new(0);
    sent.deliver_to(&mut message);
    let mut right = Some(ReplyToken::new(0, |_, _| {}));
    service.request(Request {
        caller,
        message: &mut message,
        deferral: Deferral::new(&mut right, Spare::Available),
    });
    let Some(right) = right else {
        return;
    };
    right.disarm();
    let answered = message.label();
    assert!(answered <= label::SKIPPED, "{label:#x} was not answered");
    let is_understood = answered != label::MALFORMED && answered != label::UNKNOWN_METHOD;
    assert!(is_understood || !is_right, "{label:#x} was not understood");
}

/// A request of which a part was changed.
fn spoilt(random: &mut Random, sent: &Message) -> Message {
    let mut bytes: Bytes<MAX_BYTES> = Bytes::from_slice(sent.payload()).unwrap_or_default();
    let place = random.below(bytes.len() as u64) as usize;
    let mut label = sent.label();
    match (random.below(4), bytes.get_mut(place)) {
        (0, _) => label ^= 1 << random.below(32),
        (1, _) => bytes.truncate(place),
        (2, Some(byte)) => *byte ^= 1 << random.below(8),
        (_, Some(byte)) => *byte = random.value(),
        (_, None) => label ^= 1,
    }
    let mut spoilt = Message::new(label);
    // It was no longer before. Its capabilities are lost.
    let _ = spoilt.append(&bytes);
    spoilt
}

/// A request as it travels in registers, if it does.
fn short(sent: &Message) -> Option<Short> {
    let bytes = sent.payload();
    let mut words = [0; REGISTER_WORDS];
    let room = words.get_mut(..bytes.len().div_ceil(size_of::<u64>()))?;
    let count = room.len();
    for (word, part) in room.iter_mut().zip(bytes.chunks(size_of::<u64>())) {
        let mut padded = [0; size_of::<u64>()];
        padded.get_mut(..part.len())?.copy_from_slice(part);
        *word = u64::from_le_bytes(padded);
    }
    Some(Short::new(MessageInfo::new(sent.label(), count, 0), words))
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
    extern crate std;

    use super::*;
    use crate::{clock, counter, mocks, vfs};
    use alloc::boxed::Box;
    use libipc::{Error, TransportError};
    use proptest::prelude::*;

    #[test]
    fn every_type_of_every_interface_comes_back_as_it_went_in() {
        let mut random = Random::new(1);
        for _ in 0..300 {
            mocks::round_trips(&mut random);
        }
    }

    #[test]
    fn every_server_answers_what_is_right_and_survives_what_is_not() {
        let mut random = Random::new(1);
        for _ in 0..if cfg!(miri) { 10 } else { 200 } {
            mocks::attacks(&mut random);
        }
    }

    #[test]
    #[ignore = "takes minutes, optimized half a one"]
    fn every_server_survives_ten_million_requests() {
        let mut random = Random::new(7);
        while random.handed() < 10_000_000 {
            mocks::attacks(&mut random);
        }
        let requests = random.handed();
        std::println!("{requests} requests, whole and spoilt: all were answered");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 1 } else { 16 }))]

        #[test]
        fn every_server_survives_requests_made_at_random(seed in any::<u64>()) {
            let mut random = Random::new(seed);
            for _ in 0..if cfg!(miri) { 1 } else { 10 } {
                mocks::attacks(&mut random);
            }
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
    fn a_mock_fails_as_the_test_says() {
        let watch = mocks::clock::Mock {
            now: Box::new(|_| Err(clock::Error::Unset)),
        };
        let server = libipc_mock::Mock::new(clock::Dispatcher(watch));
        let client = clock::Client::new(server.connect(1));
        assert_eq!(client.now(), Err(Error::Server(clock::Error::Unset)));
    }

    #[test]
    #[should_panic = "`counter.get` was called, which the test does not expect"]
    fn a_mock_refuses_what_the_test_does_not_expect() {
        let server = mocks::counter::Mock::default();
        let server = libipc_mock::Mock::new(counter::Dispatcher(server));
        let _ = counter::Client::new(server.connect(1)).get();
    }
}
