//! Getting the memory of large pages ready, in pieces.
//!
//! Where caches do not follow by themselves, memory that is to be executed, or reached past the caches, has to be written
//! back, line by line. A page of 4 KiB takes some hundred instructions, one of 2 MiB five hundred times as many, with
//! interrupts masked. So large pages are got ready before they are mapped, in pieces, and between two of them an
//! interrupt makes the thread repeat its call, which then goes on where it was.
//!
//! How far it came is with the thread, under a number that the frame's capability has as well: a frame that is made anew
//! of the same memory has another, so that nothing of what was in the caches before is taken for written back.

use weft_hal::{Arch, Leaf, PageSize};
use weft_store::Home;

use crate::Core;
use crate::cspace::{Progress, power};
use crate::object::{SlotRef, Thread, ThreadRef};

/// Bytes that are got ready between two looks for interrupts: 256 lines of 64 bytes, and not too many of 16.
const PIECE: u64 = 16 << 10;

/// How far a thread's call has got the memory of a large page ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preparation {
    /// What the frame's capability has as its badge meanwhile.
    number: u64,
    /// The page-table entry that is to be made.
    entry: u64,
    /// Bytes from the start that are ready.
    done: u64,
}

impl Preparation {
    /// Nothing is being got ready.
    pub const NONE: Self = Self {
        number: 0,
        entry: 0,
        done: 0,
    };
}

impl<A: Arch> Thread<A> {
    /// The thread does not repeat what it did.
    pub(crate) fn drop_preparation(&self, home: Home) {
        self.preparation.set(home, Preparation::NONE);
    }
}

impl<A: Arch> Core<A> {
    /// Whether a page has to be got ready in pieces before it is mapped.
    #[inline(always)]
    pub(crate) fn has_to_prepare(&self, leaf: &Leaf) -> bool {
        leaf.size != PageSize::Small && self.arch.has_to_prepare(leaf)
    }

    /// Gets the next piece of a page ready that a thread maps; `Done` if there is none left. Whatever it said the last time
    /// holds only if the thread has repeated its call since, and the capability is the same.
    #[cold]
    #[inline(never)]
    pub(crate) fn prepare_step(
        &mut self,
        thread: ThreadRef<A>,
        frame: SlotRef,
        leaf: Leaf,
    ) -> Progress {
        let home = self.home();
        let entry = A::encode_page(leaf);
        let before = thread.preparation.replace(home, Preparation::NONE);
        let goes_on =
            before.number != 0 && before.number == frame.badge.get(home) && before.entry == entry;
        let now = if goes_on {
            before
        } else {
            self.begin_preparation(frame, entry)
        };
        let bytes = power(leaf.size.log2());
        if now.done >= bytes {
            frame.badge.set(home, 0);
            return Progress::Done;
        }
        self.arch.prepare_piece(leaf, now.done, PIECE);
        let done = now.done.wrapping_add(PIECE);
        thread.preparation.set(home, Preparation { done, ..now });
        Progress::More
    }

    fn begin_preparation(&mut self, frame: SlotRef, entry: u64) -> Preparation {
        self.preparations = self.preparations.wrapping_add(1);
        let number = self.preparations;
        frame.badge.set(self.home(), number);
        Preparation {
            number,
            entry,
            done: 0,
        }
    }

    /// Gets a large page ready, until an interrupt comes.
    pub(crate) fn prepare_large(
        &mut self,
        thread: ThreadRef<A>,
        frame: SlotRef,
        leaf: Leaf,
    ) -> Progress {
        while self.prepare_step(thread, frame, leaf) == Progress::More {
            if self.arch.interrupt_pending() {
                return Progress::More;
            }
        }
        Progress::Done
    }
}
