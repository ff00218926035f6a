//! What always holds of the capabilities of a machine at rest.

use std::collections::BTreeSet;
use std::vec::Vec;

use weft_abi::{CPtr, Kind};
use weft_hal::fake::Fake;
use weft_store::Ref;

use super::Fixture;
use crate::Core;
use crate::cspace::power;
use crate::object::{Endpoint, Slot, SlotRef, ThreadSlot};

impl Fixture {
    /// Counters are open if and only if the running thread may read them.
    fn check_counters(&self) {
        let home = self.core.home();
        let running = self.core.sched.current;
        if let Some(space) = running.and_then(|thread| self.core.space_of(thread)) {
            assert_eq!(self.core.arch.counters, space.counters.get(home));
        }
    }

    /// Panics if an invariant does not hold for any slot that can be reached from root's CNode, or of who runs.
    pub(super) fn check_invariants(&self) {
        self.check_counters();
        let mut seen = BTreeSet::new();
        let mut todo = std::vec![self.slot(1)];
        while let Some(cnode) = todo.pop() {
            let tag = cnode.tag.get(self.core.home());
            let zero = cnode
                .object_of::<Slot>(self.core.home(), Kind::CNode)
                .expect("a CNode");
            if !seen.insert(zero.address()) {
                continue;
            }
            let mut used = 0;
            for index in 1..power(tag.size()) {
                let slot = self
                    .core
                    .slot_of(&cnode, CPtr(index as u32))
                    .expect("inside");
                assert_eq!(
                    slot.tag.get(self.core.home()).container().log2(),
                    tag.size()
                );
                if slot.is_empty(self.core.home()) {
                    check_empty(&self.core, slot);
                    continue;
                }
                used += 1;
                check_used(&self.core, slot);
                match slot.tag.get(self.core.home()).kind() {
                    Some(Kind::CNode) => todo.push(slot),
                    Some(Kind::Thread) => check_thread(&self.core, slot),
                    _ => {}
                }
            }
            assert_eq!(
                zero.badge.get(self.core.home()),
                used,
                "used slots are counted wrongly"
            );
        }
    }
}

fn check_empty(core: &Core<Fake>, slot: SlotRef) {
    let home = core.home();
    let links = [&slot.child, &slot.parent, &slot.next, &slot.previous];
    assert!(
        links.iter().all(|link| link.get(home).is_none()),
        "an empty slot is linked"
    );
    assert_eq!(
        slot.badge.get(home) | slot.object.get(home) | slot.mapping.get(home),
        0
    );
}

fn check_thread(core: &Core<Fake>, slot: SlotRef) {
    let home = core.home();
    let thread: crate::object::ThreadRef<Fake> =
        slot.object_of(home, Kind::Thread).expect("a thread");
    let all = [
        ThreadSlot::CSpace,
        ThreadSlot::Space,
        ThreadSlot::Fault,
        ThreadSlot::Notification,
    ];
    for which in all {
        let inner = thread.part(|thread| thread.slot(which));
        if !inner.is_empty(home) {
            check_used(core, inner);
            assert!(
                !inner.tag.get(home).is_original(),
                "a thread owns an object"
            );
        }
    }
}

/// Ring, parent and children of one used slot.
pub(super) fn check_used(core: &Core<Fake>, slot: SlotRef) {
    let home = core.home();
    let tag = slot.tag.get(home);
    let next = slot.next.get(home).expect("a used slot is in a ring");
    let previous = slot.previous.get(home).expect("a used slot is in a ring");
    assert_eq!(next.previous.get(home), Some(slot));
    assert_eq!(previous.next.get(home), Some(slot));
    assert!(!next.is_empty(home), "an empty slot is in a ring");
    let parent = slot.parent.get(home);
    assert_eq!(
        parent.is_some(),
        tag.is_head(),
        "who leads its ring knows its parent"
    );
    if let Some(parent) = parent {
        assert_eq!(parent.child.get(home), Some(slot));
    }
    if tag.is_untold() {
        return check_untold(core, slot);
    }
    if let Some(child) = slot.child.get(home) {
        assert!(child.tag.get(home).is_head());
        assert_eq!(child.parent.get(home), Some(slot));
        check_children(core, slot, child);
    }
}

/// A session that is to be told of stands in the ring of its endpoint, once, and in the place of children.
fn check_untold(core: &Core<Fake>, session: SlotRef) {
    assert!(session.tag.get(core.home()).is_session());
    let endpoint = session.object_of(core.home(), Kind::Endpoint);
    let ring = untold(core, endpoint.expect("an endpoint"));
    assert_eq!(ring.iter().filter(|it| **it == session).count(), 1);
}

/// The sessions that an endpoint's server is to be told of.
pub(super) fn untold(core: &Core<Fake>, endpoint: Ref<Endpoint<Fake>>) -> Vec<SlotRef> {
    let home = core.home();
    let Some(first) = endpoint.gone.get(home) else {
        return Vec::new();
    };
    let next = |at: &SlotRef| at.child.get(home).filter(|next| *next != first);
    let ring: Vec<_> = std::iter::successors(Some(first), next).collect();
    for (at, session) in ring.iter().enumerate() {
        let before = ring[(at + ring.len() - 1) % ring.len()];
        assert_eq!(session.mapping.get(home), before.address());
        assert!(session.tag.get(home).is_untold());
        assert_eq!(session.object_of(home, Kind::Endpoint), Some(endpoint));
    }
    ring
}

fn check_children(core: &Core<Fake>, parent: SlotRef, head: SlotRef) {
    let home = core.home();
    let mut child = head;
    loop {
        let tag = child.tag.get(home);
        assert_eq!(tag.is_head(), child == head, "a ring has one head");
        match parent.tag.get(home).kind() {
            Some(Kind::Untyped) => check_inside(core, parent, child),
            Some(Kind::IrqControl) => {}
            kind => {
                assert_eq!(tag.kind(), kind);
                assert!(!tag.is_original(), "an original derived from its like");
                assert_eq!(child.object.get(home), parent.object.get(home));
                assert!(
                    parent.tag.get(home).rights().contains(tag.rights()),
                    "rights grew"
                );
            }
        }
        child = child.next.get(home).expect("a ring");
        if child == head {
            return;
        }
    }
}

/// An object lies in its untyped, below the watermark.
fn check_inside(core: &Core<Fake>, untyped: SlotRef, child: SlotRef) {
    let home = core.home();
    let tag = child.tag.get(home);
    assert!(tag.is_original());
    // A dying CNode's capability is the CNode's own slot 0.
    let object = if tag.is_dying() {
        child.address()
    } else {
        child.object.get(home)
    };
    let at = match tag.kind() {
        Some(Kind::Untyped | Kind::Frame | Kind::PageTable) => object,
        _ => object
            .wrapping_sub(core.memory.page(weft_hal::PhysAddr(0x4000_0000)).address())
            .wrapping_add(0x4000_0000),
    };
    let base = untyped.object.get(home);
    let end = base + untyped.badge.get(home);
    assert!(
        (base..end).contains(&at),
        "{:?} at {at:#x} is not in {base:#x}..{end:#x}",
        tag.kind()
    );
}
