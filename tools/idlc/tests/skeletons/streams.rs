//! Begun: serves `streams`.
//!
//! What the server does is here, so that tests run it on any machine; `main.rs` only serves it. Until
//! a method is written it answers an error, gives its reply up, or answers nothing.

#![no_std]
#![forbid(unsafe_code)]

use libipc::Caller;
use proto::streams::{Error, Event, Line, Server};

/// The server.
#[derive(Default)]
pub struct Begun {
    events: libipc::events::Feed<Event>,
}

impl Server for Begun {
    fn lines(&mut self, _: Caller, _text: &str) -> Result<u32, Error> {
        Err(Error::Unknown)
    }

    fn lines_more(
        &mut self,
        _: Caller,
        _stream: u32,
        _credits: u32,
    ) -> Result<(libipc::codec::List<Line, 5>, bool), Error> {
        Err(Error::Unknown)
    }

    fn lines_close(&mut self, _: Caller, _stream: u32) {}

    fn numbers(&mut self, _: Caller) -> u32 {
        0
    }

    fn numbers_more(
        &mut self,
        _: Caller,
        _stream: u32,
        _credits: u32,
        reply: libipc::Reply<
            (libipc::codec::List<u64, 16>, bool),
            core::convert::Infallible,
        >,
    ) {
        drop(reply);
    }

    fn numbers_close(&mut self, _: Caller, _stream: u32) {}

    fn events(&mut self) -> &mut libipc::events::Feed<Event> {
        &mut self.events
    }
}

#[cfg(test)]
mod tests {
    use libipc_mock::Mock;
    use proto::streams::Dispatcher;
    use super::*;

    #[test]
    fn a_request_of_another_interface_reaches_no_method() {
        let server = Mock::new(Dispatcher(Begun::default()));
        let mut message = libipc::Message::new(1);
        let outcome = libipc::Transport::call(&server.connect(1), &mut message);
        assert_eq!(outcome, Err(libipc::TransportError::WrongInterface));
    }
}
