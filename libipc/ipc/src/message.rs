//! A message: a label, up to 2,048 bytes and up to four capabilities.
//!
//! One buffer serves a request and its answer, so that a call needs 2 KiB of stack and no copy. The buffer is
//! not cleared when it is made: only the first six words (those that travel in registers) are, and of the
//! rest only what was appended or received is ever readable. Rejected: a static buffer for the program, which
//! makes nested calls and tests on several threads share it; clearing 2 KiB a call, which costs more than
//! the call.
//!
//! Lengths travel in words. What is appended is padded with zeros to a multiple of eight bytes, and a
//! received payload is a multiple of eight bytes long: up to seven trailing zeros are padding.

use core::fmt;
use core::mem::MaybeUninit;

use weft_abi::message::CapItem;
use weft_abi::{CPtr, MAX_CAPS, MAX_WORDS, REGISTER_WORDS};

use crate::cap::ReceivedCaps;

/// The greatest number of bytes in a message.
pub const MAX_BYTES: usize = MAX_WORDS * WORD;

const WORD: usize = size_of::<u64>();

/// More bytes or capabilities than a message holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it is more than a message or a batch holds")
    }
}

impl core::error::Error for TooLong {}

/// Which way a message is going; tells the server loop whether a request was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    /// Being built, to be sent.
    Outgoing,
    /// Received, not yet overwritten.
    Received,
}

/// A request or an answer.
pub struct Message {
    label: u32,
    direction: Direction,
    /// Invariant: at most `MAX_BYTES`, and `words` is initialised in its first `max(length, 48)` bytes,
    /// rounded up to words.
    length: usize,
    words: [MaybeUninit<u64>; MAX_WORDS],
    outgoing: OutgoingCaps,
    received: ReceivedCaps,
}

/// Capabilities to send.
#[derive(Clone, Copy)]
struct OutgoingCaps {
    count: usize,
    items: [CapItem; MAX_CAPS],
}

impl OutgoingCaps {
    const NONE: Self = Self {
        count: 0,
        items: [CapItem(0); MAX_CAPS],
    };
}

impl Message {
    /// An empty message with a label.
    #[inline]
    pub fn new(label: u32) -> Self {
        let mut words = [const { MaybeUninit::uninit() }; MAX_WORDS];
        for word in &mut words[..REGISTER_WORDS] {
            *word = MaybeUninit::new(0);
        }
        Self {
            label,
            direction: Direction::Outgoing,
            length: 0,
            words,
            outgoing: OutgoingCaps::NONE,
            received: ReceivedCaps::NONE,
        }
    }

    /// The label: of a request its interface and method, of an answer one of [`label`](crate::label).
    #[inline]
    pub fn label(&self) -> u32 {
        self.label
    }

    /// Starts anew as an outgoing message. Received capabilities that nobody took are deleted.
    #[inline]
    pub fn begin(&mut self, label: u32) {
        // First, because what follows is then known to the optimiser.
        self.received.discard();
        self.label = label;
        self.direction = Direction::Outgoing;
        self.length = 0;
        self.outgoing.count = 0;
    }

    /// Whether this is still the message that was received.
    #[inline]
    pub fn is_received(&self) -> bool {
        self.direction == Direction::Received
    }

    /// How many bytes it carries.
    #[inline]
    pub fn length(&self) -> usize {
        self.length
    }

    /// The bytes it carries.
    #[inline]
    pub fn payload(&self) -> &[u8] {
        let start = self.words.as_ptr().cast::<u8>();
        // SAFETY: 1. `length` is at most the buffer's size and its first `length` bytes are initialised (the
        // invariant); 2. the borrow of `self` keeps them unchanged; 3. bytes need no alignment.
        unsafe { core::slice::from_raw_parts(start, self.length) }
    }

