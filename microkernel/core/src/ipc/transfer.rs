//! Copies a message from one thread to another.
//!
//! Words beyond the registers and all that concerns capabilities are in the threads' message pages, read and
//! written word by word through the kernel's own mapping. A page's owner may change it at any time, so each
//! word is read once and checked after that.

use core::sync::atomic::Ordering::Relaxed;

use weft_abi::message::{CAPS_OUT, CapItem};
use weft_abi::{MAX_CAPS, MessageInfo, REGISTER_WORDS};
use weft_hal::{Arch, Context};
use weft_store::{Page, Ref};

use crate::Core;
use crate::object::ThreadRef;

/// Argument register of the first message word.
const FIRST_WORD: usize = 2;

impl<A: Arch> Core<A> {
    /// The kernel's own view of a thread's message page.
    pub(crate) fn message_page(&self, thread: ThreadRef<A>) -> Ref<Page> {
        self.memory.page_behind(thread)
    }

    /// One word of a thread's message page; 0 beyond it.
    pub(crate) fn page_word(&self, thread: ThreadRef<A>, index: usize) -> u64 {
        self.message_page(thread)
            .get(index)
            .map_or(0, |word| word.load(Relaxed))
    }

    /// Writes one word of a thread's message page.
    pub(crate) fn set_page_word(&self, thread: ThreadRef<A>, index: usize, value: u64) {
        if let Some(word) = self.message_page(thread).get(index) {
            word.store(value, Relaxed);
        }
    }

    /// Delivers a sender's message: words, capabilities, badge, information word. All register words travel, however
    /// many of them the information word says mean something.
    ///
    /// `info` was checked when the sender made the call. Capabilities move only if `grant` says so.
    pub(super) fn transfer(
        &mut self,
        from: ThreadRef<A>,
        to: ThreadRef<A>,
        badge: u64,
        info: MessageInfo,
        grant: Grant,
    ) {
        let words = info.words();
        for index in 0..REGISTER_WORDS {
            let register = FIRST_WORD.wrapping_add(index);
            to.context
                .set_argument(register, from.context.argument(register));
        }
        if words > REGISTER_WORDS {
            self.copy_page_words(from, to, words);
        }
        let arrived = match grant {
            Grant::Yes => self.transfer_caps(from, to, info.caps()),
            Grant::No => 0,
        };
        let info = MessageInfo::new(info.label(), words, arrived);
        self.deliver(to, badge, info);
    }

    /// Completes a receiver's or caller's system call. Part of its callers, which then call nothing.
    #[inline(always)]
    pub(super) fn deliver(&mut self, to: ThreadRef<A>, badge: u64, info: MessageInfo) {
        to.context.clear_scratch();
        to.context.set_status(0);
        to.context.set_argument(0, badge);
        to.context.set_argument(1, info.0);
        to.context.set_argument(8, 0);
    }

    /// Copies what a message has beyond its register words.
    #[inline(always)]
    pub(super) fn copy_page_words(&self, from: ThreadRef<A>, to: ThreadRef<A>, words: usize) {
        let (source, destination) = (self.message_page(from), self.message_page(to));
        let mut index = REGISTER_WORDS;
        while index < words {
            if let (Some(from), Some(to)) = (source.get(index), destination.get(index)) {
                to.store(from.load(Relaxed), Relaxed);
            }
            index = index.wrapping_add(1);
        }
    }

    /// Moves or derives up to `count` capabilities; gives a bit for each that arrived.
    fn transfer_caps(&mut self, from: ThreadRef<A>, to: ThreadRef<A>, count: usize) -> usize {
        let mut arrived = 0;
        for index in 0..count.min(MAX_CAPS) {
            if self.transfer_cap(from, to, index).is_some() {
                arrived |= 1 << index;
            }
        }
        arrived
    }

    fn transfer_cap(&mut self, from: ThreadRef<A>, to: ThreadRef<A>, index: usize) -> Option<()> {
        let item = CapItem(self.page_word(from, CAPS_OUT.wrapping_add(index)));
        let source = self.lookup(from, item.cptr().0.into()).ok()?;
        let slot = self.receive_slot(to, index)?;
        let handed = if self.is_near(source.tag.get(self.home())) {
            self.hand(source, slot, item)
        } else {
            self.order((from, source), (to, slot), item)
        };
        if handed.is_none() {
            self.refuse(slot);
        }
        handed
    }
}

/// Whether a message may carry capabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grant {
    /// It may.
    Yes,
    /// It may not.
    No,
}
