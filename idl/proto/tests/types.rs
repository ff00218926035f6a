//! Types with parts end to end: values that may be absent, tables, unions, errors that build on
//! others, and capabilities that are copied or lent.

use libipc::codec::{Bytes, List, Text};
use libipc::objects::{Frame, Notification};
use libipc::{CPtr, Caller, Cap, CapItem, Error, Message, Rights, Transport, TransportError};
use libipc_mock::Mock;

#[allow(
    dead_code,
    unreachable_pub,
    reason = "modules of a library, not all of which is called here"
)]
mod golden;

use golden::{copies, optional, rights, tables, tree, unions, volume};

/// A transport that keeps the request and answers with nothing.
#[derive(Default)]
struct Sent(std::cell::RefCell<(Vec<u8>, Vec<CapItem>)>);

impl Transport for Sent {
    fn call(&self, message: &mut Message) -> Result<libipc::Verdict, TransportError> {
        let caps = message.outgoing_caps().to_vec();
        *self.0.borrow_mut() = (message.payload().to_vec(), caps);
        Err(TransportError::Dead)
    }

    fn send(&self, message: &mut Message) -> Result<(), TransportError> {
        self.call(message).map(|_| ())
    }
}

struct Finder;

impl optional::Server for Finder {
    fn find(
        &mut self,
        _: Caller,
        name: Option<&str>,
        number: Option<u16>,
        like: Option<optional::Thing>,
    ) -> (Option<optional::Thing>, List<Option<u8>, 4>) {
        let others = [
            name.map(|name| name.len() as u8),
            None,
            Some(0),
            number.map(|_| 7),
        ];
        (like, List::from_slice(&others).expect("four"))
    }
}

#[test]
fn what_is_absent_stays_absent_and_what_is_there_arrives() {
    let mock = Mock::new(optional::Dispatcher(Finder));
    let client = optional::Client::new(mock.connect(1));
    let thing = optional::Thing {
        name: Some(Text::try_from("chair").expect("short")),
        below: None,
    };
    let (found, others) = client
        .find(Some("table"), None, Some(&thing))
        .expect("an answer");
    assert_eq!(found, Some(thing));
    assert_eq!(others.as_slice(), [Some(5), None, Some(0), None]);
    let (found, others) = client.find(None, Some(3), None).expect("an answer");
    assert_eq!((found, others[3]), (None, Some(7)));
}

#[test]
fn an_absent_value_takes_one_byte_and_a_third_state_is_malformed() {
    let sent = Sent::default();
    let client = optional::Client::new(&sent);
    let _ = client.find(None, Some(0x0102), None);
    assert_eq!(sent.0.borrow().0, [0, 1, 2, 1, 0]);

    let mock = Mock::new(optional::Dispatcher(Finder));
    let mut message = Message::new(optional::labels::FIND);
    message.append(&[2, 0, 0]).expect("room");
    let answer = mock.connect(1).call(&mut message);
    assert_eq!(answer, Err(TransportError::Malformed));
}

#[derive(Default)]
struct Line(tables::Settings);

impl tables::Server for Line {
    fn change(&mut self, _: Caller, settings: tables::Settings) -> tables::Settings {
        let old = core::mem::take(&mut self.0);
        self.0 = tables::Settings {
            speed: settings.speed.or(old.speed),
            active: settings.active.or(old.active),
            name: settings.name.or(old.name),
            others: settings.others.or(old.others),
        };
        self.0.clone()
    }
}

#[test]
fn members_of_a_table_come_and_go_one_by_one() {
    let mock = Mock::new(tables::Dispatcher(Line::default()));
    let client = tables::Client::new(mock.connect(1));
    let first = tables::Settings {
        active: Some(true),
        others: Some(List::from_slice(&[1, u64::MAX]).expect("two")),
        ..Default::default()
    };
    assert_eq!(client.change(&first), Ok(first.clone()));
    let second = tables::Settings {
        name: Some(Text::try_from("line").expect("short")),
        ..Default::default()
    };
    let all = client.change(&second).expect("an answer");
    assert_eq!(
        all,
        tables::Settings {
            name: second.name,
            ..first
        }
    );
}

