//! Calls whose answers are deferred: a right to answer is a number, by which the answer finds its client.

use std::cell::RefCell;
use std::collections::HashMap;

use libipc::{Message, ReplyToken, label};

use crate::mailbox::Mailbox;

/// Where an answer goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Destination {
    /// The server's messages to this client.
    pub(crate) own: Mailbox,
    /// The client that waits.
    pub(crate) client: Mailbox,
    /// The number of its call.
    pub(crate) number: u64,
}

#[derive(Default)]
struct Table {
    waiting: HashMap<u32, Destination>,
    next: u32,
}

thread_local! {
    static TABLE: RefCell<Table> = RefCell::default();
}

/// The right to answer, and its number.
pub(crate) fn begin(destination: Destination) -> (u32, ReplyToken) {
    TABLE.with_borrow_mut(|table| {
        let number = table.next;
        table.next = number.wrapping_add(1);
        table.waiting.insert(number, destination);
        (number, ReplyToken::new(number, answer))
    })
}

/// Whether a call still waits.
pub(crate) fn is_waiting(number: u32) -> bool {
    TABLE.with_borrow(|table| table.waiting.contains_key(&number))
}

/// Forgets a call: its client is gone, or has its answer.
pub(crate) fn forget(number: u32) -> Option<Destination> {
    TABLE.with_borrow_mut(|table| table.waiting.remove(&number))
}

/// Answers a call, if anybody still waits for it.
pub(crate) fn answer(number: u32, message: &mut Message) {
    let Some(Destination {
        own,
        client,
        number,
    }) = forget(number)
    else {
        return;
    };
    if message.outgoing_caps().is_empty() {
        own.publish_long(number, message, client);
    } else {
        own.publish_long(number, &Message::new(label::ABANDONED), client);
    }
}
