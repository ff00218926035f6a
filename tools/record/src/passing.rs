//! Hands requests on to a server in another process.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::rc::Rc;

use libipc::{
    Caller, Fault, FaultAnswer, Message, Request, Service, Transport, TransportError, label,
};
use libipc_hosted::{Connection, Options, connect};

/// What becomes of those in between.
#[derive(Default)]
pub(crate) struct State {
    /// How many clients there are.
    pub(crate) clients: Cell<usize>,
    /// Whether there has been one.
    pub(crate) has_begun: Cell<bool>,
    /// Why the server is not there any more.
    lost: RefCell<Option<String>>,
}

impl State {
    /// A client has come.
    pub(crate) fn welcome(&self) {
        self.clients.set(self.clients.get() + 1);
        self.has_begun.set(true);
    }

    /// Notes why the server is not there any more, if that is not known yet.
    fn lose(&self, why: impl ToString) {
        self.lost
            .borrow_mut()
            .get_or_insert_with(|| why.to_string());
    }

    /// Whether the server is not there any more.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost.borrow().is_some()
    }

    /// Takes the reason for that.
    pub(crate) fn take_lost(&self) -> Option<String> {
        self.lost.take()
    }
}

/// A service that has another one do everything. Each client has a connection of its own there, so that the server tells them
/// apart. Requests are handed on one at a time.
pub(crate) struct Passing {
    server: PathBuf,
    lending: Vec<(u32, String)>,
    connections: HashMap<u32, Connection>,
    state: Rc<State>,
    /// What was told of methods that cannot be handed on.
    told: BTreeSet<u32>,
}

impl Passing {
    pub(crate) fn new(server: PathBuf, lending: Vec<(u32, String)>, state: Rc<State>) -> Self {
        Self {
            server,
            lending,
            connections: HashMap::new(),
            state,
            told: BTreeSet::new(),
        }
    }

    fn connection(&mut self, client: u32) -> Option<&Connection> {
        if !self.connections.contains_key(&client) {
            match connect(&self.server, &Options::default()) {
                Ok(connected) => self.connections.insert(client, connected.connection),
                Err(error) => {
                    self.state.lose(error);
                    return None;
                }
            };
        }
        self.connections.get(&client)
    }

    /// Whether a request lends a part of a pool, which is another one there.
    fn lends(&mut self, asked: u32) -> bool {
        let found = self.lending.iter().find(|(label, _)| *label == asked);
        let Some((_, name)) = found else {
            return false;
        };
        if self.told.insert(asked) {
            eprintln!(
                "{name} lends a buffer, which is not handed on: its client is told MALFORMED"
            );
        }
        true
    }
}

impl Service for Passing {
    fn request(&mut self, request: Request<'_>) {
        let Request {
            caller, message, ..
        } = request;
        if self.lends(message.label()) {
            return message.begin(label::MALFORMED);
        }
        let mut handed = copy(message);
        let outcome = match self.connection(caller.client()) {
            Some(connection) => connection.call(&mut handed),
            None => Err(TransportError::Dead),
        };
        match outcome {
            Err(TransportError::Dead) => {
                self.state.lose("it has ended");
                message.begin(label::ABANDONED);
            }
            _ if handed.is_received() => {
                message.begin(handed.label());
                message
                    .append(handed.payload())
                    .expect("a message fits in a message");
            }
            _ => message.begin(label::MALFORMED),
        }
    }

    fn client_gone(&mut self, client: Caller) {
        self.connections.remove(&client.client());
        let left = self.state.clients.get().saturating_sub(1);
        self.state.clients.set(left);
    }

    fn fault(&mut self, _: Fault) -> FaultAnswer {
        FaultAnswer::Stop
    }
}

/// A message as it is sent again.
fn copy(message: &Message) -> Message {
    let mut copy = Message::new(message.label());
    copy.append(message.payload())
        .expect("a message fits in a message");
    copy
}

#[cfg(test)]
mod tests {
    use libipc::{Deferral, Spare};

    use super::*;

    #[test]
    fn what_lends_a_buffer_is_not_handed_on_and_a_server_that_is_not_there_is_told() {
        let state = Rc::new(State::default());
        let lending = vec![(7, "vault.store".to_owned())];
        let nowhere = PathBuf::from("/nowhere/at/all");
        let mut passing = Passing::new(nowhere, lending, Rc::clone(&state));
        let mut ask = |label: u32| {
            let mut message = Message::new(0);
            Message::new(label).deliver_to(&mut message);
            passing.request(Request {
                caller: Caller::new(1, 0),
                message: &mut message,
                deferral: Deferral::new(&mut None, Spare::Available),
            });
            message.label()
        };
        assert_eq!(ask(7), label::MALFORMED);
        assert!(!state.is_lost(), "it was not asked");
        assert_eq!(ask(8), label::ABANDONED);
        assert!(state.is_lost());
    }
}
