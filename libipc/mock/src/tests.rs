//! Tests of the mock over a small service.

use libipc::{
    CPtr, Caller, CapItem, Fault, FaultAnswer, FaultKind, Message, Reply, Request, Service,
    Transport, TransportError, Verdict, label,
};

use crate::{Death, Idle, Mock};

const ADD: u32 = 1;
const WAIT: u32 = 2;
const IGNORE: u32 = 3;

/// Adds numbers up; keeps those who wait for the sum.
#[derive(Default)]
struct Sum {
    value: u64,
    waiting: Vec<Reply<u64, ()>>,
    clients: Vec<Caller>,
    capability: Option<CPtr>,
    gone: Option<Caller>,
}

fn encode(message: &mut Message, outcome: Result<u64, ()>) {
    message.begin(if outcome.is_ok() {
        label::OK
    } else {
        label::ERROR
    });
    message.append(&outcome.unwrap_or(7).to_le_bytes()).unwrap();
}

impl Service for Sum {
    fn request(&mut self, request: Request<'_>) {
        self.clients.push(request.caller);
        match request.message.label() {
            ADD => {
                let (bytes, caps) = request.message.received();
                self.capability = caps.take(0);
                self.value += u64::from_le_bytes(bytes.try_into().unwrap());
                encode(request.message, Ok(self.value));
            }
            WAIT => match request.deferral.defer(encode) {
                Ok(reply) => self.waiting.push(reply),
                Err(libipc::Busy) => request.message.begin(label::BUSY),
            },
            IGNORE => {}
            _ => request.message.begin(label::UNKNOWN_METHOD),
        }
    }

    fn signal(&mut self, bits: u64) {
        self.value += bits;
    }

    fn client_gone(&mut self, client: Caller) {
        self.gone = Some(client);
    }

    fn fault(&mut self, fault: Fault) -> FaultAnswer {
        if fault.ip == 0 {
            FaultAnswer::Stop
        } else {
            FaultAnswer::Resume
        }
    }
}

fn add(to: &impl Transport, number: u64) -> Result<u64, TransportError> {
    let mut message = Message::new(ADD);
    message.append(&number.to_le_bytes()).unwrap();
    to.call(&mut message).map(|_| value(&message))
}

fn value(message: &Message) -> u64 {
    u64::from_le_bytes(message.payload().try_into().unwrap())
}

#[test]
fn requests_reach_the_server_with_their_badge_and_capabilities() {
    let mock = Mock::new(Sum::default());
    assert_eq!(add(&mock.connect(1), 2), Ok(2));
    let mut message = Message::new(ADD);
    message.append(&3u64.to_le_bytes()).unwrap();
    message.append_cap(CapItem::moved(CPtr(99))).unwrap();
    let other = mock.connect_as(Caller::new(2, 5));
    assert_eq!(other.call(&mut message), Ok(Verdict::Done));
    assert_eq!(mock.server().capability, Some(CPtr(99)));
    assert_eq!(
        mock.server().clients,
        [Caller::new(1, 0), Caller::new(2, 5)]
    );
    assert_eq!(mock.requests(), 2);
}

#[test]
fn unknown_and_unanswered_requests_are_transport_errors() {
    let client = Mock::new(Sum::default()).connect(1);
    assert_eq!(
        client.call(&mut Message::new(77)),
        Err(TransportError::UnknownMethod)
    );
    assert_eq!(
        client.call(&mut Message::new(IGNORE)),
        Err(TransportError::Abandoned)
    );
}

#[test]
fn a_deferred_answer_comes_when_the_server_gives_it() {
    let mock = Mock::new(Sum::default());
    let waiting = mock.connect(1).start(&mut Message::new(WAIT));
    assert!(!waiting.is_answered());
    let reply = mock.server().waiting.pop().unwrap();
    reply.ok(5);
    let mut message = Message::new(0);
    assert_eq!(waiting.take(&mut message), Some(Ok(Verdict::Done)));
    assert_eq!(value(&message), 5);
}

#[test]
fn a_reply_that_is_dropped_tells_the_client() {
    let mock = Mock::new(Sum::default());
    let waiting = mock.connect(1).start(&mut Message::new(WAIT));
    mock.server().waiting.clear();
    assert_eq!(
        waiting.take(&mut Message::new(0)),
        Some(Err(TransportError::Abandoned))
    );
}

#[test]
fn a_waiting_client_lets_the_server_run() {
    let mock = Mock::new(Sum::default());
    mock.when_idle(|server| {
        server.value += 1;
        if server.value == 3 {
            server.waiting.drain(..).for_each(|reply| reply.fail(()));
        }
        Idle::Progress
    });
    let mut message = Message::new(WAIT);
    assert_eq!(mock.connect(1).call(&mut message), Ok(Verdict::Failed));
    assert_eq!(value(&message), 7);
}

#[test]
#[should_panic(expected = "nothing is going to make it answer")]
fn a_client_that_would_wait_for_ever_panics() {
    let mock = Mock::new(Sum::default());
    let _ = mock.connect(1).call(&mut Message::new(WAIT));
}

#[test]
fn a_server_without_room_is_busy_until_it_answers() {
    let mock = Mock::new(Sum::default());
    mock.set_capacity(1);
    let client = mock.connect(1);
    let first = client.start(&mut Message::new(WAIT));
    assert_eq!(
        client.call(&mut Message::new(WAIT)),
        Err(TransportError::Busy)
    );
    mock.server().waiting.clear();
    assert!(first.is_answered());
    assert!(!client.start(&mut Message::new(WAIT)).is_answered());
}

#[test]
fn a_server_dies_on_order_and_a_successor_serves() {
    let mock = Mock::new(Sum::default());
    let client = mock.connect(1);
    mock.die(1, Death::BeforeRequest);
    assert_eq!(add(&client, 1), Ok(1));
    assert_eq!(add(&client, 1), Err(TransportError::Dead));
    assert_eq!(add(&client, 1), Err(TransportError::Dead));
    mock.restart(Sum::default());
    assert_eq!(add(&client, 4), Ok(4));
}

#[test]
fn death_reaches_those_who_wait_and_work_may_have_been_done() {
    let mock = Mock::new(Sum::default());
    let client = mock.connect(1);
    let waiting = client.start(&mut Message::new(WAIT));
    mock.die(0, Death::BeforeAnswer);
    assert_eq!(add(&client, 1), Err(TransportError::Dead));
    assert_eq!(
        waiting.take(&mut Message::new(0)),
        Some(Err(TransportError::Dead))
    );
    assert_eq!(mock.requests(), 2);
}

#[test]
fn signals_faults_and_clients_that_are_gone_are_passed_on() {
    let mock = Mock::new(Sum::default());
    mock.signal(0b11);
    assert_eq!(mock.server().value, 3);
    let client = Caller::new(8, 1);
    mock.client_gone(client);
    assert_eq!(mock.server().gone, Some(client));
    let fault = Fault {
        badge: 1,
        kind: FaultKind::Read,
        ip: 0,
        address: 0,
        code: 0,
    };
    assert_eq!(mock.fault(fault), FaultAnswer::Stop);
    assert_eq!(mock.fault(Fault { ip: 4, ..fault }), FaultAnswer::Resume);
}
