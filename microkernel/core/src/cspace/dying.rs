//! CNodes that are being emptied.
//!
//! A CNode may hold its own capability, or two CNodes each other's. So destroying one first takes its original
//! capability out of everybody's reach: it moves, with its place in the tree, into the CNode's own slot 0. From
//! then on nobody can name the CNode, its used slots are emptied one a step, and when none is left, slot 0 leaves the
//! tree. The core keeps the dying CNodes in a queue; their `mapping` field links them.

use weft_abi::Kind;
use weft_hal::Arch;
use weft_store::Ref;

use crate::Core;
use crate::object::{Slot, SlotRef};
use crate::remote::used_slots;

use super::delete::Progress;
use super::{power, tree};

/// The dying CNodes of a core, first in, first emptied.
pub(crate) struct Dying {
    first: Option<SlotRef>,
    last: Option<SlotRef>,
    /// Slots of the first that are known to be empty.
    emptied: u64,
}

/// Empty slots that are passed over in one step.
const PASSED: u64 = 64;

impl Dying {
    /// None.
    pub(crate) const fn new() -> Self {
        Self {
            first: None,
            last: None,
            emptied: 0,
        }
    }
}

impl<A: Arch> Core<A> {
    /// Takes a CNode, of which this is the only capability, out of everybody's reach.
    pub(super) fn begin_dying(&mut self, original: SlotRef) {
        let home = self.home();
        let Some(zero) = original.object_of::<Slot>(home, Kind::CNode) else {
            return;
        };
        tree::take_place(home, original, zero);
        self.vacate(original);
        zero.tag.set(home, zero.tag.get(home).dying());
        self.queue_dying(zero);
    }

    /// Makes a dying CNode the last of those that are emptied here.
    pub(crate) fn queue_dying(&mut self, zero: SlotRef) {
        let home = self.home();
        zero.mapping.set(home, 0);
        match self.dying.last.replace(zero) {
            Some(last) => last.mapping.set(home, zero.address()),
            None => self.dying.first = Some(zero),
        }
    }

    /// One step of emptying: a slot, or a part of what its capability owns.
    pub(crate) fn dying_step(&mut self) -> Progress {
        let home = self.home();
        let Some(zero) = self.dying.first else {
            return Progress::Done;
        };
        let word = zero.badge.get(home);
        if word == 0 {
            self.bury(zero);
            return Progress::More;
        }
        if used_slots(word) == 0 {
            return Progress::Waits;
        }
        match self.next_used(zero) {
            Some(slot) => return self.remove_used(zero, slot),
            None if self.dying.emptied >= power(zero.tag.get(home).size()) => {
                crate::bug("a CNode counts slots that are not used")
            }
            None => {}
        }
        Progress::More
    }

    /// One step towards an empty slot of a dying CNode.
    fn remove_used(&mut self, zero: SlotRef, slot: SlotRef) -> Progress {
        let tag = slot.tag.get(self.home());
        if tag.is_reserved() {
            return Progress::Waits;
        }
        if tag.home() == self.id() {
            return self.remove_live(self.victim(slot));
        }
        self.leave_first(zero);
        self.send_cnode(zero, tag.home());
        Progress::More
    }

    /// Removes this core's capabilities from a dying CNode of another, until an interrupt comes.
    pub(crate) fn empty_of_mine(&mut self, zero: SlotRef) -> Progress {
        let home = self.home();
        let slots = power(zero.tag.get(home).size());
        for index in 1..slots {
            let slot = self.behind(zero.address(), index);
            while self.is_mine(slot) {
                let progress = self.delete_step(slot);
                if progress == Progress::Waits {
                    return Progress::Waits;
                }
                if self.arch.interrupt_pending() {
                    return Progress::More;
                }
            }
        }
        Progress::Done
    }

    /// Takes the first dying CNode out of the queue.
    fn leave_first(&mut self, zero: SlotRef) {
        self.dying.emptied = 0;
        self.dying.first = Ref::from_address(zero.mapping.get(self.home()));
        if self.dying.first.is_none() {
            self.dying.last = None;
        }
    }

    /// The next used slot of a dying CNode, if it is near.
    fn next_used(&mut self, zero: SlotRef) -> Option<SlotRef> {
        let home = self.home();
        let slots = power(zero.tag.get(home).size());
        let first = self.dying.emptied.saturating_add(1);
        for index in first..slots.min(first.saturating_add(PASSED)) {
            let here = self.behind(zero.address(), index);
            if !here.is_empty(home) {
                return Some(here);
            }
            self.dying.emptied = index;
        }
        if self.dying.emptied.saturating_add(1) >= slots {
            self.dying.emptied = slots;
        }
        None
    }

    /// Ends the first dying CNode, all of whose slots are empty but slot 0.
    fn bury(&mut self, zero: SlotRef) {
        let home = self.home();
        let slots = power(zero.tag.get(home).size());
        self.leave_first(zero);
        // Its parent is untyped memory: nobody has to be told.
        let _ = tree::remove(home, zero);
        tree::clear(home, zero);
        self.memory.retire_row(zero, slots as usize);
    }
}
