//! Tests of the codec: layout, refusals, and no panic on any bytes.

extern crate std;

use std::vec::Vec;

use proptest::prelude::*;

use libipc_ring::Outcome;

use super::*;
use crate::{Error, Message, label};

type Encoding = Result<(), TooLong>;

fn encoded(encode: impl FnOnce(&mut Message) -> Encoding) -> Vec<u8> {
    let mut message = Message::new(1);
    encode(&mut message).expect("the value fits");
    message.payload().to_vec()
}

fn decoded<R>(
    bytes: &[u8],
    decode: impl FnOnce(&mut Decoder<'_>) -> Result<R, Malformed>,
) -> Result<R, Malformed> {
    let mut decoder = Decoder::of_bytes(bytes);
    let value = decode(&mut decoder)?;
    decoder.finish()?;
    Ok(value)
}

#[test]
fn scalars_are_little_endian_and_aligned_to_their_size() {
    let bytes = encoded(|to| {
        to.put(&1_u8)?;
        to.put(&0x0203_u16)?;
        to.put(&4_u8)?;
        to.put(&0x0506_0708_u32)?;
        to.put(&-1_i64)
    });
    let expected = [
        1, 0, 3, 2, 4, 0, 0, 0, 8, 7, 6, 5, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255,
    ];
    assert_eq!(bytes, expected);
}

/// Bytes that may lie anywhere, and three words of which the last one is used up to its second byte.
const WORDS: ([u64; 3], usize) = ([1 << 56, 0x0807_0605_0403_0201, 0xbeef], 18);

#[test]
fn words_lie_as_their_values_would_one_by_one() {
    let by_words = encoded(|to| {
        to.put(&9_u8)?;
        to.words(WORDS.0, WORDS.1)?;
        to.put(&7_u8)?;
        to.put(&0x0a0b_u16)
    });
    let one_by_one = encoded(|to| {
        to.put(&9_u8)?;
        to.put(&WORDS.0[0])?;
        to.put(&0x0403_0201_u32)?;
        to.put(&0x0605_u16)?;
        to.put(&0x07_u8)?;
        to.put(&0x08_u8)?;
        to.put(&0xbeef_u16)?;
        to.put(&7_u8)?;
        to.put(&0x0a0b_u16)
    });
    assert_eq!(by_words, one_by_one);
    assert_eq!(encoded(|to| to.words([5], 8)), [5, 0, 0, 0, 0, 0, 0, 0]);
    let mut message = Message::new(1);
    assert_eq!(Sink::words(&mut message, [1], 9), Err(TooLong));
    message.append(&[1; 2041]).expect("the value fits");
    assert_eq!(Sink::words(&mut message, [1], 1), Err(TooLong));
    assert_eq!(message.put(&1_u64), Err(TooLong));
    assert_eq!(message.put(&1_u32), Ok(()));
    assert_eq!(message.length(), 2048);
}

#[test]
fn words_are_taken_wherever_their_bytes_lie_and_what_is_behind_them_is_left() {
    let bytes = encoded(|to| {
        to.words(WORDS.0, WORDS.1)?;
        to.put(&0x0a0b_u16)
    });
    let take = |from: &mut Decoder<'_>| {
        let words = from.words(WORDS.1, Some)?;
        Ok((words, from.get::<u16>()?))
    };
    // Behind a byte that is left out they do not lie at whole words in one of the two.
    let moved: Vec<u8> = [0].into_iter().chain(bytes.iter().copied()).collect();
    for bytes in [&bytes[..], &moved[1..]] {
        assert_eq!(decoded(bytes, take), Ok((WORDS.0, 0x0a0b)));
    }
    assert_eq!(
        decoded(&bytes[..18], |from| from.words(WORDS.1, Some)),
        Ok(WORDS.0)
    );
    assert_eq!(
        decoded(&bytes[..17], |from| from.words::<3, _>(WORDS.1, Some)),
        Err(Malformed)
    );
    assert_eq!(
        decoded(&bytes[..18], |from| from.words::<3, ()>(WORDS.1, |_| None)),
        Err(Malformed)
    );
    let behind = |from: &mut Decoder<'_>| {
        from.get::<u8>()?;
        from.words::<1, _>(8, Some)
    };
    assert_eq!(
        decoded(&[1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0], behind),
        Ok([2])
    );
    assert_eq!(
        decoded(&[1, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0], behind),
        Err(Malformed)
    );
}

#[test]
fn text_and_lists_are_a_length_and_their_contents() {
    let bytes = encoded(|to| {
        to.text::<8>("hé")?;
        to.put(&9_u8)?;
        to.list::<u16, 3>(&[7, 8])
    });
    assert_eq!(
        bytes,
        [3, 0, 0, 0, b'h', 0xc3, 0xa9, 9, 2, 0, 0, 0, 7, 0, 8, 0]
    );
}

#[test]
fn text_beyond_its_bound_is_refused_by_both_sides() {
    assert_eq!(Message::new(1).text::<3>("four"), Err(TooLong));
    let four = encoded(|to| to.text::<4>("four"));
    assert_eq!(
        decoded(&four, |from| from.owned_text::<3>()),
        Err(Malformed)
    );
}

