//! From a capability pointer to a slot.

use weft_abi::layout::PAGE;
use weft_abi::{CPtr, Kind, Refusal, Rights};
use weft_hal::{Arch, Context, IrqLine};
use weft_store::Ref;

use crate::Core;
use crate::interrupt::TABLE_BYTES;
use crate::object::{Slot, SlotRef, Tag, ThreadRef, size};

use super::power;

impl<A: Arch> Core<A> {
    /// The slot that a pointer names in the CNode whose capability stands in `cspace`. Slot 0 is nobody's.
    pub(crate) fn slot_of(&self, cspace: &Slot, cptr: CPtr) -> Option<SlotRef> {
        self.slot_in(cspace, cptr.0.into())
    }

    /// As `slot_of`, by any number.
    #[inline(always)]
    pub(crate) fn slot_in(&self, cspace: &Slot, index: u64) -> Option<SlotRef> {
        let tag = cspace.tag.get(self.home());
        if !self.want(Kind::CNode, Rights::empty()).accepts(tag) {
            return None;
        }
        self.slot_of_cnode(cspace, index)
    }

    /// As `slot_in`, of a capability that is known to be a CNode's of this core.
    #[inline(always)]
    pub(crate) fn slot_of_cnode(&self, cnode: &Slot, index: u64) -> Option<SlotRef> {
        let home = self.home();
        // A CNode has at most 2^16 slots, so that the shift never wraps.
        let beyond = index.wrapping_shr(cnode.tag.get(home).size().into());
        let within = index != 0 && beyond == 0;
        within.then(|| self.behind(cnode.object.get(home), index))
    }

    /// The slot `index` slots behind the one at an address. Whether it is in the same CNode is the caller's matter.
    #[inline(always)]
    pub(crate) fn behind(&self, first: u64, index: u64) -> SlotRef {
        Ref::from_slot(first.wrapping_add(index.wrapping_mul(size_of::<Slot>() as u64)))
    }

    /// Slot 0 of the CNode that a slot is part of; `None` for a slot inside another object and for slot 0.
    pub(crate) fn slot_zero(&self, slot: SlotRef) -> Option<SlotRef> {
        let container = slot.tag.get(self.home()).container();
        if !container.is_cnode() {
            return None;
        }
        let bytes = power(container.log2().saturating_add(size::SLOT));
        let inside = self.memory.physical(slot).0 & bytes.wrapping_sub(1);
        if inside == 0 {
            return None;
        }
        Ref::from_address(slot.address().wrapping_sub(inside))
    }

    /// The thread that a slot is inside; `None` for a slot of a CNode or of an interrupt's entry.
    pub(super) fn thread_around(&self, slot: SlotRef) -> Option<ThreadRef<A>> {
        if slot.tag.get(self.home()).container().is_cnode() {
            return None;
        }
        let table = self.irqs.entry(IrqLine(0)).map(Ref::address);
        if table.is_some_and(|table| slot.address().wrapping_sub(table) < TABLE_BYTES) {
            return None;
        }
        let inside = self.memory.physical(slot).0 & PAGE.wrapping_sub(1);
        Ref::from_address(slot.address().wrapping_sub(inside))
    }

    /// The slot that two arguments of a system call name: a CNode (for which the caller needs `rights`) and an
    /// index in it. The slot may be empty.
    pub(crate) fn named_slot(
        &self,
        thread: ThreadRef<A>,
        first_argument: usize,
        rights: Rights,
    ) -> Result<SlotRef, Refusal> {
        if self.visits.guest.is_some()
            && let Some(slot) = self.carried(thread)
        {
            return slot;
        }
        let cnode = thread.context.argument(first_argument);
        let index = thread.context.argument(first_argument.saturating_add(1));
        let cnode = self.expect(thread, cnode, Kind::CNode, rights)?;
        let index = u32::try_from(index).map_err(|_| Refusal::NoCapability)?;
        let slot = self
            .slot_of(&cnode, CPtr(index))
            .ok_or(Refusal::NoCapability)?;
        self.mine(slot)
    }

    /// Whether what a slot's word says is this core's, or the slot is empty and this is the first core.
    #[inline(always)]
    pub(crate) fn is_near(&self, tag: Tag) -> bool {
        tag.is_near(self.own(Kind::CNode))
    }

    /// Whether a slot, wherever it is, holds a capability of this core.
    pub(crate) fn is_mine(&self, slot: SlotRef) -> bool {
        let tag = slot.tag.get(self.home());
        !tag.is_empty() && self.is_near(tag)
    }

    /// A slot of a CNode of this core, if this core may touch what it holds.
    #[inline(always)]
    fn mine(&self, slot: SlotRef) -> Result<SlotRef, Refusal> {
        if self.is_near(slot.tag.get(self.home())) {
            return Ok(slot);
        }
        self.perhaps_mine(slot)
    }

    #[cold]
    #[inline(never)]
    fn perhaps_mine(&self, slot: SlotRef) -> Result<SlotRef, Refusal> {
        let tag = slot.tag.get(self.home());
        if tag.is_empty() {
            Ok(slot)
        } else if tag.is_reserved() {
            Err(Refusal::Busy)
        } else {
            Err(self.is_elsewhere(tag.home(), Some(slot)))
        }
    }

    /// As `named_slot`; an empty slot is refused.
    pub(crate) fn named_used(
        &self,
        thread: ThreadRef<A>,
        first_argument: usize,
    ) -> Result<SlotRef, Refusal> {
        let slot = self.named_slot(thread, first_argument, Rights::WRITE)?;
        if slot.is_empty(self.home()) {
            Err(Refusal::NoCapability)
        } else {
            Ok(slot)
        }
    }
}
