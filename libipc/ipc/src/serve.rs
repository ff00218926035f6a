//! The server loop: one trap a request.
//!
//! Each turn answers the last request and receives the next with one `ReplyRecv`. Only when an answer was
//! deferred, or nothing was to be answered, does the loop receive without answering; a deferred request keeps
//! its reply object, and the loop takes another. A request that came in registers whose method is short is
//! answered without a [`Message`] in between ([`Service::short`]).

use weft_abi::MessageInfo;
use weft_abi::{CPtr, FaultKind, FaultLabel, Refusal};
use weft_sys::Received;

use crate::reply_objects::{self, ReplyObject};
use crate::{
    Caller, Deferral, Endpoint, Fault, FaultAnswer, Message, Never, Request, Service, Short, label,
    wire,
};

/// Serves an endpoint for ever: requests, signals of the bound notification, clients that are gone, and faults.
///
/// # Panics
/// If the program has no reply object, or may not receive on the endpoint.
pub fn serve<S: Service>(endpoint: Endpoint, mut service: S) -> Never {
    let mut message = Message::new(label::OK);
    let mut object = next_object();
    let mut received = weft_sys::recv(endpoint.slot, object.slot());
    loop {
        let step = match received {
            Ok(request) => {
                // Word by word, because the compiler calls a function to copy all of them.
                let Received { info, words, .. } = request;
                let [a, b, c, d, e, f] = words;
                let short = Short::new(info, [a, b, c, d, e, f]);
                if let Some(answer) = service.short(caller(request), short) {
                    let (info, words) = (answer.info, answer.words);
                    received = weft_sys::reply_recv(endpoint.slot, info, words, object.slot());
                    continue;
                }
                handle(&mut service, &mut message, request, object)
            }
            Err(refusal) => recover(refusal, &mut message, object),
        };
        if step == Step::Deferred {
            object = next_object();
        }
        received = match step {
            Step::Answer => answer_and_receive(endpoint.slot, &mut message, object.slot()),
            Step::Deferred | Step::Receive => weft_sys::recv(endpoint.slot, object.slot()),
        };
    }
}

#[inline]
fn caller(request: Received) -> Caller {
    Caller::from_badge(request.badge)
}

/// What follows on what was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// The message is the answer.
    Answer,
    /// The request keeps its reply object.
    Deferred,
    /// There is nothing to answer.
    Receive,
}

/// `Deferral` only lets the right go if another object is free, so there always is one.
fn next_object() -> ReplyObject {
    match reply_objects::take() {
        Some(object) => object,
        None => panic!("a server needs a reply object"),
    }
}

#[inline]
fn answer_and_receive(
    endpoint: CPtr,
    message: &mut Message,
    reply: CPtr,
) -> Result<Received, Refusal> {
    let info: MessageInfo = wire::stage(message);
    let received = weft_sys::reply_recv(endpoint, info, message.head(), reply);
    wire::settle_caps(message);
    received
}

#[inline]
fn handle<S: Service>(
    service: &mut S,
    message: &mut Message,
    received: Received,
    object: ReplyObject,
) -> Step {
    if received.info.is_from_kernel() {
        return handle_news(service, message, received);
    }
    wire::accept(message, received);
    let mut right = Some(object.token());
    service.request(Request {
        caller: caller(received),
        message,
        deferral: Deferral::new(&mut right, reply_objects::spare()),
    });
    let Some(right) = right else {
        return Step::Deferred;
    };
    right.disarm();
    if message.is_received() {
        message.begin(label::ABANDONED);
    }
    Step::Answer
}

/// What the kernel says itself.
#[inline(never)]
fn handle_news<S: Service>(service: &mut S, message: &mut Message, received: Received) -> Step {
    if received.info.is_signal() {
        service.signal(received.badge);
        return Step::Receive;
    }
    if received.info.is_gone() {
        service.client_gone(caller(received));
        return Step::Receive;
    }
    let answer = service.fault(fault(received));
    message.begin(fault_label(answer));
    Step::Answer
}

/// After a refusal: if it was the answer that could not be sent, the caller is told that it was abandoned.
#[cold]
fn recover(refusal: Refusal, message: &mut Message, object: ReplyObject) -> Step {
    message.begin(label::ABANDONED);
    // Refused if the object holds no caller: then the refusal was about receiving.
    let told = weft_sys::reply(object.slot(), wire::stage(message), message.head());
    match (refusal, told) {
        (_, Ok(())) | (Refusal::Cancelled, _) => Step::Receive,
        (refusal, Err(_)) => panic!("cannot receive requests: {}", refusal.text().trim()),
    }
}

fn fault(received: Received) -> Fault {
    let [kind, ip, address, code, ..] = received.words;
    let kind = FaultKind::from_number(kind).unwrap_or(FaultKind::Other);
    Fault {
        badge: received.badge,
        kind,
        ip,
        address,
        code,
    }
}

fn fault_label(answer: FaultAnswer) -> u32 {
    match answer {
        FaultAnswer::Resume => FaultLabel::RESUME,
        FaultAnswer::Stop => FaultLabel::RESUME + 1,
    }
}

#[cfg(test)]
#[path = "serve_tests.rs"]
mod tests;