#[test]
fn text_and_bytes_are_taken_where_they_lie_up_to_their_bound() {
    let four = encoded(|to| to.text::<4>("four"));
    assert_eq!(decoded(&four, |from| from.text::<4>().map(str::len)), Ok(4));
    assert_eq!(
        decoded(&four, |from| from.text::<3>().map(str::len)),
        Err(Malformed)
    );
    assert_eq!(
        decoded(&four, |from| from.bytes::<4>().map(<[u8]>::len)),
        Ok(4)
    );
    assert_eq!(
        decoded(&four, |from| from.bytes::<3>().map(<[u8]>::len)),
        Err(Malformed)
    );
}

#[test]
fn text_that_is_not_utf8_is_malformed() {
    let bytes = encoded(|to| to.bytes::<4>(&[0xff, 0xfe]));
    assert_eq!(
        decoded(&bytes, |from| from.owned_text::<4>()),
        Err(Malformed)
    );
}

#[test]
fn padding_that_is_not_zero_is_malformed() {
    let both = |from: &mut Decoder<'_>| Ok((from.get::<u8>()?, from.get::<u16>()?));
    assert_eq!(decoded(&[1, 0, 2, 0], both), Ok((1, 2)));
    assert_eq!(decoded(&[1, 9, 2, 0], both), Err(Malformed));
}

#[test]
fn only_the_rest_of_the_last_word_may_be_left_over_and_is_zero() {
    let one = |from: &mut Decoder<'_>| from.get::<u8>();
    assert_eq!(decoded(&[5, 0, 0, 0, 0, 0, 0, 0], one), Ok(5));
    assert_eq!(decoded(&[5, 0, 0, 0, 0, 0, 0, 1], one), Err(Malformed));
    assert_eq!(decoded(&[5, 0, 0, 0, 0, 0, 0, 0, 0], one), Err(Malformed));
}

#[test]
fn a_truth_value_is_zero_or_one() {
    assert_eq!(decoded(&[1], |from| from.get()), Ok(true));
    assert_eq!(decoded(&[2], |from| from.get::<bool>()), Err(Malformed));
}

#[test]
fn a_slot_of_a_ring_holds_forty_bytes() {
    let full = request(9, |to| to.list::<u64, 4>(&[1, 2, 3, 4])).expect("exactly 40 bytes");
    assert_eq!((full.op, full.words, full.inline), (9, 5, [4, 1, 2, 3, 4]));
    assert_eq!(request(9, |to| to.bytes::<64>(&[1; 37])), Err(TooLong));
    assert_eq!(request(9, |_| Ok(())).expect("nothing").words, 0);
}

#[test]
fn a_completion_is_read_as_the_answer_of_a_call() {
    let read = |status, value| result::<u16, u32>(Outcome { status, value });
    assert_eq!(read(label::OK, 7), Ok(7));
    assert_eq!(read(label::ERROR, 3), Err(Error::Server(3)));
    let malformed = Err(Error::Transport(TransportError::BadAnswer));
    assert_eq!(read(label::OK, 0x1_0007), malformed, "more than the result");
    let dead = Err(Error::Transport(TransportError::Abandoned));
    assert_eq!(read(label::ABANDONED, 0), dead);
}

#[test]
fn a_capability_too_many_is_malformed_and_so_is_one_too_few() {
    let mut message = Message::new(1);
    let item = crate::CapItem::moved(crate::CPtr(0));
    message.append_cap(item).expect("the first");
    let mut received = Message::new(0);
    message.deliver_to(&mut received);
    assert!(Decoder::of(&mut received).cap::<()>().is_err());

    message
        .append_cap(crate::CapItem::moved(crate::CPtr(9)))
        .expect("the first");
    message.deliver_to(&mut received);
    assert_eq!(Decoder::of(&mut received).finish(), Err(Malformed));
}

#[derive(Debug, PartialEq)]
struct Everything {
    small: u8,
    text: Text<16>,
    wide: i64,
    list: List<u16, 4>,
    flag: bool,
    data: Bytes<32>,
}

impl Everything {
    fn encode(&self, to: &mut Message) -> Encoding {
        to.put(&self.small)?;
        to.put(&self.text)?;
        to.put(&self.wide)?;
        to.put(&self.list)?;
        to.put(&self.flag)?;
        to.put(&self.data)
    }

    fn decode(from: &mut Decoder<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            small: from.get()?,
            text: from.get()?,
            wide: from.get()?,
            list: from.get()?,
            flag: from.get()?,
            data: from.get()?,
        })
    }
}

proptest! {
    #[test]
    fn any_bytes_decode_to_nothing_or_to_what_encodes_to_them(
        bytes in proptest::collection::vec(prop_oneof![Just(0), 0..5_u8, any::<u8>()], 0..96)
    ) {
        if let Ok(value) = decoded(&bytes, Everything::decode) {
            let again = encoded(|to| value.encode(to));
            prop_assert_eq!(&bytes[..again.len()], again.as_slice());
        }
    }

    #[test]
    fn what_is_encoded_decodes_to_the_same(
        small in any::<u8>(), text in "[a-zé]{0,8}", wide in any::<i64>(), flag in any::<bool>(),
        list in proptest::collection::vec(any::<u16>(), 0..=4),
        data in proptest::collection::vec(any::<u8>(), 0..=32)
    ) {
        let value = Everything {
            small,
            text: Text::try_from(text.as_str()).expect("at most 16 bytes"),
            wide,
            list: List::from_slice(&list).expect("at most 4"),
            flag,
            data: Bytes::from_slice(&data).expect("at most 32"),
        };
        let bytes = encoded(|to| value.encode(to));
        prop_assert_eq!(decoded(&bytes, Everything::decode), Ok(value));
    }
}
