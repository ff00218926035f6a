//! Begun: serves `short`.
//!
//! What the server does is here, so that tests run it on any machine; `main.rs` only serves it. Until
//! a method is written it answers an error, gives its reply up, or answers nothing.

#![no_std]
#![forbid(unsafe_code)]

use libipc::Caller;
use proto::short::{Error, Outer, Six, Three, Server};

/// The server.
#[derive(Debug, Default)]
pub struct Begun {}

impl Server for Begun {
    fn mix(
        &mut self,
        _: Caller,
        _a: i8,
        _outer: Outer,
        _b: i64,
        _c: u16,
    ) -> Result<(u16, i64, Outer, i8), Error> {
        Err(Error::Odd)
    }

    fn six(&mut self, _: Caller, _words: Six) -> Six {
        Six {
            first: Three { a: 0, b: 0, c: 0 },
            second: Three { a: 0, b: 0, c: 0 },
        }
    }

    fn nothing(&mut self, _: Caller) {}

    fn turn(&mut self, _: Caller, _on: bool) -> bool {
        false
    }

    fn seven(&mut self, _: Caller, _words: Six, _seventh: u8) -> u8 {
        0
    }

    fn name(&mut self, _: Caller, _number: Option<u32>) -> libipc::codec::Text<8> {
        libipc::codec::Text::new()
    }
}

#[cfg(test)]
mod tests {
    use libipc_mock::Mock;
    use proto::short::{Client, Dispatcher, Flags, Inner, Kind};
    use super::*;

    #[test]
    fn methods_are_reached_and_answer_what_they_can_before_they_are_written() {
        let server = Mock::new(Dispatcher(Begun::default()));
        let client = Client::new(server.connect(1));
        assert!(
            matches!(client.mix(0, & Outer { inner : Inner { tag : 0, value : 0 }, flags
            : Flags::empty(), on : false, kind : Kind::Left }, 0, 0),
            Err(libipc::Error::Server(Error::Odd)))
        );
        assert!(
            client.six(& Six { first : Three { a : 0, b : 0, c : 0 }, second : Three { a
            : 0, b : 0, c : 0 } }).is_ok()
        );
        assert!(client.nothing().is_ok());
        assert!(client.turn(false).is_ok());
        assert!(
            client.seven(& Six { first : Three { a : 0, b : 0, c : 0 }, second : Three {
            a : 0, b : 0, c : 0 } }, 0).is_ok()
        );
        assert!(client.name(None).is_ok());
    }

    #[test]
    fn a_request_of_another_interface_reaches_no_method() {
        let server = Mock::new(Dispatcher(Begun::default()));
        let mut message = libipc::Message::new(1);
        let outcome = libipc::Transport::call(&server.connect(1), &mut message);
        assert_eq!(outcome, Err(libipc::TransportError::WrongInterface));
    }
}
