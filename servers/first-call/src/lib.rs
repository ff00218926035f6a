//! First call: a client that asks a counter in another process for everything a call can bring.
//!
//! It is what a new board runs first: two processes, a call that switches between them, results, the
//! interface's own error, and an answer that the server puts off. The questions are in this library, so that
//! tests ask them on a host; `main.rs` ends the machine with what came of them.

#![no_std]
#![forbid(unsafe_code)]

use core::fmt;

use libipc::{Connection, Error, Transport, TransportError};
use proto::counter::{Client, Error as CounterError};

/// How often the counter is asked in a row, so that both processes are switched to and from many times.
pub const ROUNDS: u64 = 1000;

/// A call that did not bring what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The call itself failed.
    Call(TransportError),
    /// The server refused what it should do.
    Refused,
    /// The server did what it should refuse.
    Accepted,
    /// Another number than the one expected.
    Number {
        /// What came.
        came: u64,
        /// What was expected.
        expected: u64,
    },
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(error) => write!(f, "the call failed: {error}"),
            Self::Refused => f.write_str("the counter refused to count"),
            Self::Accepted => f.write_str("the counter accepted a sum that does not fit"),
            Self::Number { came, expected } => write!(f, "{came} came where {expected} was due"),
        }
    }
}

impl From<TransportError> for Wrong {
    fn from(error: TransportError) -> Self {
        Self::Call(error)
    }
}

impl From<Error<CounterError>> for Wrong {
    fn from(error: Error<CounterError>) -> Self {
        match error {
            Error::Transport(error) => Self::Call(error),
            Error::Server(CounterError::Overflow) => Self::Refused,
        }
    }
}

/// Asks a counter that nobody else asks; tells its last number.
///
/// # Errors
/// The first call that did not bring what it should.
pub fn ask<T: Transport>(counter: &Client<T>) -> Result<u64, Wrong> {
    for round in 1..=ROUNDS {
        same(counter.add(1)?, round)?;
    }
    match counter.add(u64::MAX) {
        Err(Error::Server(CounterError::Overflow)) => {}
        Err(other) => return Err(other.into()),
        Ok(_) => return Err(Wrong::Accepted),
    }
    same(counter.wait_for(ROUNDS)?, ROUNDS)?;
    let last = counter.get()?;
    same(last, ROUNDS)?;
    Ok(last)
}

fn same(came: u64, expected: u64) -> Result<(), Wrong> {
    if came == expected {
        Ok(())
    } else {
        Err(Wrong::Number { came, expected })
    }
}

/// The counter that the program is connected to.
pub type Counter = Client<Connection>;

#[cfg(test)]
mod tests {
    use core::convert::Infallible;

    use libipc::{Caller, Reply};
    use libipc_mock::{Death, Mock};
    use proto::counter::{Dispatcher, Server};

    use super::*;

    /// A counter that adds `step` more than it is told.
    #[derive(Default)]
    struct Fake {
        value: u64,
        step: u64,
    }

    impl Server for Fake {
        fn add(&mut self, _: Caller, by: u64) -> Result<u64, CounterError> {
            let sum = self.value.checked_add(by + self.step);
            self.value = sum.ok_or(CounterError::Overflow)?;
            Ok(self.value)
        }

        fn get(&mut self, _: Caller) -> u64 {
            self.value
        }

        fn wait_for(&mut self, _: Caller, _: u64, reply: Reply<u64, Infallible>) {
            reply.ok(self.value);
        }
    }

    #[test]
    fn a_counter_that_counts_is_right() {
        let mock = Mock::new(Dispatcher(Fake::default()));
        assert_eq!(ask(&Client::new(mock.connect(1))), Ok(ROUNDS));
    }

    #[test]
    fn a_counter_that_counts_too_much_is_wrong() {
        let mock = Mock::new(Dispatcher(Fake { value: 0, step: 1 }));
        let wrong = Wrong::Number {
            came: 2,
            expected: 1,
        };
        assert_eq!(ask(&Client::new(mock.connect(1))), Err(wrong));
    }

    #[test]
    fn a_server_that_dies_is_told() {
        let mock = Mock::new(Dispatcher(Fake::default()));
        mock.die(3, Death::BeforeAnswer);
        let outcome = ask(&Client::new(mock.connect(1)));
        assert_eq!(outcome, Err(Wrong::Call(TransportError::Dead)));
    }
}
