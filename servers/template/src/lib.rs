//! Counter: keeps one number for its clients. The server to copy from.
//!
//! A server is a type that implements the `Server` trait of its interface; the trait, the client and the
//! dispatch between them are generated from `idl/counter.idl`. The type lives in this library, so that tests
//! run it on a host behind a mock transport; `main.rs` only serves it.
//!
//! It shows the three ways to answer: with a result, with the interface's own error, and later; and that nothing is kept
//! for a client that is gone.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

use alloc::vec::Vec;
use core::convert::Infallible;

use libipc::{Caller, Reply};
use proto::counter::{Error, Server};

/// The number, and who waits for it to grow.
#[derive(Debug, Default)]
pub struct Counter {
    value: u64,
    waiting: Vec<Waiting>,
}

/// A request that is answered once the number has reached `goal`.
#[derive(Debug)]
struct Waiting {
    client: Caller,
    goal: u64,
    reply: Reply<u64, Infallible>,
}

impl Server for Counter {
    fn add(&mut self, _: Caller, by: u64) -> Result<u64, Error> {
        self.value = self.value.checked_add(by).ok_or(Error::Overflow)?;
        for waiting in self
            .waiting
            .extract_if(.., |waiting| waiting.goal <= self.value)
        {
            waiting.reply.ok(self.value);
        }
        Ok(self.value)
    }

    fn get(&mut self, _: Caller) -> u64 {
        self.value
    }

    fn wait_for(&mut self, client: Caller, goal: u64, reply: Reply<u64, Infallible>) {
        if goal <= self.value {
            reply.ok(self.value);
        } else {
            self.waiting.push(Waiting {
                client,
                goal,
                reply,
            });
        }
    }

    fn client_gone(&mut self, client: Caller) {
        self.waiting.retain(|waiting| waiting.client != client);
    }
}

#[cfg(test)]
mod tests {
    use libipc::{Message, Transport, TransportError};
    use libipc_hosted::{Options, Process};
    use libipc_mock::record::Record;
    use libipc_mock::{Death, Idle, Mock, MockConnection};
    use proto::counter::{self, Client, Dispatcher, labels};
    use proto::reflections;

    use super::*;

    fn started() -> (Mock<Dispatcher<Counter>>, Client<MockConnection>) {
        let mock = Mock::new(Dispatcher(Counter::default()));
        let client = Client::new(mock.connect(1));
        (mock, client)
    }

    #[test]
    fn clients_share_one_number() {
        let (mock, first) = started();
        let second = Client::new(mock.connect(2));
        assert_eq!(first.add(2), Ok(2));
        assert_eq!(second.add(3), Ok(5));
        assert_eq!(first.get(), Ok(5));
    }

    #[test]
    fn a_sum_that_does_not_fit_is_an_error_and_changes_nothing() {
        let (_mock, client) = started();
        assert_eq!(client.add(u64::MAX), Ok(u64::MAX));
        assert_eq!(client.add(1), Err(libipc::Error::Server(Error::Overflow)));
        assert_eq!(client.get(), Ok(u64::MAX));
    }

    #[test]
    fn waiting_ends_when_the_number_is_reached() {
        let (mock, client) = started();
        mock.when_idle(|server| {
            let sum = server.0.add(Caller::new(2, 0), 4);
            sum.map_or(Idle::Nothing, |_| Idle::Progress)
        });
        assert_eq!(client.wait_for(10), Ok(12));
        assert_eq!(client.wait_for(1), Ok(12));
    }

    #[test]
    fn whoever_is_gone_is_waited_with_no_longer() {
        let (mock, _client) = started();
        let mut request = Message::new(labels::WAIT_FOR);
        request.append(&7_u64.to_le_bytes()).expect("it fits");
        let _answer = mock.connect(3).start(&mut request);
        mock.client_gone(Caller::new(2, 0));
        assert_eq!(mock.server().0.waiting.len(), 1);
        mock.client_gone(Caller::new(3, 0));
        assert_eq!(mock.server().0.waiting.len(), 0);
    }

    #[test]
    fn a_server_that_dies_is_noticed() {
        let dead = Err(libipc::Error::Transport(TransportError::Dead));
        let mock = Mock::new(counter::Dispatcher(Counter::default()));
        let client = counter::Client::new(mock.connect(1));
        assert_eq!(client.add(2), Ok(2));
        mock.die(0, Death::BeforeAnswer);
        assert_eq!(client.add(1), dead);
    }

    /// Not a test of its own: the server of the other, in the process that it starts.
    #[test]
    fn serves() {
        let server = Dispatcher(Counter::default());
        if let Ok(server) = libipc_hosted::Server::inherited(server) {
            server.serve();
        }
    }

    #[test]
    fn a_killed_counter_is_noticed() {
        let dead = Err(libipc::Error::Transport(TransportError::Dead));
        let mut server = Process::of_test("tests::serves").expect("a process");
        let client = server.connect(&Options::default()).expect("a connection");
        let counter = counter::Client::new(client.connection);
        assert_eq!(counter.add(2), Ok(2));
        server.kill().expect("it was alive");
        assert_eq!(counter.add(1), dead);
    }

    #[test]
    fn a_recorded_session_is_answered_as_it_was() {
        let (mock, _client) = started();
        let record: Record = include_str!("session.txt").parse().expect("it is one");
        let differences = record.replay(&mock.connect(1), &[reflections::COUNTER]);
        assert_eq!(differences, []);
    }

    #[test]
    fn a_request_of_another_interface_reaches_no_method() {
        let (mock, _client) = started();
        let mut message = Message::new(labels::ADD ^ 1 << 16);
        let outcome = mock.connect(1).call(&mut message);
        assert_eq!(outcome, Err(TransportError::WrongInterface));
    }
}
