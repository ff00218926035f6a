//! The slots of one queue, and the two things that are done with them.

use crate::slot::Sequence;
use crate::sync::{AtomicU64, Ordering, fence};

/// The slots of a queue. A message lies where its sequence says, so an end needs to know nothing of where it
/// stands but the sequence of the next message.
///
/// A loop over many messages works on a copy of that, which the compiler keeps in a register: what lies behind a
/// `&mut self` it has to store before every message that is published, since another process could look then.
#[derive(Clone, Copy)]
pub(crate) struct Slots<'a, const W: usize>(&'a [[AtomicU64; W]]);

impl<'a, const W: usize> Slots<'a, W> {
    /// All slots of a queue. Their number is a power of two.
    pub(crate) fn new(slots: &'a [[AtomicU64; W]]) -> Self {
        Self(slots)
    }

    /// Whether there are none: what is closed has none, so that nothing is taken or published any more.
    #[inline]
    pub(crate) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Writes the message that `make` gives for its sequence into its slot, publishes it by its first word and
    /// steps past it. The caller knows that the slot is free. A message may be shorter than its slot.
    #[inline(always)]
    pub(crate) fn publish<const N: usize>(
        self,
        next: &mut Sequence,
        make: impl FnOnce(Sequence) -> [u64; N],
    ) {
        let message = make(*next);
        let (Some([slot_head, slot_body @ ..]), [head, body @ ..]) =
            (self.slot(*next), &message[..])
        else {
            return;
        };
        for (word, value) in slot_body.iter().zip(body) {
            word.store(*value, Ordering::Relaxed);
        }
        slot_head.store(*head, Ordering::Release);
        *next = next.following();
    }

    /// If the first word of the next message's slot is `ready`, given the sequence that it must have, copies the
    /// slot and steps past it; else returns that word. It is read once: it stands in the copy.
    ///
    /// The slots may lie in memory that this side cannot write, where Rust defines relaxed loads only; an
    /// acquire fence behind the first gives the ordering.
    #[inline(always)]
    pub(crate) fn take<const N: usize>(
        self,
        next: &mut Sequence,
        ready: impl FnOnce(Sequence, u64) -> bool,
    ) -> Result<[u64; N], u64> {
        let Some([head, body @ ..]) = self.slot(*next) else {
            return Err(0);
        };
        let head = head.load(Ordering::Relaxed);
        if !ready(*next, head) {
            return Err(head);
        }
        fence(Ordering::Acquire);
        *next = next.following();
        let mut copy = [0; N];
        if let [first, rest @ ..] = &mut copy[..] {
            *first = head;
            for (to, from) in rest.iter_mut().zip(body) {
                *to = from.load(Ordering::Relaxed);
            }
        }
        Ok(copy)
    }

    /// Reads the first word of the next message's slot; 0 if there are no slots.
    #[inline]
    pub(crate) fn head(self, next: Sequence) -> u64 {
        let first = self.slot(next).and_then(<[_]>::first);
        first.map_or(0, |head| head.load(Ordering::Relaxed))
    }

    /// Clears every slot, so that nothing of an earlier life can be taken for a message.
    pub(crate) fn clear(self) {
        for word in self.0.as_flattened() {
            word.store(0, Ordering::Relaxed);
        }
    }

    #[inline(always)]
    fn slot(self, next: Sequence) -> Option<&'a [AtomicU64]> {
        let last = self.0.len().checked_sub(1)?;
        self.0
            .get(next.word() as usize & last)
            .map(<[_; W]>::as_slice)
    }
}
