//! Every feature of the language end to end: the modules that the compiler's golden tests hold,
//! compiled under the workspace's lints, with a server and a client in one process.

use libipc::codec::{Bytes, List, Text};
use libipc::{CPtr, Caller, Cap, Error, Message, Reply, Transport, TransportError, Verdict};
use libipc_mock::{Idle, Mock};

#[allow(
    dead_code,
    unreachable_pub,
    reason = "modules of a library, not all of which is called here"
)]
mod golden;

use golden::{capabilities, constants, deferred, errors, numbers, ring, sequences, structs};

#[test]
fn constants_have_their_values() {
    assert_eq!((constants::MAX_BYTES, constants::MASK), (1536, u64::MAX));
}

struct Painter;

impl numbers::Server for Painter {
    fn paint(
        &mut self,
        _: Caller,
        colour: numbers::Colour,
        rights: numbers::Rights,
    ) -> numbers::Colour {
        assert_eq!(colour, numbers::Colour::Blue);
        assert_eq!(rights, numbers::Rights::READ | numbers::Rights::WRITE);
        numbers::Colour::Red
    }
}

#[test]
fn enums_and_bits_arrive_as_they_were_sent() {
    let mock = Mock::new(numbers::Dispatcher(Painter));
    let client = numbers::Client::new(mock.connect(1));
    let before = client.paint(numbers::Colour::Blue, numbers::Rights::ALL);
    assert_eq!(before, Ok(numbers::Colour::Red));
}

#[test]
fn an_unknown_enum_value_or_bit_never_reaches_the_server() {
    let mock = Mock::new(numbers::Dispatcher(Painter));
    for (colour, rights) in [(2, 1_u16), (0x80, 4)] {
        let mut message = Message::new(numbers::labels::PAINT);
        message.append(&[colour, 0]).expect("room");
        message.append(&rights.to_le_bytes()).expect("room");
        let answer = mock.connect(1).call(&mut message);
        assert_eq!(answer, Err(TransportError::Malformed));
    }
}

struct Drawer;

impl structs::Server for Drawer {
    fn draw(&mut self, _: Caller, line: structs::Line) -> structs::Point {
        assert_eq!(line.name, "diagonal");
        let sum = line
            .ends
            .iter()
            .fold((0, 0), |at, end| (at.0 + end.x, at.1 + end.y));
        structs::Point {
            x: sum.0 / 2,
            y: sum.1 / 2,
        }
    }
}

#[test]
fn structs_inside_structs_arrive_as_they_were_sent() {
    let mock = Mock::new(structs::Dispatcher(Drawer));
    let client = structs::Client::new(mock.connect(1));
    let ends = [
        structs::Point { x: -4, y: 0 },
        structs::Point { x: 0, y: 8 },
    ];
    let line = structs::Line {
        ends: List::from_slice(&ends).expect("two"),
        name: Text::try_from("diagonal").expect("short"),
    };
    assert_eq!(client.draw(&line), Ok(structs::Point { x: -2, y: 4 }));
}

#[derive(Default)]
struct Keeper {
    given: Vec<String>,
}

impl sequences::Server for Keeper {
    fn give(&mut self, _: Caller, text: &str, data: &[u8], list: List<u16, 4>) {
        self.given.push(format!("{text} {data:?} {list:?}"));
    }

    fn take(&mut self, _: Caller) -> (Text<32>, Bytes<8>, List<bool, 4>) {
        let data = Bytes::from_slice(b"data").expect("short");
        let list = List::from_slice(&[true, false, true]).expect("short");
        (Text::try_from("héllo").expect("short"), data, list)
    }
}

#[test]
fn text_bytes_and_lists_go_both_ways() {
    let mock = Mock::new(sequences::Dispatcher(Keeper::default()));
    let client = sequences::Client::new(mock.connect(1));
    assert_eq!(client.give("né", &[1, 2], &[3, 4, 5]), Ok(()));
    assert_eq!(mock.server().0.given, ["né [1, 2] [3, 4, 5]"]);
    let (text, data, list) = client.take().expect("an answer");
    assert_eq!(
        (text.as_str(), data.as_slice()),
        ("héllo", b"data".as_slice())
    );
    assert_eq!(list.as_slice(), [true, false, true]);
}

#[test]
fn an_argument_beyond_its_bound_is_refused_before_it_is_sent() {
    let mock = Mock::new(sequences::Dispatcher(Keeper::default()));
    let client = sequences::Client::new(mock.connect(1));
    assert_eq!(
        client.give(&"x".repeat(33), &[], &[]),
        Err(TransportError::TooLong)
    );
    assert_eq!(mock.requests(), 0);
}

struct Door;

impl errors::Server for Door {
    fn knock(&mut self, caller: Caller) -> Result<(), errors::Error> {
        match caller.client() {
            1 => Ok(()),
            _ => Err(errors::Error::Closed),
        }
    }

    fn wait(&mut self, _: Caller) {}
}

#[test]
fn a_servers_error_is_told_apart_from_the_transports() {
    let mock = Mock::new(errors::Dispatcher(Door));
    let client = |number| errors::Client::new(mock.connect(number));
    assert_eq!(client(1).knock(), Ok(()));
    assert_eq!(client(2).knock(), Err(Error::Server(errors::Error::Closed)));
    assert_eq!(client(2).wait(), Ok(()));
    mock.kill();
    assert_eq!(
        client(1).knock(),
        Err(Error::Transport(TransportError::Dead))
    );
    assert_eq!(client(1).wait(), Err(TransportError::Dead));
}

