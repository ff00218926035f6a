//! Begun: serves `methods`.
//!
//! What the server does is here, so that tests run it on any machine; `main.rs` only serves it. Until
//! a method is written it answers an error, gives its reply up, or answers nothing.

#![no_std]
#![forbid(unsafe_code)]

use libipc::Caller;
use proto::methods::{Error, Server};

/// The server.
#[derive(Debug, Default)]
pub struct Begun {}

impl Server for Begun {
    fn put(&mut self, _: Caller, _value: u32) -> Result<u32, Error> {
        Err(Error::Late)
    }

    fn store(&mut self, _: Caller, _value: u64, _name: &str) -> Result<u64, Error> {
        Err(Error::Late)
    }

    fn count(&mut self, _: Caller) -> u32 {
        0
    }

    fn forget(&mut self, _: Caller, _value: u64) -> Result<(), Error> {
        Err(Error::Late)
    }

    fn note(&mut self, _: Caller, _text: &str, _from: Option<u32>) {}
}

#[cfg(test)]
mod tests {
    use libipc_mock::Mock;
    use proto::methods::{Client, Dispatcher};
    use super::*;

    #[test]
    fn methods_are_reached_and_answer_what_they_can_before_they_are_written() {
        let server = Mock::new(Dispatcher(Begun::default()));
        let client = Client::new(server.connect(1));
        assert!(matches!(client.store(0, ""), Err(libipc::Error::Server(Error::Late))));
        assert!(client.count().is_ok());
        assert!(matches!(client.forget(0), Err(libipc::Error::Server(Error::Late))));
    }

    #[test]
    fn a_request_of_another_interface_reaches_no_method() {
        let server = Mock::new(Dispatcher(Begun::default()));
        let mut message = libipc::Message::new(1);
        let outcome = libipc::Transport::call(&server.connect(1), &mut message);
        assert_eq!(outcome, Err(libipc::TransportError::WrongInterface));
    }
}
