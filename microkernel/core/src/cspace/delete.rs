//! Deletion and revocation, a step of constant cost at a time.

use weft_abi::Kind;
use weft_hal::{Arch, IrqLine};

use crate::Core;
use crate::object::{SlotRef, ThreadRef};
use crate::space::Mapping;
use crate::state::{Next, Outcome};

use super::tree;

/// Capabilities without an object of the kernel's that are removed in one step.
const AT_ONCE: u32 = 16;

/// Whether a destruction has come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Nothing is left to do.
    Done,
    /// Another step is needed.
    More,
    /// Something that another core does has to end first.
    Waits,
}

impl<A: Arch> Core<A> {
    /// Repeats `step` until it is done, then empties dying CNodes, unless an interrupt comes first.
    ///
    /// `step` finds its slot anew each time, because the step before may have destroyed the CNode that
    /// the slot is part of; `None` then ends the work.
    pub(crate) fn work(
        &mut self,
        thread: ThreadRef<A>,
        step: impl Fn(&mut Self) -> Option<Progress>,
    ) -> Outcome<A> {
        while let Some(progress @ (Progress::More | Progress::Waits)) = step(self) {
            if let Some(next) = self.pause(thread, progress) {
                return Ok(self.waiting(next));
            }
        }
        while let progress @ (Progress::More | Progress::Waits) = self.dying_step() {
            if let Some(next) = self.pause(thread, progress) {
                return Ok(self.waiting(next));
            }
        }
        Ok(if self.is_calling(thread) {
            Next::Caller
        } else {
            Next::Blocked
        })
    }

    /// What was given to other cores goes there, before this one waits for it.
    #[cold]
    fn waiting(&mut self, next: Next<A>) -> Next<A> {
        self.begin_round();
        next
    }

    /// What comes before the next step: nothing, another thread (the caller destroyed itself), or an interrupt.
    fn pause(&self, thread: ThreadRef<A>, progress: Progress) -> Option<Next<A>> {
        if !self.is_calling(thread) {
            return Some(Next::Blocked);
        }
        let stop = progress == Progress::Waits || self.arch.interrupt_pending();
        stop.then_some(Next::Repeat)
    }

    /// One step towards an empty slot. The slot may be gone afterwards.
    pub(crate) fn delete_step(&mut self, slot: SlotRef) -> Progress {
        if slot.is_empty(self.home()) {
            return Progress::Done;
        }
        self.remove_step(self.victim(slot))
    }

    /// One step towards a capability from which nothing is derived: some capabilities that own nothing that could
    /// take the slot along, or a part of an object. The slot may be gone afterwards only in the latter case.
    pub(crate) fn revoke_step(&mut self, slot: SlotRef) -> Progress {
        let home = self.home();
        if slot.tag.get(home).is_session() {
            return self.revoke_copy(slot);
        }
        for _ in 0..AT_ONCE {
            let Some(child) = slot.child.get(home) else {
                return Progress::Done;
            };
            let victim = self.victim(child);
            if !victim.tag.get(home).is_light() || self.is_held(victim) {
                let progress = self.remove_step(victim);
                if progress == Progress::Waits {
                    self.release_all(child);
                }
                return progress;
            }
            self.remove(victim);
        }
        Progress::More
    }

    /// As `revoke_step` of a session, one copy at a time: once the last is gone, the session may be untold, and its links
    /// are others.
    #[cold]
    fn revoke_copy(&mut self, session: SlotRef) -> Progress {
        let home = self.home();
        let untold = session.tag.get(home).is_untold();
        let Some(copy) = session.child.get(home).filter(|_| !untold) else {
            return Progress::Done;
        };
        self.remove(copy);
        Progress::More
    }

    /// What must be removed first so that a capability can be: itself, or a descendant if it is an original that
    /// still has some. Originals nest no deeper than interrupt control, handler, copy.
    pub(super) fn victim(&self, slot: SlotRef) -> SlotRef {
        let home = self.home();
        let mut slot = slot;
        loop {
            let tag = slot.tag.get(home);
            let owns = tag.is_original() && tag.kind() != Some(Kind::Untyped);
            match slot.child.get(home).filter(|_| owns) {
                Some(child) => slot = child,
                None => return slot,
            }
        }
    }

    /// One step towards the removal of a victim.
    fn remove_step(&mut self, victim: SlotRef) -> Progress {
        if !victim.tag.get(self.home()).is_dying() {
            return self.remove_live(victim);
        }
        match self.dying_step() {
            // It is with another core.
            Progress::Done => Progress::Waits,
            progress => progress,
        }
    }

    /// As `remove_step`, of a capability that is not a dying CNode's.
    pub(super) fn remove_live(&mut self, victim: SlotRef) -> Progress {
        if self.is_held(victim) {
            return self.release_held(victim);
        }
        let tag = victim.tag.get(self.home());
        if tag.is_original() && tag.kind() == Some(Kind::CNode) {
            self.begin_dying(victim);
        } else if tag.is_original() {
            match self.destroy(victim) {
                Progress::Done => self.remove(victim),
                progress => return progress,
            }
        } else {
            self.remove(victim);
        }
        Progress::More
    }