/// What a peer of another age may send: members are (number, value).
fn table(members: &[(u16, &[u8])]) -> Message {
    let mut message = Message::new(tables::labels::CHANGE);
    let mut put = |word: u64| message.append(&word.to_le_bytes()).expect("room");
    put(members.len() as u64);
    for (number, value) in members {
        put(u64::from(*number) | (value.len() as u64) << 16);
        for part in value.chunks(8) {
            let mut word = [0; 8];
            word[..part.len()].copy_from_slice(part);
            put(u64::from_le_bytes(word));
        }
    }
    message
}

#[test]
fn a_member_that_the_reader_does_not_know_is_skipped() {
    let mock = Mock::new(tables::Dispatcher(Line::default()));
    let newer: &[(u16, &[u8])] = &[(1, &[9, 0, 0, 0]), (5, b"from the future"), (999, &[])];
    mock.connect(1).call(&mut table(newer)).expect("an answer");
    let expected = tables::Settings {
        speed: Some(9),
        ..Default::default()
    };
    assert_eq!(mock.server().0.0, expected);
}

#[test]
fn a_table_has_one_encoding() {
    let mock = Mock::new(tables::Dispatcher(Line::default()));
    let wrong: &[&[(u16, &[u8])]] = &[
        &[(2, &[1]), (1, &[9, 0, 0, 0])],          // not in order
        &[(1, &[9, 0, 0, 0]), (1, &[9, 0, 0, 0])], // twice
        &[(0, &[1])],                              // no member's number
        &[(1, &[9, 0, 0, 0, 0])],                  // too long
        &[(1, &[9, 0, 0])],                        // too short
        &[(2, &[2])],                              // neither false nor true
    ];
    for members in wrong {
        let answer = mock.connect(1).call(&mut table(members));
        assert_eq!(answer, Err(TransportError::Malformed), "{members:?}");
    }
    let mut cut = table(&[(1, &[9, 0, 0, 0])]);
    cut.begin(tables::labels::CHANGE);
    cut.append(&2_u64.to_le_bytes()).expect("room");
    assert_eq!(
        mock.connect(1).call(&mut cut),
        Err(TransportError::Malformed)
    );
}

struct Painter;

impl unions::Server for Painter {
    fn draw(&mut self, _: Caller, shape: unions::Shape) -> unions::Number {
        match shape {
            unions::Shape::Nothing => unions::Number::Small(0),
            unions::Shape::Circle(radius) => unions::Number::Large(radius.into()),
            unions::Shape::Polygon(corners) => unions::Number::Small(corners.len() as u8),
            unions::Shape::Label(text) => unions::Number::Large(text.len() as u64),
        }
    }
}

#[test]
fn every_variant_arrives_with_what_it_carries() {
    use unions::{Number, Shape};
    let mock = Mock::new(unions::Dispatcher(Painter));
    let client = unions::Client::new(mock.connect(1));
    let corners = [unions::Point { x: -1, y: 1 }; 3];
    let polygon = Shape::Polygon(List::from_slice(&corners).expect("three"));
    let label = Shape::Label(Text::try_from("héllo").expect("short"));
    assert_eq!(client.draw(&Shape::Nothing), Ok(Number::Small(0)));
    assert_eq!(
        client.draw(&Shape::Circle(u32::MAX)),
        Ok(Number::Large(u32::MAX.into()))
    );
    assert_eq!(client.draw(&polygon), Ok(Number::Small(3)));
    assert_eq!(client.draw(&label), Ok(Number::Large(6)));
}

#[test]
fn an_unknown_tag_or_another_variants_value_never_reaches_the_server() {
    let mock = Mock::new(unions::Dispatcher(Painter));
    for bytes in [&[3_u8] as &[u8], &[0, 1], &[1, 1, 0, 0, 5, 0, 0, 0]] {
        let mut message = Message::new(unions::labels::DRAW);
        message.append(bytes).expect("room");
        let answer = mock.connect(1).call(&mut message);
        assert_eq!(answer, Err(TransportError::Malformed), "{bytes:?}");
    }
}

