//! What went over a connection, as text that can be edited, and what is done with it.
//!
//! A [`Recorder`] stands before a service, reached by calls or over a ring, and writes down every request and its answer, by
//! the descriptions of the interfaces. A [`Record`] is text and back again:
//!
//! ```text
//! # a remark
//! counter.add by=2
//!     sum: 2
//! counter.add by=18446744073709551615
//!     error Overflow
//! ```
//!
//! [`Record::replay`] makes the requests again, of any server over any transport, and tells where the answers differ.
//! A [`Player`] is the other way round: a transport that stands in the place of the server, and answers a client as the
//! record says. Requests with capabilities or lent buffers are recorded, but cannot be made again.

mod player;
mod recorder;
mod text;

use std::fmt;
use std::str::FromStr;

use libipc::reflect::{self, Described};
use libipc::{Message, Transport, TransportError};

pub use player::Player;
pub use recorder::{Log, Recorder};
pub use text::BadRecord;

/// A request and its answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exchange {
    /// `interface.method name=value …`
    pub request: String,
    /// The lines of the answer.
    pub answer: Vec<String>,
}

/// What went over a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// In the order of the requests.
    pub exchanges: Vec<Exchange>,
}

/// An answer that is not the one of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What was asked, with the answer that was expected.
    pub exchange: Exchange,
    /// What came.
    pub found: Vec<String>,
}

impl Record {
    /// Makes the requests again, one after the other, and tells which answers are others.
    pub fn replay<T: Transport>(&self, transport: &T, interfaces: &[Described]) -> Vec<Difference> {
        let outcomes = self.exchanges.iter().map(|exchange| {
            let found = ask(transport, interfaces, &exchange.request);
            (exchange, found.unwrap_or_else(|why| vec![why]))
        });
        let different = outcomes.filter(|(exchange, found)| exchange.answer != *found);
        let different = different.map(|(exchange, found)| Difference {
            exchange: exchange.clone(),
            found,
        });
        different.collect()
    }
}

/// Makes a request and gives the lines of its answer, or what is wrong with it.
fn ask<T: Transport>(
    transport: &T,
    interfaces: &[Described],
    request: &str,
) -> Result<Vec<String>, String> {
    let words = text::words(request);
    let (name, arguments) = words.split_first().ok_or("the request is empty")?;
    let (interface, method) = name.split_once('.').ok_or("the method has no interface")?;
    let mut known = interfaces.iter().filter(|one| one.interface == interface);
    let described = *known.next().ok_or("the interface is not known")?;
    let pairs: Option<Vec<_>> = arguments.iter().map(|word| word.split_once('=')).collect();
    let pairs = pairs.ok_or("an argument is written name=value")?;
    let mut message =
        reflect::make_request(described, method, &pairs).map_err(|why| why.to_string())?;
    let label = message.label();
    match transport.call(&mut message) {
        Ok(_) => Ok(answer(described, label, &mut message)),
        Err(error) => Ok(vec![nothing(error)]),
    }
}

fn nothing(error: TransportError) -> String {
    format!("nothing: {error}")
}

/// The lines of an answer that was received.
fn answer(described: Described, request: u32, message: &mut Message) -> Vec<String> {
    let mut text = String::new();
    match reflect::show_answer(described, request, message, &mut text) {
        Some(()) => text.lines().map(str::to_owned).collect(),
        None => vec!["unreadable".to_owned()],
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for exchange in &self.exchanges {
            writeln!(f, "{}", exchange.request)?;
            // What is only a remark has an answer that is one, too.
            let indent = match exchange.request.starts_with('#') {
                true => "#    ",
                false => "    ",
            };
            for line in &exchange.answer {
                writeln!(f, "{indent}{line}")?;
            }
        }
        Ok(())
    }
}

impl FromStr for Record {
    type Err = BadRecord;

    fn from_str(text: &str) -> Result<Self, BadRecord> {
        text::read(text)
    }
}
