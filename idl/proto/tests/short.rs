//! The way of short messages answers as the way of all others does, whatever comes.

use libipc::abi::MessageInfo;
use libipc::codec::Text;
use libipc::{Caller, Deferral, Message, Request, Service, Short, Spare, label};
use libipc_mock::Mock;
use proptest::prelude::*;

#[allow(
    dead_code,
    unreachable_pub,
    reason = "modules of a library, not all of which is called here"
)]
mod golden;

use golden::short::{
    self, Client, Dispatcher, Error, Flags, Inner, Kind, Outer, Server, Six, Three,
};

/// Turns everything round.
struct Mirror;

impl Server for Mirror {
    fn mix(
        &mut self,
        _: Caller,
        a: i8,
        outer: Outer,
        b: i64,
        c: u16,
    ) -> Result<(u16, i64, Outer, i8), Error> {
        match c % 2 {
            0 => Ok((c, b, outer, a)),
            _ => Err(Error::Odd),
        }
    }

    fn six(&mut self, _: Caller, words: Six) -> Six {
        Six {
            first: words.second,
            second: words.first,
        }
    }

    fn nothing(&mut self, _: Caller) {}

    fn turn(&mut self, _: Caller, on: bool) -> bool {
        !on
    }

    fn seven(&mut self, _: Caller, _: Six, seventh: u8) -> u8 {
        seventh
    }

    fn name(&mut self, _: Caller, number: Option<u32>) -> Text<8> {
        let name = if number.is_some() { "some" } else { "none" };
        Text::try_from(name).expect("short")
    }
}

/// What the way of all messages answers, as a short message.
fn long(request: Short) -> Short {
    let mut received = Message::new(0);
    Message::of_short(request).deliver_to(&mut received);
    let mut right = None;
    Dispatcher(Mirror).request(Request {
        caller: Caller::new(1, 0),
        message: &mut received,
        deferral: Deferral::new(&mut right, Spare::Exhausted),
    });
    received.to_short().expect("these answers are short")
}

fn agrees(request: Short) {
    let long = long(request);
    match Dispatcher(Mirror).short(Caller::new(1, 0), request) {
        Some(short) => assert_eq!(short, long, "{request:x?}"),
        None => {
            let is_long = matches!(
                request.info.label(),
                short::labels::SEVEN | short::labels::NAME
            );
            assert!(
                is_long || long.info.label() >= label::UNKNOWN_METHOD,
                "{request:x?}"
            );
        }
    }
}

/// Words that are often nearly right.
fn word() -> impl Strategy<Value = u64> {
    prop_oneof![
        any::<u64>(),
        Just(0),
        0..256_u64,
        any::<u32>().prop_map(u64::from),
        any::<u32>().prop_map(|high| u64::from(high) << 32),
        (any::<u8>(), any::<i32>()).prop_map(|(low, high)| u64::from(low) | (high as u64) << 32),
        (any::<u16>(), 0..3_u64, 0..9_u64)
            .prop_map(|(flags, on, kind)| u64::from(flags & 0x8001) | on << 16 | kind << 24),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_words_are_answered_alike(
        ordinal in 1..8_u16,
        count in 0..7_usize,
        mut words in [word(), word(), word(), word(), word(), word()],
    ) {
        words.iter_mut().skip(count).for_each(|word| *word = 0);
        let label = libipc::request_label(short::INTERFACE.id, ordinal);
        agrees(Short::request(label, count, words));
    }

    #[test]
    fn values_come_back_as_they_were_given(
        (a, b, c) in any::<(i8, i64, u16)>(),
        (tag, value, on) in any::<(u8, i32, bool)>(),
    ) {
        let client = Client::new(Mock::new(Dispatcher(Mirror)).connect(1));
        let inner = Inner { tag, value };
        let kind = if on { Kind::Left } else { Kind::Right };
        let flags = if a < 0 { Flags::HIGH } else { Flags::ALL };
        let outer = Outer { inner, flags, on, kind };
        let expected = match c % 2 {
            0 => Ok((c, b, outer.clone(), a)),
            _ => Err(libipc::Error::Server(Error::Odd)),
        };
        prop_assert_eq!(client.mix(a, &outer, b, c), expected);
        prop_assert_eq!(client.turn(on), Ok(!on));
    }
}

#[test]
fn messages_that_fit_in_registers_take_the_short_way_and_no_others() {
    let mut server = Dispatcher(Mirror);
    let mut is_short = |label, count| {
        let request = Short::new(MessageInfo::new(label, count, 0), [0; 6]);
        server.short(Caller::new(1, 0), request).is_some()
    };
    assert!(is_short(short::labels::SIX, 6) && is_short(short::labels::NOTHING, 0));
    assert!(is_short(short::labels::TURN, 1));
    assert!(!is_short(short::labels::SEVEN, 6) && !is_short(short::labels::NAME, 1));
    let client = Client::new(Mock::new(Dispatcher(Mirror)).connect(1));
    let three = |first| Three {
        a: first,
        b: first + 1,
        c: u64::MAX - first,
    };
    let six = |first, second| Six {
        first: three(first),
        second: three(second),
    };
    assert_eq!(client.six(&six(1, 9)), Ok(six(9, 1)));
    assert_eq!(client.nothing(), Ok(()));
    assert_eq!(client.seven(&six(1, 2), 7), Ok(7));
    assert_eq!(client.name(Some(1)).expect("an answer"), "some");
}

#[test]
fn a_message_with_capabilities_never_takes_the_short_way() {
    let info = MessageInfo::new(short::labels::NOTHING, 0, 1);
    let request = Short::new(info, [0; 6]);
    assert_eq!(Dispatcher(Mirror).short(Caller::new(1, 0), request), None);
}
