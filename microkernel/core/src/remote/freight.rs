//! Capabilities in messages, where another core has them or the slot that they go to.
//!
//! The core where sender and receiver meet has the message. What it cannot move or copy itself it *orders*: it gives the
//! slot, as a letter that names where the capability is, to the core that has that. The receiver then passes by these
//! cores before it goes on ([`Thread::via`]), and finds the slots filled. Nobody's memory is taken away meanwhile: a sender
//! of another core passes by as well before it goes home, and the CNode of one that is at home is pinned for the
//! receiver.
//!
//! A caller's slots are of its core, and its server's core may not touch them when it answers. So they are reserved
//! for that core when the caller leaves ([`Thread::places`]); those that stay empty go back before the caller does.

use weft_abi::message::{CAPS_IN, CapItem};
use weft_abi::{CPtr, MAX_CAPS};
use weft_hal::{Arch, CoreId};

use crate::Core;
use crate::cspace::Use;
use crate::object::{SlotRef, Tag, ThreadRef};

/// A bit for each core.
pub(super) const fn bit(core: CoreId) -> u64 {
    1_u64.wrapping_shl(core.0 as u32)
}

/// The core of the lowest bit.
pub(super) const fn first_core(cores: u64) -> CoreId {
    CoreId(cores.trailing_zeros() as u8)
}

impl<A: Arch> Core<A> {
    /// Reserves the slots that a caller names for the answer's capabilities, for the core that will answer.
    pub(super) fn reserve_places(&mut self, thread: ThreadRef<A>, core: CoreId) {
        let home = self.home();
        let mut places = [0; MAX_CAPS];
        for (index, place) in places.iter_mut().enumerate() {
            if let Some((cptr, slot)) = self.wanted_slot(thread, index)
                && slot.is_empty(home)
            {
                self.reserve_row(slot, 1, core);
                *place = cptr.0;
            }
        }
        thread.places.set(home, places);
    }

    /// The slot that a receiver names in its message page.
    fn wanted_slot(&self, to: ThreadRef<A>, index: usize) -> Option<(CPtr, SlotRef)> {
        let word = self.page_word(to, CAPS_IN.wrapping_add(index));
        let cptr = CPtr(u32::try_from(word).ok()?);
        Some((cptr, self.slot_of(&to.cspace, cptr)?))
    }

    /// The slot that capability `index` of a message goes to: an empty one, or one that is reserved for this core.
    pub(crate) fn receive_slot(&self, to: ThreadRef<A>, index: usize) -> Option<SlotRef> {
        let home = self.home();
        if !self.is_visitor(to) {
            let (_, slot) = self.wanted_slot(to, index)?;
            return slot.is_empty(home).then_some(slot);
        }
        let mut places = to.places.get(home);
        let cptr = core::mem::take(places.get_mut(index)?);
        to.places.set(home, places);
        self.reserved_place(to, cptr)
    }

    fn reserved_place(&self, thread: ThreadRef<A>, cptr: u32) -> Option<SlotRef> {
        let slot = self.lookup(thread, cptr.into()).ok()?;
        let tag = slot.tag.get(self.home());
        (tag.is_reserved() && tag.home() == self.id()).then_some(slot)
    }

    /// Gives a caller's slots that stayed empty back.
    #[cold]
    pub(super) fn give_places_back(&mut self, thread: ThreadRef<A>) {
        let home = self.home();
        let places = thread.places.replace(home, [0; MAX_CAPS]);
        for cptr in places {
            if let Some(slot) = self.reserved_place(thread, cptr) {
                self.give_back(slot);
                self.pass_by(thread, thread.core);
            }
        }
    }

    /// Has a thread pass by a core, and what came there by mail, before it goes on.
    pub(crate) fn pass_by(&self, thread: ThreadRef<A>, core: CoreId) {
        let home = self.home();
        thread.via.set(home, thread.via.get(home) | bit(core));
    }

