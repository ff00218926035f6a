//! The record in the place of a server.

use std::cell::RefCell;
use std::collections::VecDeque;

use libipc::reflect::{self, Described};
use libipc::{Message, Transport, TransportError, Verdict};

use super::{Exchange, Record};

/// A transport that answers a client as a record says, in its order.
#[derive(Debug)]
pub struct Player {
    interfaces: Vec<Described>,
    left: RefCell<VecDeque<Exchange>>,
}

impl Player {
    /// Answers as `record` says, in which these interfaces occur.
    pub fn new(record: Record, interfaces: &[Described]) -> Self {
        Self {
            interfaces: interfaces.to_vec(),
            left: RefCell::new(record.exchanges.into()),
        }
    }

    /// How many answers were not asked for.
    pub fn left(&self) -> usize {
        self.left.borrow().len()
    }

    fn next(&self, message: &mut Message) -> Message {
        let mut request = Message::new(0);
        message.deliver_to(&mut request);
        let exchange = self.left.borrow_mut().pop_front();
        let Exchange {
            request: expected,
            answer,
        } = exchange.unwrap_or_default();
        let mut asked = String::new();
        let found = self.interfaces.iter().find(|one| {
            asked = format!("{}.", one.interface);
            reflect::show_request(**one, &mut request, &mut asked).is_some()
        });
        assert_eq!(
            asked, expected,
            "the record says that something else is asked"
        );
        let lines = answer.iter().map(String::as_str);
        let made = found.and_then(|one| reflect::make_answer(*one, request.label(), lines));
        made.unwrap_or_else(|| panic!("{answer:?} is no answer to {asked}"))
    }
}

impl Transport for Player {
    /// # Panics
    /// If the next request of the record is another one, or its answer cannot be one.
    fn call(&self, message: &mut Message) -> Result<Verdict, TransportError> {
        self.next(message).deliver_to(message);
        message.verdict()
    }

    fn send(&self, message: &mut Message) -> Result<(), TransportError> {
        let _ = self.next(message);
        Ok(())
    }
}