#[test]
fn an_error_says_in_words_what_its_documentation_says() {
    assert_eq!(errors::Error::Nobody.to_string(), "nobody is there");
    assert_eq!(errors::Error::Closed.to_string(), "the door is closed");
    assert_eq!(errors::Error::from_number(7), Some(errors::Error::Closed));
    assert_eq!(errors::Error::from_number(2), None);
}

struct Giver;

impl capabilities::Server for Giver {
    fn give(
        &mut self,
        _: Caller,
        memory: Cap<libipc::objects::Untyped>,
        name: &str,
        friend: Cap<capabilities::Client>,
    ) {
        assert_eq!(name, "name");
        assert_eq!(
            (memory.into_slot(), friend.into_slot()),
            (CPtr(70), CPtr(71))
        );
    }

    fn take(
        &mut self,
        _: Caller,
        index: u32,
    ) -> Result<(Cap<libipc::objects::Frame>, u64), capabilities::Error> {
        match index {
            0 => Ok((Cap::from_slot(CPtr(80)), 4096)),
            _ => Err(capabilities::Error::Exhausted),
        }
    }
}

#[test]
fn capabilities_travel_with_requests_and_answers() {
    let mock = Mock::new(capabilities::Dispatcher(Giver));
    let client = capabilities::Client::new(mock.connect(1));
    let (memory, friend) = (Cap::from_slot(CPtr(70)), Cap::from_slot(CPtr(71)));
    assert_eq!(client.give(memory, "name", friend), Ok(()));
    let (frame, length) = client.take(0).expect("there is one");
    assert_eq!((frame.into_slot(), length), (CPtr(80), 4096));
    let none = client.take(1).expect_err("there is no second");
    assert_eq!(none, Error::Server(capabilities::Error::Exhausted));
}

#[test]
fn a_missing_capability_never_reaches_the_server() {
    let mock = Mock::new(capabilities::Dispatcher(Giver));
    let mut message = Message::new(capabilities::labels::GIVE);
    message
        .append(&[4, 0, 0, 0, b'n', b'a', b'm', b'e'])
        .expect("room");
    assert_eq!(
        mock.connect(1).call(&mut message),
        Err(TransportError::Malformed)
    );
}

#[derive(Default)]
struct Waiter {
    waiting: Vec<(String, Reply<i32, deferred::Error>)>,
}

impl deferred::Server for Waiter {
    fn sleep(&mut self, _: Caller, _: u64, reply: Reply<(), core::convert::Infallible>) {
        reply.ok(());
    }

    fn wait(&mut self, _: Caller, name: &str, reply: Reply<i32, deferred::Error>) {
        self.waiting.push((name.to_owned(), reply));
    }
}

#[test]
fn a_deferred_method_is_answered_later_or_abandoned() {
    let mock = Mock::new(deferred::Dispatcher(Waiter::default()));
    mock.when_idle(|server| match server.0.waiting.pop() {
        Some((name, reply)) => {
            match name.as_str() {
                "good" => reply.ok(-7),
                "bad" => reply.fail(deferred::Error::Cancelled),
                _ => drop(reply),
            }
            Idle::Progress
        }
        None => Idle::Nothing,
    });
    let client = deferred::Client::new(mock.connect(1));
    assert_eq!(client.sleep(1), Ok(()));
    assert_eq!(client.wait("good"), Ok(-7));
    assert_eq!(
        client.wait("bad"),
        Err(Error::Server(deferred::Error::Cancelled))
    );
    assert_eq!(
        client.wait("lost"),
        Err(Error::Transport(TransportError::Abandoned))
    );
}

#[test]
fn a_server_that_can_keep_no_request_says_that_it_is_busy() {
    let mock = Mock::new(deferred::Dispatcher(Waiter::default()));
    mock.set_capacity(0);
    let client = deferred::Client::new(mock.connect(1));
    assert_eq!(
        client.wait("good"),
        Err(Error::Transport(TransportError::Busy))
    );
}

#[test]
fn a_method_or_interface_that_is_not_the_servers_is_refused() {
    let mock = Mock::new(errors::Dispatcher(Door));
    let call = |label| mock.connect(1).call(&mut Message::new(label));
    assert_eq!(call(errors::labels::WAIT), Ok(Verdict::Done));
    assert_eq!(
        call(errors::labels::WAIT + 1),
        Err(TransportError::UnknownMethod)
    );
    assert_eq!(
        call(numbers::labels::PAINT),
        Err(TransportError::WrongInterface)
    );
}

#[test]
fn arguments_behind_the_last_are_malformed() {
    let mock = Mock::new(errors::Dispatcher(Door));
    let mut message = Message::new(errors::labels::WAIT);
    message.append(&[1]).expect("room");
    assert_eq!(
        mock.connect(1).call(&mut message),
        Err(TransportError::Malformed)
    );
}

#[test]
fn a_rings_request_carries_what_a_call_would() {
    let request = ring::add_request(b"abc", 5).expect("fits");
    assert_eq!((request.op, request.words), (ring::labels::ADD, 2));
    assert_eq!(
        request.inline[..2],
        [u64::from_le_bytes(*b"\x03\0\0\0abc\0"), 5]
    );
    assert!(ring::add_request(&[0; 17], 5).is_err());
}

#[test]
fn a_batch_is_full_at_its_limit() {
    let mut batch = ring::Batch::new();
    for _ in 0..libipc::codec::batch::MAX_CALLS {
        let _ticket = batch.flush().expect("room");
    }
    assert!(batch.add(b"", 1).is_err());
    assert_eq!(batch.len(), libipc::codec::batch::MAX_CALLS);
}
