//! Tests of what the server loop makes of what it receives. The traps themselves are tested on the target.

use weft_abi::MessageInfo;

use super::*;
use crate::{Reply, TooLong};

/// Doubles a number; keeps a request that begins with 0; ignores one that begins with 1.
#[derive(Default)]
struct Doubler {
    kept: Option<Reply<u64, ()>>,
    signals: u64,
    gone: Option<Caller>,
    refused: usize,
}

fn encode(message: &mut Message, outcome: Result<u64, ()>) {
    message.begin(if outcome.is_ok() {
        label::OK
    } else {
        label::ERROR
    });
    message.append(&outcome.unwrap_or(0).to_le_bytes()).unwrap();
}

impl Service for Doubler {
    fn request(&mut self, request: Request<'_>) {
        let number = u64::from_le_bytes(request.message.payload().try_into().unwrap());
        match number {
            0 => match request.deferral.defer(encode) {
                Ok(reply) => self.kept = Some(reply),
                Err(crate::Busy) => {
                    self.refused += 1;
                    request.message.begin(label::BUSY);
                }
            },
            1 => {}
            number => encode(request.message, Ok(number * 2)),
        }
    }

    fn signal(&mut self, bits: u64) {
        self.signals |= bits;
    }

    fn client_gone(&mut self, client: Caller) {
        self.gone = Some(client);
    }

    fn fault(&mut self, fault: Fault) -> FaultAnswer {
        if fault.kind == FaultKind::Divide {
            FaultAnswer::Resume
        } else {
            FaultAnswer::Stop
        }
    }
}

fn request(word: u64) -> Received {
    Received {
        badge: 7,
        info: MessageInfo::new(5, 1, 0),
        words: [word, 0, 0, 0, 0, 0],
    }
}

// One test, because the reply objects are the program's and tests run side by side.
#[test]
fn the_loop_answers_defers_and_tells_of_signals_clients_and_faults() {
    reply_objects::add(CPtr(2));
    reply_objects::add(CPtr(30));
    let mut server = Doubler::default();
    let mut message = Message::new(0);
    let first = next_object();
    assert_eq!(first.slot(), CPtr(2));

    assert_eq!(
        handle(&mut server, &mut message, request(21), first),
        Step::Answer
    );
    assert_eq!((message.label(), message.head()[0]), (label::OK, 42));

    assert_eq!(
        handle(&mut server, &mut message, request(1), first),
        Step::Answer
    );
    assert_eq!(message.label(), label::ABANDONED);

    let signal = Received {
        badge: 0b101,
        info: MessageInfo::signal(),
        words: [0; 6],
    };
    assert_eq!(
        handle(&mut server, &mut message, signal, first),
        Step::Receive
    );
    assert_eq!(server.signals, 0b101);

    let gone = Received {
        badge: 77,
        info: MessageInfo::gone(),
        words: [0; 6],
    };
    assert_eq!(
        handle(&mut server, &mut message, gone, first),
        Step::Receive
    );
    assert_eq!(server.gone, Some(Caller::from_badge(77)));

    let divide = Received {
        badge: 3,
        info: MessageInfo::new(FaultLabel::NUMBER, 4, 0).as_fault(),
        words: [FaultKind::Divide as u64, 0x20_0000, 0, 0, 0, 0],
    };
    assert_eq!(
        handle(&mut server, &mut message, divide, first),
        Step::Answer
    );
    assert_eq!(message.label(), FaultLabel::RESUME);

    assert_eq!(
        handle(&mut server, &mut message, request(0), first),
        Step::Deferred
    );
    let second = next_object();
    assert_eq!(second.slot(), CPtr(30));
    assert_eq!(
        handle(&mut server, &mut message, request(0), second),
        Step::Answer
    );
    assert_eq!((message.label(), server.refused), (label::BUSY, 1));

    server.kept.take().unwrap().ok(1);
    assert_eq!(
        handle(&mut server, &mut message, request(0), second),
        Step::Deferred
    );
    assert_eq!(next_object().slot(), CPtr(2));
    drop(server);
    assert_eq!(next_object().slot(), CPtr(30));
}

#[test]
fn long_messages_come_out_of_the_message_page() -> Result<(), TooLong> {
    let mut sent = Message::new(5);
    sent.append(&[0xab; 100])?;
    let info = wire::stage(&sent);
    let mut got = Message::new(0);
    wire::accept(
        &mut got,
        Received {
            badge: 1,
            info,
            words: sent.head(),
        },
    );
    assert_eq!(&got.payload()[..100], &[0xab; 100]);
    assert_eq!(got.length(), 104);
    Ok(())
}