struct Disk;

impl volume::Server for Disk {
    fn remove(&mut self, _: Caller, path: &[u8]) -> Result<(), volume::Error> {
        match path {
            b"full" => Err(volume::Error::Full),
            _ => Err(volume::Error::NotFound),
        }
    }
}

impl tree::Server for Disk {
    fn remove(&mut self, caller: Caller, path: &[u8]) -> Result<(), tree::Error> {
        if path.starts_with(b"/mnt") {
            return Err(tree::Error::NotMounted);
        }
        Ok(volume::Server::remove(self, caller, path)?)
    }

    fn mount(&mut self, _: Caller, path: &[u8], _: Cap<volume::Client>) -> Result<(), tree::Error> {
        let _: volume::Path = Bytes::from_slice(path).map_err(|_| tree::Error::NotFound)?;
        Ok(())
    }
}

impl copies::Server for Disk {
    fn copy(&mut self, _: Caller, from: &str, to: &str) -> Result<u32, volume::Error> {
        match from == to {
            true => Err(volume::Error::Full),
            false => Ok(1),
        }
    }
}

#[test]
fn an_error_that_builds_on_another_has_its_entries_and_takes_them_over() {
    let mock = Mock::new(tree::Dispatcher(Disk));
    let client = tree::Client::new(mock.connect(1));
    let expected = [
        (b"full" as &[u8], tree::Error::Full, 3),
        (b"none", tree::Error::NotFound, 1),
        (b"/mnt", tree::Error::NotMounted, 20),
    ];
    for (path, error, number) in expected {
        assert_eq!(client.remove(path), Err(Error::Server(error)));
        assert_eq!(error.number(), number);
    }
    assert_eq!(tree::Error::Full.text(), volume::Error::Full.text());
}

#[test]
fn an_imported_error_is_the_other_interfaces() {
    let mock = Mock::new(copies::Dispatcher(Disk));
    let client = copies::Client::new(mock.connect(1));
    assert_eq!(client.copy("a", "b"), Ok(1));
    let refused: Error<volume::Error> = Error::Server(volume::Error::Full);
    assert_eq!(client.copy("a", "a"), Err(refused));
}

#[derive(Default)]
struct Looker(Vec<CPtr>);

impl rights::Server for Looker {
    fn subscribe(&mut self, _: Caller, arrival: Cap<Notification>) {
        self.0.push(arrival.into_slot());
    }

    fn look(
        &mut self,
        _: Caller,
        place: u32,
        memory: &Cap<Frame>,
        whom: &Cap<rights::Client>,
    ) -> u64 {
        self.0.extend([memory.slot(), whom.slot()]);
        place.into()
    }
}

#[test]
fn what_is_copied_or_lent_stays_with_its_owner_and_goes_with_the_rights_that_are_written() {
    let sent = Sent::default();
    let client = rights::Client::new(&sent);
    let (memory, whom) = (Cap::from_slot(CPtr(40)), Cap::from_slot(CPtr(41)));
    let _ = client.look(1, &memory, &whom);
    let expected = [
        CapItem::copied(CPtr(40), Rights::READ.union(Rights::PHYS)),
        CapItem::copied(CPtr(41), Rights::WRITE),
    ];
    assert_eq!(sent.0.borrow().1, expected);
    assert_eq!((memory.into_slot(), whom.into_slot()), (CPtr(40), CPtr(41)));
}

#[test]
fn what_is_lent_is_deleted_after_the_method_and_what_is_copied_is_kept() {
    let mock = Mock::new(rights::Dispatcher(Looker::default()));
    let client = rights::Client::new(mock.connect(1));
    let own = Cap::from_slot(CPtr(50));
    client.subscribe(&own).expect("an answer");
    let first = client.look(7, &Cap::from_slot(CPtr(51)), &Cap::from_slot(CPtr(52)));
    assert_eq!(first, Ok(7));
    assert_eq!(mock.server().0.0.len(), 3);
    let _ = own.into_slot();
}