    /// Whether another core holds something by a capability: a frame's mapping is there, or a thread that it is bound to.
    fn is_held(&self, victim: SlotRef) -> bool {
        let home = self.home();
        let tag = victim.tag.get(home);
        match tag.kind() {
            Some(Kind::Frame | Kind::PageTable) => {
                victim.mapping.get(home) != 0 && self.is_mapped_by_others(victim)
            }
            Some(Kind::CNode | Kind::AddressSpace) if !tag.container().is_cnode() => self
                .thread_around(victim)
                .is_some_and(|thread| self.is_away(thread)),
            _ => false,
        }
    }

    /// Whether another core has a mapping, or knows it.
    fn is_mapped_by_others(&self, victim: SlotRef) -> bool {
        let home = self.home();
        let tag = victim.tag.get(home);
        if tag.is_busy() || Mapping(victim.mapping.get(home)).is_beyond(self.id()) {
            return true;
        }
        self.has_sent_out()
            && match tag.kind() {
                Some(Kind::Frame) => self.cores_of_frame(victim) != 0,
                _ => self.cores_of_table(victim) != 0,
            }
    }

    /// Asks another core to let go of what it holds by a capability.
    #[cold]
    #[inline(never)]
    fn release_held(&mut self, victim: SlotRef) -> Progress {
        let tag = victim.tag.get(self.home());
        let mapping = Mapping(victim.mapping.get(self.home()));
        match tag.kind() {
            Some(Kind::Frame | Kind::PageTable) if tag.is_busy() => {}
            Some(Kind::Frame) if mapping.is_beyond(self.id()) => self.send_frame(victim),
            Some(Kind::Frame) => {
                if let Ok((word, cores @ 1..)) = self.unmap_frame(victim) {
                    self.unmap_round(victim, word, cores);
                }
            }
            Some(Kind::PageTable) => {
                let cores = self.cores_of_table(victim);
                self.unlink_table(victim);
                self.unmap_round(victim, Mapping::NONE, cores);
            }
            _ => {
                if let Some(thread) = self.thread_around(victim) {
                    self.call_back(thread);
                }
            }
        }
        Progress::Waits
    }

    /// Asks other cores to let go of what they hold by the capabilities of a sibling ring, until an interrupt comes: they
    /// are asked together, and waited for together.
    #[cold]
    #[inline(never)]
    fn release_all(&mut self, first: SlotRef) {
        let home = self.home();
        let mut next = first;
        loop {
            let victim = self.victim(next);
            if self.is_held(victim) {
                self.release_held(victim);
            }
            match next.next.get(home) {
                Some(sibling) if sibling != first && !self.arch.interrupt_pending() => {
                    next = sibling;
                }
                _ => return,
            }
        }
    }

    /// Takes one capability away; what was derived from it goes to its parent. The object is not touched.
    fn remove(&mut self, slot: SlotRef) {
        if let Some(session) = self.take_out(slot) {
            self.client_gone(session);
        }
    }

    /// As `remove`, but nobody is told; gives the capability of which this was the last copy.
    pub(crate) fn take_out(&mut self, slot: SlotRef) -> Option<SlotRef> {
        let home = self.home();
        self.forget_named(&slot);
        if slot.mapping.get(home) != 0 {
            match slot.tag.get(home).kind() {
                // A frame whose mapping is gone already needs nothing.
                Some(Kind::Frame) => drop(self.unmap_frame(slot)),
                Some(Kind::PageTable) => self.unlink_table(slot),
                // One that is to be told of: the field is a link.
                Some(Kind::Endpoint) => {
                    self.hush(slot);
                }
                _ => {}
            }
        }
        if let Some(thread) = self.thread_around(slot) {
            self.removed_binding(thread, slot);
        }
        let bereft = tree::remove(home, slot);
        self.vacate(slot);
        bereft
    }

    /// Empties a slot inside a thread or an interrupt's entry.
    pub(crate) fn unbind_slot(&mut self, slot: SlotRef) {
        if !slot.is_empty(self.home()) {
            self.remove(slot);
        }
    }

    /// One step towards the end of the object that an original without descendants owns.
    fn destroy(&mut self, slot: SlotRef) -> Progress {
        let home = self.home();
        let Some(kind) = slot.tag.get(home).kind() else {
            return Progress::Done;
        };
        let progress = match kind {
            Kind::Thread => slot
                .object_of(home, kind)
                .map(|thread| self.destroy_thread(thread)),
            Kind::SchedContext => slot
                .object_of(home, kind)
                .map(|sched| self.destroy_sched_context(sched)),
            Kind::Endpoint => slot
                .object_of(home, kind)
                .map(|it| self.destroy_endpoint(it)),
            Kind::Reply => slot
                .object_of(home, kind)
                .map(|reply| self.destroy_reply(reply)),
            Kind::Notification => slot
                .object_of(home, kind)
                .map(|it| self.destroy_notification(it)),
            Kind::AddressSpace => slot
                .object_of(home, kind)
                .map(|space| self.destroy_space(space)),
            Kind::IrqHandler => {
                self.irq_released(IrqLine(slot.object.get(home) as u16));
                None
            }
            _ => None,
        };
        progress.unwrap_or(Progress::Done)
    }
}
