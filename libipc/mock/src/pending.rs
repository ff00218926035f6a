//! Requests on their way: answered, or kept by the server.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use libipc::{Message, ReplyToken, TransportError, Verdict};

/// How a request ended.
pub(crate) type Outcome = Result<Message, TransportError>;

/// Where an outcome will be put.
pub(crate) type Place = Rc<RefCell<Option<Outcome>>>;

thread_local! {
    /// The requests that were not answered yet, by the number in their right to answer.
    static WAITING: RefCell<HashMap<u32, Place>> = RefCell::new(HashMap::new());
    static NEXT: Cell<u32> = const { Cell::new(1) };
}

/// A request that was sent; its answer may still be to come.
#[derive(Debug)]
pub struct PendingCall {
    pub(crate) place: Place,
}

impl PendingCall {
    /// Whether the answer has come.
    pub fn is_answered(&self) -> bool {
        self.place.borrow().is_some()
    }

    /// Takes the answer into `message`; `None` if it has not come.
    pub fn take(&self, message: &mut Message) -> Option<Result<Verdict, TransportError>> {
        let outcome = self.place.borrow_mut().take()?;
        Some(outcome.and_then(|mut answer| {
            answer.deliver_to(message);
            message.verdict()
        }))
    }
}

/// Makes the right to answer a new request, and the place where its outcome will be.
pub(crate) fn begin() -> (u32, ReplyToken, Place) {
    let number = NEXT.replace(NEXT.get().wrapping_add(1));
    let place = Place::default();
    WAITING.with_borrow_mut(|waiting| waiting.insert(number, place.clone()));
    (number, ReplyToken::new(number, answer), place)
}

/// Ends a request. Ends after the first count for nothing: the client has gone on.
pub(crate) fn finish(number: u32, outcome: Outcome) {
    if let Some(place) = WAITING.with_borrow_mut(|waiting| waiting.remove(&number)) {
        *place.borrow_mut() = Some(outcome);
    }
}

/// Whether a request has not ended.
pub(crate) fn is_waiting(number: u32) -> bool {
    WAITING.with_borrow(|waiting| waiting.contains_key(&number))
}

fn answer(number: u32, message: &mut Message) {
    let mut delivered = Message::new(0);
    message.deliver_to(&mut delivered);
    let mut outcome = Message::new(0);
    pass_on(&mut delivered, &mut outcome);
    finish(number, Ok(outcome));
}

/// Turns a received message into an outgoing one with the same contents.
fn pass_on(received: &mut Message, outgoing: &mut Message) {
    outgoing.begin(received.label());
    let (bytes, caps) = received.received();
    outgoing.append(bytes).expect("a message fits in a message");
    for index in 0..libipc::abi::MAX_CAPS {
        if let Some(slot) = caps.take(index) {
            outgoing
                .append_cap(libipc::CapItem::moved(slot))
                .expect("four capabilities fit");
        }
    }
}
