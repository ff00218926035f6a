//! How methods are called, come and go, end to end.

use libipc::{Caller, Error, Message, Transport, TransportError};
use libipc_mock::{Death, Mock};

#[allow(
    dead_code,
    unreachable_pub,
    reason = "modules of a library, not all of which is called here"
)]
mod golden;

use golden::methods::{self, Client, Dispatcher, Server};

#[derive(Default)]
struct Store {
    value: u64,
    notes: Vec<String>,
    unknown: Vec<u16>,
}

impl Server for Store {
    fn put(&mut self, caller: Caller, value: u32) -> Result<u32, methods::Error> {
        Ok(self.store(caller, value.into(), "")? as u32)
    }

    fn store(&mut self, _: Caller, value: u64, _: &str) -> Result<u64, methods::Error> {
        match value {
            0 => Err(methods::Error::Late),
            _ => Ok(core::mem::replace(&mut self.value, value)),
        }
    }

    fn count(&mut self, _: Caller) -> u32 {
        3
    }

    fn forget(&mut self, _: Caller, value: u64) -> Result<(), methods::Error> {
        match value == self.value {
            true => Ok(()),
            false => Err(methods::Error::Late),
        }
    }

    fn note(&mut self, _: Caller, text: &str, from: Option<u32>) {
        self.notes.push(format!("{text} {from:?}"));
    }

    fn unknown(&mut self, _: Caller, ordinal: u16) {
        self.unknown.push(ordinal);
    }
}

fn store() -> (Mock<Dispatcher<Store>>, Client<libipc_mock::MockConnection>) {
    let mock = Mock::new(Dispatcher(Store::default()));
    let client = Client::new(mock.connect(1));
    (mock, client)
}

/// A server of the same interface in its first revision: it knows none of its methods.
struct Old;

impl libipc::Service for Old {
    fn request(&mut self, request: libipc::Request<'_>) {
        let _ = libipc::codec::stub::unknown(request.message, methods::INTERFACE.id);
    }
}

#[test]
fn a_deprecated_method_still_works_and_warns() {
    let (_, client) = store();
    assert_eq!(client.store(7, "x"), Ok(0));
    #[allow(deprecated, reason = "that it still works is what is tested")]
    let before = client.put(8);
    assert_eq!(before, Ok(7));
}

#[test]
fn an_idempotent_request_is_sent_again_to_a_successor_and_no_other_is() {
    struct Reborn(Mock<Dispatcher<Store>>, libipc_mock::MockConnection);
    impl Transport for Reborn {
        fn call(&self, message: &mut Message) -> Result<libipc::Verdict, TransportError> {
            let outcome = self.1.call(message);
            if outcome == Err(TransportError::Dead) {
                self.0.restart(Dispatcher(Store::default()));
            }
            outcome
        }

        fn send(&self, message: &mut Message) -> Result<(), TransportError> {
            self.1.send(message)
        }
    }
    let mock = Mock::new(Dispatcher(Store::default()));
    let client = Client::new(Reborn(mock.clone(), mock.connect(1)));
    mock.die(0, Death::BeforeAnswer);
    assert_eq!(client.store(5, "x"), Ok(0));
    assert_eq!(mock.server().0.value, 5);
    mock.die(0, Death::BeforeAnswer);
    assert_eq!(client.count(), Err(TransportError::Dead));
    mock.die(0, Death::BeforeAnswer);
    assert_eq!(client.forget(9), Err(Error::Server(methods::Error::Late)));
}

#[test]
fn a_flexible_method_of_a_server_that_does_not_know_it_has_no_results() {
    let (_, client) = store();
    assert_eq!(client.count(), Ok(Some(3)));
    assert_eq!(client.forget(1), Err(Error::Server(methods::Error::Late)));
    let old = Mock::new(Old);
    let client = Client::new(old.connect(1));
    assert_eq!(client.count(), Ok(None));
    assert_eq!(client.forget(1), Ok(None));
    let strict: Error<methods::Error> = TransportError::UnknownMethod.into();
    assert_eq!(client.store(1, ""), Err(strict));
}

#[test]
fn what_is_sent_one_way_arrives_and_is_not_waited_for() {
    let (mock, client) = store();
    assert_eq!(client.note("hello", Some(4)), Ok(()));
    assert_eq!(
        client.note(&"x".repeat(17), None),
        Err(TransportError::TooLong)
    );
    assert_eq!(mock.server().0.notes, ["hello Some(4)"]);
    mock.kill();
    assert_eq!(client.note("anybody?", None), Err(TransportError::Dead));
}

#[test]
fn a_server_is_told_of_methods_that_it_does_not_know_and_of_no_others() {
    let (mock, _) = store();
    for ordinal in [3, 7, 0xffff] {
        let label = libipc::request_label(methods::INTERFACE.id, ordinal);
        let answer = mock.connect(1).call(&mut Message::new(label));
        assert_eq!(answer, Err(TransportError::UnknownMethod));
    }
    let foreign = libipc::request_label(methods::INTERFACE.id ^ 1, 1);
    let answer = mock.connect(1).call(&mut Message::new(foreign));
    assert_eq!(answer, Err(TransportError::WrongInterface));
    assert_eq!(mock.server().0.unknown, [3, 7, 0xffff]);
}

#[test]
fn the_revision_counts_how_often_methods_came_or_went() {
    assert_eq!(methods::REVISION, 3);
    assert_eq!(golden::structs::REVISION, 1);
}