    /// The bytes it carries and the capabilities that came with it, to be decoded side by side.
    #[inline]
    pub fn received(&mut self) -> (&[u8], &mut ReceivedCaps) {
        let start = self.words.as_ptr().cast::<u8>();
        // SAFETY: 1. as in `payload`; 2. the words are not reachable through `received`.
        let bytes = unsafe { core::slice::from_raw_parts(start, self.length) };
        (bytes, &mut self.received)
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// `TooLong` if there is no room; nothing is appended then.
    #[inline]
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), TooLong> {
        let end = self
            .length
            .checked_add(bytes.len())
            .filter(|end| *end <= MAX_BYTES)
            .ok_or(TooLong)?;
        self.clear_last_word_of(end);
        // SAFETY: 1. `length <= MAX_BYTES`, so the result is inside the buffer or one past its end.
        let target = unsafe { self.words.as_mut_ptr().cast::<u8>().add(self.length) };
        // SAFETY: 1. `length + bytes.len() <= MAX_BYTES`, so the target is inside the buffer; 2. `bytes` is not
        // part of it, since `self` is borrowed mutably; 3. bytes need no alignment.
        unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), target, bytes.len()) };
        self.length = end;
        Ok(())
    }

    /// Appends zeros up to a multiple of `alignment` (a power of two, at most 8).
    ///
    /// # Errors
    /// `TooLong` if there is no room.
    #[inline]
    pub fn align(&mut self, alignment: usize) -> Result<(), TooLong> {
        let missing = self.length.next_multiple_of(alignment) - self.length;
        self.append(&[0; WORD][..missing.min(WORD)])
    }

    /// Adds a capability to send: moved, or a copy with fewer rights.
    ///
    /// # Errors
    /// `TooLong` if four are there already.
    pub fn append_cap(&mut self, item: CapItem) -> Result<(), TooLong> {
        let place = self
            .outgoing
            .items
            .get_mut(self.outgoing.count)
            .ok_or(TooLong)?;
        *place = item;
        self.outgoing.count += 1;
        Ok(())
    }

    /// The capabilities to send.
    #[inline]
    pub fn outgoing_caps(&self) -> &[CapItem] {
        self.outgoing
            .items
            .get(..self.outgoing.count)
            .unwrap_or(&[])
    }

    /// The number of words that travel.
    #[inline]
    pub(crate) fn word_count(&self) -> usize {
        self.length.div_ceil(WORD)
    }

    /// The words that travel.
    #[inline]
    pub(crate) fn words(&self) -> &[u64] {
        let start = self.words.as_ptr().cast::<u64>();
        // SAFETY: 1. the words of the first `length` bytes, rounded up, are inside the buffer and initialised
        // (the invariant); 2. the borrow of `self` keeps them unchanged.
        unsafe { core::slice::from_raw_parts(start, self.word_count()) }
    }

    /// The words that may travel in registers. The kernel passes on as many as the length says, and zeros.
    #[inline]
    pub(crate) fn head(&self) -> [u64; REGISTER_WORDS] {
        let mut head = [0; REGISTER_WORDS];
        for (word, place) in head.iter_mut().zip(&self.words) {
            // SAFETY: 1. the first six words are always initialised (the invariant).
            *word = unsafe { place.assume_init() };
        }
        head
    }

    /// Becomes a received message whose words `take` supplies, in ascending order.
    #[inline]
    pub(crate) fn fill(&mut self, label: u32, count: usize, mut take: impl FnMut(usize) -> u64) {
        let count = count.min(MAX_WORDS);
        self.begin(label);
        for (index, word) in self.words[..count].iter_mut().enumerate() {
            *word = MaybeUninit::new(take(index));
        }
        self.direction = Direction::Received;
        self.length = count * WORD;
    }

    /// Becomes a received message that fits in registers.
    #[inline]
    pub(crate) fn fill_head(&mut self, label: u32, count: usize, head: [u64; REGISTER_WORDS]) {
        self.received.discard();
        self.label = label;
        self.outgoing.count = 0;
        for (word, value) in self.words.iter_mut().zip(head) {
            *word = MaybeUninit::new(value);
        }
        self.direction = Direction::Received;
        self.length = count.min(REGISTER_WORDS) * WORD;
    }

    /// Records a capability that arrived.
    pub(crate) fn deliver_cap(&mut self, index: usize, slot: CPtr) {
        self.received.put(index, slot);
    }

    /// Delivers this message to another, as a kernel would. Only for transports without a kernel.
    pub fn deliver_to(&mut self, receiver: &mut Message) {
        receiver.fill(self.label, self.word_count(), |index| {
            self.words().get(index).copied().unwrap_or(0)
        });
        for (index, item) in self.outgoing_caps().iter().enumerate() {
            receiver.deliver_cap(index, item.cptr());
        }
        self.outgoing.count = 0;
    }

    /// Makes the last, partly used word before `end` all zero, so that its padding is initialised.
    #[inline]
    fn clear_last_word_of(&mut self, end: usize) {
        let last = end / WORD;
        if !end.is_multiple_of(WORD)
            && last >= self.word_count()
            && let Some(word) = self.words.get_mut(last)
        {
            *word = MaybeUninit::new(0);
        }
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message({:#x}, {} bytes)", self.label, self.length)
    }
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
