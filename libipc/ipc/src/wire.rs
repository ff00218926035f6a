//! Between a [`Message`] and the kernel: registers, message page and the slots for received capabilities.

use weft_abi::message::{CAPS_IN, CapItem};
use weft_abi::{CPtr, MAX_CAPS, MessageInfo, REGISTER_WORDS};
use weft_sys::{Received, page};

use crate::{Message, TransportError, slots};

/// Names a free slot for each capability that may arrive. Called once, before the program's `main`.
pub(crate) fn prepare_receive_slots() {
    (0..MAX_CAPS).for_each(name_receive_slot);
}

/// Puts what does not travel in registers into the message page, and makes the information word.
#[inline]
pub(crate) fn stage(message: &Message) -> MessageInfo {
    let words = message.words();
    if let Some(tail) = words.get(REGISTER_WORDS..) {
        page::write_words(REGISTER_WORDS, tail);
    }
    let caps = message.outgoing_caps();
    if !caps.is_empty() {
        stage_caps(caps);
    }
    MessageInfo::new(message.label(), words.len(), caps.len())
}

#[cold]
fn stage_caps(caps: &[CapItem]) {
    for (index, item) in caps.iter().enumerate() {
        page::put_cap(index, *item);
    }
}

/// Takes what was received into a message.
#[inline]
pub(crate) fn accept(message: &mut Message, received: Received) {
    let Received {
        info, words: head, ..
    } = received;
    if info.words() <= REGISTER_WORDS {
        message.fill_head(info.label(), info.words(), head);
    } else {
        let form = (info.label(), info.words());
        message.fill_behind(form, head, |index| page::read(index).unwrap_or(0));
    }
    if info.caps() != 0 {
        accept_caps(message, info.caps());
    }
}

/// Deletes the capabilities of an answer that should have none.
#[cold]
#[inline(never)]
pub(crate) fn refuse_caps(info: MessageInfo) -> TransportError {
    accept_caps(&mut Message::new(0), info.caps());
    TransportError::BadAnswer
}

#[cold]
fn accept_caps(message: &mut Message, arrived: usize) {
    for index in (0..MAX_CAPS).filter(|index| arrived & (1 << index) != 0) {
        let slot = page::read(CAPS_IN + index).unwrap_or(0);
        message.deliver_cap(index, CPtr(slot as u32));
        name_receive_slot(index);
    }
}

/// Names a free slot for capability `index`; without one the capability is refused.
fn name_receive_slot(index: usize) {
    page::set_receive_slot(index, slots::allocate().unwrap_or(CPtr::NULL));
}

/// Gives back the slots of the capabilities that a message moved, once it was sent or refused.
///
/// A capability that did not arrive (the receiver named no slot for it, or the message may not carry any) is
/// still here, given up by its owner, and is deleted.
#[inline]
pub(crate) fn settle_caps(message: &Message) {
    let caps = message.outgoing_caps();
    if !caps.is_empty() {
        settle(caps);
    }
}

#[cold]
fn settle(caps: &[CapItem]) {
    for item in caps.iter().filter(|item| item.copy_rights().is_none()) {
        slots::delete(item.cptr());
    }
}
