//! Slots in mailboxes: empty ones that come back, frames that are to be unmapped, CNodes that are to be emptied.

use weft_hal::{Arch, CoreId};
use weft_store::{Letter, Ref};

use crate::Core;
use crate::cspace::{Progress, Use};
use crate::object::{SlotRef, Tag};
use crate::space::Mapping;

use super::Trip;

/// What a pin adds to the word in slot 0 that counts the used slots.
const PIN: u64 = 1 << 32;

/// How many slots are used, of the word in slot 0.
pub(crate) const fn used_slots(word: u64) -> u64 {
    word & (PIN - 1)
}

impl<A: Arch> Core<A> {
    /// Keeps the CNode of a slot, which is this core's, from being buried; gives its slot 0.
    pub(super) fn pin(&self, slot: SlotRef) -> Option<SlotRef> {
        let home = self.home();
        let zero = self.slot_zero(slot)?;
        zero.badge.set(home, zero.badge.get(home).wrapping_add(PIN));
        Some(zero)
    }

    pub(super) fn unpin(&self, zero: SlotRef) {
        let home = self.home();
        zero.badge.set(home, zero.badge.get(home).wrapping_sub(PIN));
    }

    /// Undoes the pins of a plan that is not carried out.
    pub(super) fn unpin_all(&self, trip: Trip) {
        for zero in trip.pinned.into_iter().flatten() {
            self.unpin(zero);
        }
    }

    /// Reserves empty slots of this core for another, or for this one.
    pub(super) fn reserve_row(&mut self, first: SlotRef, count: u64, owner: CoreId) {
        let home = self.home();
        for index in 0..count {
            let slot = self.behind(first.address(), index);
            let container = slot.tag.get(home).container();
            slot.tag.set(home, Tag::reserved(container, owner));
        }
        // This core counts its own when they are filled.
        if owner != self.id()
            && let Some(zero) = self.slot_zero(first)
        {
            zero.badge
                .set(home, zero.badge.get(home).wrapping_add(count));
        }
    }

    /// Gives a reserved slot that is not filled back.
    pub(super) fn give_back(&mut self, slot: SlotRef) {
        let home = self.home();
        let container = slot.tag.get(home).container();
        if container.is_beyond(self.id()) {
            self.return_slot(slot);
        } else {
            slot.tag.set(home, Tag::EMPTY.within(container));
        }
    }

    /// A slot of another core's CNode, which is emptied and marked so, goes back to that.
    pub(crate) fn return_slot(&mut self, slot: SlotRef) {
        let home = self.home();
        let core = slot.tag.get(home).container().core();
        if let Some(guest) = self.visits.guest {
            let mut trip = guest.trip.get(home);
            if trip.slot == Some(slot) {
                // From here on it may hold something else.
                trip.slot = None;
                guest.trip.set(home, trip);
            }
        }
        self.send_slot(slot, core);
    }

    pub(super) fn send_slot(&mut self, slot: SlotRef, core: CoreId) {
        let home = self.home();
        self.post(core, |boxes| boxes.slots.put(home, slot));
    }

    /// Has the mapping of a frame, which is in a space of another core, removed there. The capability stays until that is
    /// done.
    pub(crate) fn send_frame(&mut self, frame: SlotRef) {
        let home = self.home();
        let core = Mapping(frame.mapping.get(home)).core();
        frame.tag.set(home, frame.tag.get(home).busy());
        self.send_slot(frame, core);
    }

    /// Has another core remove its capabilities from a dying CNode, which is in no list.
    pub(crate) fn send_cnode(&mut self, zero: SlotRef, core: CoreId) {
        let home = self.home();
        zero.badge.set(home, zero.badge.get(home).wrapping_add(PIN));
        self.send_slot(zero, core);
    }

    pub(super) fn sort_slots(&mut self) {
        let home = self.home();
        let me = self.id();
        let mut next = self.boxes(me).and_then(|boxes| boxes.slots.take(home));
        while let Some(slot) = next {
            next = Ref::from_address(slot.next_letter(home));
            slot.set_next_letter(home, 0);
            self.sort_slot(slot);
        }
    }

    fn sort_slot(&mut self, slot: SlotRef) {
        let home = self.home();
        let me = self.id();
        let tag = slot.tag.get(home);
        if tag.is_reserved()
            && let Some(source) = slot.child.get(home)
        {
            self.fill(slot, source);
        } else if tag.is_reserved() {
            slot.tag.set(home, Tag::EMPTY.within(tag.container()));
            self.count(slot, Use::Less);
        } else if tag.is_dying() && tag.home() == me {
            slot.object.set(home, slot.address());
            self.unpin(slot);
            self.queue_dying(slot);
        } else if tag.is_dying() {
            self.keep_emptying(slot);
        } else if tag.home() == me {
            slot.mapping.set(home, Mapping::NONE.0);
            slot.tag.set(home, tag.settled());
        } else {
            // It may be gone with its space.
            match self.unmap_frame(slot) {
                Ok((word, cores @ 1..)) => self.unmap_round(slot, word, cores),
                _ => self.send_slot(slot, tag.home()),
            }
        }
    }

    /// Empties CNodes, of this core and others, until an interrupt comes or something is in the way. Says whether nothing
    /// is left that could be done now.
    pub(super) fn tidy_up(&mut self) -> bool {
        let home = self.home();
        let mut waiting = None;
        let mut done = true;
        while done && let Some(zero) = self.visits.emptying {
            self.visits.emptying = Ref::from_address(zero.object.get(home));
            match self.empty_of_mine(zero) {
                Progress::Done => {
                    let core = zero.tag.get(home).home();
                    self.send_slot(zero, core);
                }
                progress => {
                    zero.object.set(home, waiting.map_or(0, Ref::address));
                    waiting = Some(zero);
                    done = progress == Progress::Waits;
                }
            }
        }
        while let Some(zero) = waiting {
            waiting = Ref::from_address(zero.object.get(home));
            self.keep_emptying(zero);
        }
        while done && self.dying_step() == Progress::More {
            done = !self.arch.interrupt_pending();
        }
        done
    }

    /// Puts a CNode of another core before those that are emptied of this one's capabilities.
    fn keep_emptying(&mut self, zero: SlotRef) {
        let first = self.visits.emptying.replace(zero);
        zero.object.set(self.home(), first.map_or(0, Ref::address));
    }
}
