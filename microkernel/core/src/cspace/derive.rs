//! New capabilities: originals, copies, copies with a badge; and moving them.

use weft_abi::{Kind, Refusal, Rights};
use weft_hal::Arch;

use crate::Core;
use crate::object::{SlotRef, Tag};

use super::tree;

/// What a new original holds. See [`Slot`](crate::object::Slot) for the meaning by kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Contents {
    /// Kind, rights, home, size, class.
    pub(crate) tag: Tag,
    /// Which object.
    pub(crate) object: u64,
    /// Badge, or what it means for the kind.
    pub(crate) badge: u64,
}

/// The badge of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mint {
    /// The same as the source's.
    Same,
    /// This one, by the rules of the kind.
    Badge(u64),
}

/// More slots, or one less, of a CNode are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    More(u64),
    Less,
}

impl<A: Arch> Core<A> {
    /// Fills an empty slot with the original capability of a new object, derived from `parent` or a root.
    pub(crate) fn create(&mut self, parent: Option<SlotRef>, to: SlotRef, contents: Contents) {
        let home = self.home();
        let container = to.tag.get(home).container();
        to.tag.set(home, contents.tag.original().within(container));
        to.object.set(home, contents.object);
        to.badge.set(home, contents.badge);
        match parent {
            Some(parent) => tree::insert_child(home, parent, to),
            None => tree::insert_root(home, to),
        }
        self.count(to, Use::More(1));
    }

    /// Derives a copy with at most `rights` into a slot. A slot inside another object gives up what it
    /// holds; any other must be empty.
    ///
    /// Refuses with WRONG_KIND what cannot be shared: untyped memory (its children would have two parents) and
    /// page tables (a table in two places would evade flushing).
    pub(crate) fn copy_into(
        &mut self,
        from: SlotRef,
        to: SlotRef,
        rights: Rights,
    ) -> Result<(), Refusal> {
        self.derive(from, to, rights, Mint::Same)
    }

    /// As `copy_into`, with a badge.
    pub(crate) fn derive(
        &mut self,
        from: SlotRef,
        to: SlotRef,
        rights: Rights,
        mint: Mint,
    ) -> Result<(), Refusal> {
        let home = self.home();
        let tag = from.tag.get(home);
        let copy = tag.derived().limited(rights);
        let (copy, badge) = match (tag.kind(), mint) {
            (None, _) => return Err(Refusal::NoCapability),
            (Some(Kind::Untyped | Kind::PageTable), _) => return Err(Refusal::WrongKind),
            (Some(_), Mint::Same) => (copy, from.badge.get(home)),
            (Some(kind), Mint::Badge(badge)) => {
                let badge = minted(kind, from.badge.get(home), badge)?;
                (session(copy), badge)
            }
        };
        let container = to.tag.get(home).container();
        if !to.is_empty(home) && !to.tag.get(home).is_reserved() {
            if container.is_cnode() {
                return Err(Refusal::SlotOccupied);
            }
            self.unbind_slot(to);
        }
        self.hush(from);
        to.tag.set(home, copy.within(container));
        to.object.set(home, from.object.get(home));
        to.badge.set(home, badge);
        to.mapping.set(home, 0);
        tree::insert_child(home, from, to);
        self.count(to, Use::More(1));
        Ok(())
    }

    /// Moves a capability with its place in the tree into an empty slot.
    pub(crate) fn move_capability(&mut self, from: SlotRef, to: SlotRef) {
        let home = self.home();
        if from.tag.get(home).is_untold() {
            return self.move_untold(from, to);
        }
        self.forget_named(&from);
        tree::take_place(home, from, to);
        to.object.set(home, from.object.get(home));
        to.badge.set(home, from.badge.get(home));
        to.mapping.set(home, from.mapping.get(home));
        self.vacate(from);
        self.count(to, Use::More(1));
    }

    /// As `move_capability`, unless another core does something with it.
    pub(crate) fn move_if_settled(&mut self, from: SlotRef, to: SlotRef) -> Result<(), Refusal> {
        if from.tag.get(self.home()).is_busy() {
            return Err(Refusal::Busy);
        }
        self.move_capability(from, to);
        Ok(())
    }

    /// Empties a slot that is in no tree, and gives it to its CNode's core.
    pub(super) fn vacate(&mut self, slot: SlotRef) {
        let home = self.home();
        tree::clear(home, slot);
        let container = slot.tag.get(home).container();
        if !container.is_beyond(self.id()) {
            return self.count(slot, Use::Less);
        }
        slot.tag
            .set(home, Tag::reserved(container, container.core()));
        self.return_slot(slot);
    }

    /// As `move_capability` of a session of which the server is to be told: it still is, behind the others.
    #[cold]
    fn move_untold(&mut self, from: SlotRef, to: SlotRef) {
        self.hush(from);
        self.move_capability(from, to);
        self.client_gone(to);
    }

    /// Counts the used slots of the CNode that a slot is part of.
    ///
    /// Those of another core's count since they were reserved.
    pub(crate) fn count(&self, slot: SlotRef, change: Use) {
        if slot.tag.get(self.home()).container().is_beyond(self.id()) {
            return;
        }
        let Some(zero) = self.slot_zero(slot) else {
            return;
        };
        let used = zero.badge.get(self.home());
        let used = match change {
            Use::More(count) => used.wrapping_add(count),
            Use::Less => used.wrapping_sub(1),
        };
        zero.badge.set(self.home(), used);
    }
}

/// A capability that is given a badge, as a session if messages can be sent through it: whoever could not pretend to be a
/// client cannot pretend that it is gone.
fn session(tag: Tag) -> Tag {
    if tag.kind() == Some(Kind::Endpoint) && tag.rights().contains(Rights::WRITE) {
        tag.session()
    } else {
        tag
    }
}

/// What a copy of a kind holds as its badge if `wanted` was asked for and the source has `old`.
fn minted(kind: Kind, old: u64, wanted: u64) -> Result<u64, Refusal> {
    match kind {
        Kind::Endpoint | Kind::Notification if wanted == 0 => Err(Refusal::InvalidArgument),
        Kind::Endpoint | Kind::Notification if old != 0 => Err(Refusal::AlreadyBadged),
        Kind::Endpoint | Kind::Notification => Ok(wanted),
        Kind::IoPorts => narrowed(old, wanted).ok_or(Refusal::OutOfRange),
        Kind::SchedControl if wanted <= old => Ok(wanted),
        Kind::SchedControl => Err(Refusal::OutOfRange),
        _ => Err(Refusal::WrongKind),
    }
}

fn narrowed(old: u64, wanted: u64) -> Option<u64> {
    let (first, last) = (wanted & 0xffff, wanted >> 16);
    let inside = first >= old & 0xffff && last <= old >> 16 && first <= last;
    inside.then_some(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_ports_only_shrinks() {
        let old = 0x10 | 0x1f << 16;
        assert_eq!(
            minted(Kind::IoPorts, old, 0x12 | 0x13 << 16),
            Ok(0x12 | 0x13 << 16)
        );
        for wrong in [
            0x0f | 0x13 << 16,
            0x12 | 0x20 << 16,
            0x13 | 0x12 << 16,
            0x12 | 0x1_0013 << 16,
        ] {
            assert_eq!(minted(Kind::IoPorts, old, wrong), Err(Refusal::OutOfRange));
        }
    }
}
