//! Where a side's messages lie in its region, and how the other side copies them out.
//!
//! Words behind the bell: a message of up to six words is one cache line, its number first. It is published by that number, stored last; a
//! reader that finds another number than it knew takes one copy, and believes nothing of it but what it has checked. A
//! side writes its next message only when the other has answered the last, or, for an answer, when the other has asked again; one that does
//! otherwise spoils its own message.

use std::sync::atomic::{Ordering, fence};

use libipc::Message;
use libipc::Short;
use libipc::abi::{MAX_WORDS, MessageInfo, REGISTER_WORDS};
use libipc_ring::sync::AtomicU64;

use crate::bell;
use crate::memory::Region;

/// The message's number.
const NUMBER: usize = 0;
/// Label and length.
const INFO: usize = 1;
/// The message's words.
const WORDS: usize = 2;
/// How often the client asked that its ring be looked at.
const KICKS: usize = 264;
/// Not 0 while the region's owner sleeps.
const ASLEEP: usize = 272;
/// Words in front of the ring.
pub(crate) const HEADER_WORDS: usize = 280;

/// A message as it was copied out of the other side's memory.
pub(crate) enum Copied {
    /// It fits in registers.
    Short(Short),
    /// It is longer.
    Long(Box<Message>),
}

/// The messages of a side, in its own memory or seen from the other side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mailbox(Region);

impl Mailbox {
    pub(crate) fn new(region: Region) -> Self {
        Self(region)
    }

    fn word(self, index: usize) -> &'static AtomicU64 {
        // Both sides have looked that the header is there; a word of no region is one that never changes.
        static NOWHERE: AtomicU64 = AtomicU64::new(0);
        self.0.words().get(index).unwrap_or(&NOWHERE)
    }

    /// The number of the last message. What belongs to it can be read after it.
    #[inline]
    pub(crate) fn number(self) -> u64 {
        let number = self.word(NUMBER).load(Ordering::Relaxed);
        fence(Ordering::Acquire);
        number
    }

    /// How often the client asked that its ring be looked at.
    #[inline]
    pub(crate) fn kicks(self) -> u64 {
        let kicks = self.word(KICKS).load(Ordering::Relaxed);
        fence(Ordering::Acquire);
        kicks
    }

    /// Whether the owner sleeps, or is about to.
    pub(crate) fn asleep(self) -> &'static AtomicU64 {
        self.word(ASLEEP)
    }

    /// The bell and how often it rang.
    pub(crate) fn bell(self) -> (&'static std::sync::atomic::AtomicU32, u32) {
        let bell = self.0.bell();
        let count = bell.load(Ordering::Relaxed);
        fence(Ordering::Acquire);
        (bell, count)
    }

    /// Copies the last message; `None` if it has a length or capabilities that no message has.
    #[inline]
    pub(crate) fn copy(self) -> Option<Copied> {
        let info = MessageInfo(self.word(INFO).load(Ordering::Relaxed));
        let (label, count) = (info.label(), info.words());
        if info != MessageInfo::new(label, count, 0) || count > MAX_WORDS {
            return None;
        }
        if count > REGISTER_WORDS {
            return self.copy_long(label, count);
        }
        let mut words = [0; REGISTER_WORDS];
        for (index, word) in words.iter_mut().enumerate().take(count) {
            *word = self.word(WORDS + index).load(Ordering::Relaxed);
        }
        Some(Copied::Short(Short::new(info, words)))
    }

    #[cold]
    fn copy_long(self, label: u32, count: usize) -> Option<Copied> {
        let mut message = Message::new(label);
        for index in 0..count {
            let word = self.word(WORDS + index).load(Ordering::Relaxed);
            message.append(&word.to_ne_bytes()).ok()?;
        }
        Some(Copied::Long(Box::new(message)))
    }

    /// Publishes a message, and wakes the other side if `other` says that it sleeps.
    #[inline]
    pub(crate) fn publish_short(self, number: u64, short: Short, other: Mailbox) {
        for (index, word) in short.words.iter().enumerate().take(short.info.words()) {
            self.word(WORDS + index).store(*word, Ordering::Relaxed);
        }
        self.publish(number, short.info, other);
    }

    /// As [`publish_short`](Self::publish_short), of any message without capabilities.
    pub(crate) fn publish_long(self, number: u64, message: &Message, other: Mailbox) {
        let bytes = message.payload().chunks(size_of::<u64>());
        for (index, chunk) in bytes.enumerate() {
            let mut word = [0; size_of::<u64>()];
            word.iter_mut()
                .zip(chunk)
                .for_each(|(to, from)| *to = *from);
            self.word(WORDS + index)
                .store(u64::from_ne_bytes(word), Ordering::Relaxed);
        }
        let count = message.length().div_ceil(size_of::<u64>());
        self.publish(number, MessageInfo::new(message.label(), count, 0), other);
    }

    /// Publishes what was written.
    #[inline]
    pub(crate) fn publish(self, number: u64, info: MessageInfo, other: Mailbox) {
        self.word(INFO).store(info.0, Ordering::Relaxed);
        self.word(NUMBER).store(number, Ordering::Release);
        bell::ring(self.0.bell(), other.asleep());
    }

    /// Asks that the ring be looked at.
    #[inline]
    pub(crate) fn kick(self, other: Mailbox) {
        let kicks = self.word(KICKS);
        let count = kicks.load(Ordering::Relaxed).wrapping_add(1);
        kicks.store(count, Ordering::Release);
        bell::ring(self.0.bell(), other.asleep());
    }
}
