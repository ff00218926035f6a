//! The recorder.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

use libipc::reflect::{self, Described};
use libipc::{
    Caller, Deferral, Fault, FaultAnswer, Message, ReplyToken, Request, Service, Spare, label,
};

use super::{Exchange, Record, answer};

/// What a [`Recorder`] has written. Clones are the same.
#[derive(Clone, Debug)]
pub struct Log(Rc<RefCell<Written>>);

#[derive(Debug)]
struct Written {
    interfaces: Vec<Described>,
    record: Record,
}

/// A service whose requests and answers are written down.
pub struct Recorder<S> {
    service: S,
    log: Log,
}

impl<S> Recorder<S> {
    /// Writes down what `service` is asked in the words of these interfaces.
    pub fn new(service: S, interfaces: &[Described]) -> (Self, Log) {
        let written = Written {
            interfaces: interfaces.to_vec(),
            record: Record::default(),
        };
        let log = Log(Rc::new(RefCell::new(written)));
        let recorder = Self {
            service,
            log: log.clone(),
        };
        (recorder, log)
    }
}

impl Log {
    /// What was written so far.
    pub fn record(&self) -> Record {
        self.0.borrow().record.clone()
    }

    /// Writes a request, and gives its place.
    fn ask(&self, request: &Message) -> usize {
        let mut written = self.0.borrow_mut();
        let mut text = String::new();
        let is_known = written.interfaces.iter().any(|one| {
            text = format!("{}.", one.interface);
            reflect::show_request(*one, &mut received(request), &mut text).is_some()
        });
        if !is_known {
            text = format!("# {:#010x}", request.label());
        }
        let exchanges = &mut written.record.exchanges;
        exchanges.push(Exchange {
            request: text,
            answer: Vec::new(),
        });
        exchanges.len() - 1
    }

    /// Writes the answer to the request with a label at a place.
    fn answer(&self, (place, request): (usize, u32), message: &Message) {
        let mut written = self.0.borrow_mut();
        let mut lines = written
            .interfaces
            .iter()
            .map(|one| answer(*one, request, &mut received(message)));
        let lines = lines.find(|lines| lines.first().is_none_or(|line| line != "unreadable"));
        if let Some(exchange) = written.record.exchanges.get_mut(place) {
            exchange.answer = lines.unwrap_or_else(|| vec!["unreadable".to_owned()]);
        }
    }
}

/// A copy of a message, without its capabilities, as it is received.
fn received(message: &Message) -> Message {
    let mut copy = Message::new(message.label());
    copy.append(message.payload())
        .expect("a message fits in a message");
    let mut received = Message::new(0);
    copy.deliver_to(&mut received);
    received
}

/// A request whose answer is deferred.
struct Deferred {
    token: ReplyToken,
    log: Log,
    place: (usize, u32),
}

thread_local! {
    static DEFERRED: RefCell<HashMap<u32, Deferred>> = RefCell::new(HashMap::new());
    /// What was answered by a right that was taken out of a request, before the service returned.
    static EARLY: RefCell<HashMap<u32, Message>> = RefCell::new(HashMap::new());
    static NEXT: Cell<u32> = const { Cell::new(0) };
}

fn answered(number: u32, message: &mut Message) {
    let deferred = DEFERRED.with_borrow_mut(|all| all.remove(&number));
    if let Some(Deferred { token, log, place }) = deferred {
        log.answer(place, message);
        return token.send(message);
    }
    let mut early = Message::new(message.label());
    early
        .append(message.payload())
        .expect("a message fits in a message");
    EARLY.with_borrow_mut(|all| all.insert(number, early));
}

impl<S: Service> Service for Recorder<S> {
    /// As the service answers; but capabilities in an answer that is given by a `Reply` before the service returns are lost.
    fn request(&mut self, request: Request<'_>) {
        let Request {
            caller,
            message,
            deferral,
        } = request;
        let place = (self.log.ask(message), message.label());
        let number = NEXT.replace(NEXT.get().wrapping_add(1));
        let mut right = Some(ReplyToken::new(number, answered));
        self.service.request(Request {
            caller,
            message,
            deferral: Deferral::new(&mut right, Spare::Available),
        });
        if let Some(right) = right {
            right.disarm();
            if message.is_received() {
                message.begin(label::ABANDONED);
            }
            return self.log.answer(place, message);
        }
        if let Some(early) = EARLY.with_borrow_mut(|all| all.remove(&number)) {
            self.log.answer(place, &early);
            message.begin(early.label());
            return message
                .append(early.payload())
                .expect("a message fits in a message");
        }
        match deferral.token() {
            Ok(token) => {
                let log = self.log.clone();
                let deferred = Deferred { token, log, place };
                DEFERRED.with_borrow_mut(|all| all.insert(number, deferred));
            }
            Err(_) => message.begin(label::BUSY),
        }
    }

    fn signal(&mut self, bits: u64) {
        self.service.signal(bits);
    }

    fn client_gone(&mut self, client: Caller) {
        self.service.client_gone(client);
    }

    fn fault(&mut self, fault: Fault) -> FaultAnswer {
        self.service.fault(fault)
    }
}

impl<S> fmt::Debug for Recorder<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recorder")
    }
}