    /// A thread that is on its way home is here, and has seen what came by mail before it.
    pub(super) fn passed(&self, thread: ThreadRef<A>) -> u64 {
        let home = self.home();
        let left = thread.via.get(home) & !bit(self.id());
        thread.via.set(home, left);
        left
    }

    /// Orders a capability of another core for a receiver.
    #[cold]
    #[inline(never)]
    pub(crate) fn order(
        &mut self,
        (from, source): (ThreadRef<A>, SlotRef),
        (to, slot): (ThreadRef<A>, SlotRef),
        item: CapItem,
    ) -> Option<()> {
        let home = self.home();
        let tag = source.tag.get(home);
        // Whoever lives on its callers' time cannot travel.
        let may_travel = self.is_visitor(to) || to.own_sched.get(home).is_some();
        if tag.is_empty() || tag.is_reserved() || !may_travel {
            return None;
        }
        let core = tag.home();
        if self.is_visitor(from) {
            self.pass_by(from, core);
        } else {
            self.pin_for(to, source)?;
        }
        self.pass_by(to, core);
        if slot.is_empty(home) {
            self.reserve_row(slot, 1, core);
        } else {
            let container = slot.tag.get(home).container();
            slot.tag.set(home, Tag::reserved(container, core));
        }
        slot.child.set(home, Some(source));
        slot.object.set(home, item.0);
        self.send_slot(slot, core);
        Some(())
    }

    /// A slot for which there is no capability goes back to whose it is.
    pub(crate) fn refuse(&mut self, slot: SlotRef) {
        if slot.tag.get(self.home()).is_reserved() {
            self.give_back(slot);
        }
    }

    /// Pins the CNode of a slot for as long as a thread is on its way.
    fn pin_for(&mut self, thread: ThreadRef<A>, slot: SlotRef) -> Option<()> {
        let home = self.home();
        let zero = self.slot_zero(slot)?;
        let mut trip = thread.trip.get(home);
        if !trip.pinned.contains(&Some(zero)) {
            let free = trip.pinned.iter_mut().find(|pinned| pinned.is_none())?;
            *free = self.pin(slot);
            thread.trip.set(home, trip);
        }
        Some(())
    }

    /// A receiver of this core that has its message passes by the cores where capabilities were ordered for it. Says
    /// whether there are any.
    #[inline(always)]
    pub(crate) fn sets_out(&mut self, thread: ThreadRef<A>) -> bool {
        let away = self.prepares(thread);
        if away {
            self.go_home(thread);
        }
        away
    }

    /// As `sets_out`, of a caller that is answered: it is sent by whoever makes it take its turn.
    #[inline(always)]
    pub(crate) fn prepares(&mut self, thread: ThreadRef<A>) -> bool {
        let away = thread.via.get(self.home()) != 0 && !self.is_visitor(thread);
        if away {
            self.depart(thread);
        }
        away
    }

    /// Fills a slot that another core has sent with what it was ordered for.
    pub(super) fn fill(&mut self, slot: SlotRef, source: SlotRef) {
        let home = self.home();
        let item = CapItem(slot.object.replace(home, 0));
        slot.child.set(home, None);
        let container = slot.tag.get(home).container();
        if !container.is_beyond(self.id()) {
            slot.tag.set(home, Tag::EMPTY.within(container));
            self.count(slot, Use::Less);
        }
        let filled = self.is_mine(source) && self.hand(source, slot, item).is_some();
        if !filled {
            self.refuse(slot);
        }
    }

    /// Copies or moves a capability of this core into a slot, as a message asks for.
    pub(crate) fn hand(&mut self, source: SlotRef, slot: SlotRef, item: CapItem) -> Option<()> {
        let handed = match item.copy_rights() {
            Some(rights) => self.copy_into(source, slot, rights),
            None => self.move_if_settled(source, slot),
        };
        handed.ok()
    }
}
