//! The links of the derivation tree; every function takes constant time.
//!
//! Roots have no parent and are no heads. The roots of a forest may form a ring too: that is what remains when a
//! root with children is removed.

use weft_store::Home;

use crate::object::{Head, SlotRef, Tag};

fn set_head(home: Home, slot: SlotRef, head: Head, parent: Option<SlotRef>) {
    slot.tag.set(home, slot.tag.get(home).with_head(head));
    slot.parent.set(home, parent);
}

/// Makes `next` follow `slot`.
fn link(home: Home, slot: Option<SlotRef>, next: Option<SlotRef>) {
    if let Some(slot) = slot {
        slot.next.set(home, next);
    }
    if let Some(next) = next {
        next.previous.set(home, slot);
    }
}

/// Makes one ring of the rings that `a` and `b` are in.
fn join(home: Home, a: SlotRef, b: SlotRef) {
    let before_a = a.previous.get(home);
    let before_b = b.previous.get(home);
    link(home, before_a, Some(b));
    link(home, before_b, Some(a));
}

/// Makes a slot a root, alone in its ring.
pub(super) fn insert_root(home: Home, slot: SlotRef) {
    set_head(home, slot, Head::No, None);
    link(home, Some(slot), Some(slot));
}

/// Makes a slot, which is in no tree, a child of `parent`.
pub(super) fn insert_child(home: Home, parent: SlotRef, slot: SlotRef) {
    insert_root(home, slot);
    match parent.child.get(home) {
        Some(head) => join(home, head, slot),
        None => {
            parent.child.set(home, Some(slot));
            set_head(home, slot, Head::Yes, Some(parent));
        }
    }
}

/// Makes a slot, which is in no tree and whose links are all empty, the last child of `parent`.
#[inline(always)]
pub(super) fn add_child(home: Home, parent: SlotRef, slot: SlotRef) {
    match parent.child.get(home) {
        Some(head) => {
            link(home, head.previous.get(home), Some(slot));
            link(home, Some(slot), Some(head));
        }
        None => {
            parent.child.set(home, Some(slot));
            set_head(home, slot, Head::Yes, Some(parent));
            link(home, Some(slot), Some(slot));
        }
    }
}

/// Slots in no tree that become children of one parent, one behind the other. The ring is closed at the
/// [`end`](Self::end) only, so that nothing may look at it before.
pub(super) struct Row {
    parent: SlotRef,
    last: Option<SlotRef>,
}

impl Row {
    /// None yet.
    pub(super) const fn new(parent: SlotRef) -> Self {
        Self { parent, last: None }
    }

    /// One more, whose links are all empty.
    pub(super) fn push(&mut self, home: Home, slot: SlotRef) {
        let last = match self.last {
            Some(last) => last,
            None => match self.parent.child.get(home) {
                Some(head) => head.previous.get(home).unwrap_or(head),
                None => {
                    self.parent.child.set(home, Some(slot));
                    set_head(home, slot, Head::Yes, Some(self.parent));
                    slot
                }
            },
        };
        link(home, Some(last), Some(slot));
        self.last = Some(slot);
    }

    /// No more.
    pub(super) fn end(self, home: Home) {
        if self.last.is_some() {
            link(home, self.last, self.parent.child.get(home));
        }
    }
}

/// Takes a slot out of its ring; gives one of those that stay.
fn leave_ring(home: Home, slot: SlotRef) -> Option<SlotRef> {
    let next = slot.next.get(home).filter(|next| *next != slot);
    if next.is_some() {
        link(home, slot.previous.get(home), next);
    }
    next
}

/// Takes a slot, which is to be cleared, out of the tree; its children become children of its parent (or roots). Gives
/// the parent if it has no children any more.
#[inline(always)]
pub(super) fn remove(home: Home, slot: SlotRef) -> Option<SlotRef> {
    let parent = slot
        .parent
        .get(home)
        .filter(|_| slot.tag.get(home).is_head());
    let stays = leave_ring(home, slot);
    let child = slot.child.get(home);
    if let Some(child) = child {
        set_head(home, child, Head::No, None);
    }
    if let (Some(stays), Some(child)) = (stays, child) {
        join(home, stays, child);
    }
    let parent = parent?;
    let head = stays.or(child);
    parent.child.set(home, head);
    let Some(head) = head else {
        return Some(parent);
    };
    set_head(home, head, Head::Yes, Some(parent));
    None
}

/// Empties a slot that is in no tree.
pub(super) fn clear(home: Home, slot: SlotRef) {
    let container = slot.tag.get(home).container();
    slot.object.set(home, 0);
    slot.badge.set(home, 0);
    slot.mapping.set(home, 0);
    slot.child.set(home, None);
    slot.parent.set(home, None);
    slot.next.set(home, None);
    slot.previous.set(home, None);
    // Last, because a slot in a thread is its core's again from here on.
    slot.tag.release(home, Tag::EMPTY.within(container));
}

/// Gives the place of `from` in the tree, and its tag, to `to`, which is in no tree. `from` keeps stale links
/// and is to be cleared.
pub(super) fn take_place(home: Home, from: SlotRef, to: SlotRef) {
    let tag = from.tag.get(home);
    to.tag.set(home, tag.within(to.tag.get(home).container()));
    let parent = from.parent.get(home);
    let child = from.child.get(home);
    to.parent.set(home, parent);
    to.child.set(home, child);
    if let Some(child) = child {
        child.parent.set(home, Some(to));
    }
    if let Some(parent) = parent {
        parent.child.set(home, Some(to));
    }
    let next = from.next.get(home);
    if next == Some(from) {
        return link(home, Some(to), Some(to));
    }
    let previous = from.previous.get(home);
    link(home, Some(to), next);
    link(home, previous, Some(to));
}
