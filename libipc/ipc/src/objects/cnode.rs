//! CNodes: tables of capability slots.

use weft_abi::{CPtr, Kind, Refusal, Rights, Syscall};
use weft_sys::invoke;

super::object! {
    /// A table of capability slots.
    CNode
}

/// How much of a CNode is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotCount {
    /// Slots in all.
    pub slots: u64,
    /// Slots that hold a capability.
    pub used: u64,
}

/// What a slot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotContent {
    /// The kind of object.
    pub kind: Kind,
    /// What the capability allows.
    pub rights: Rights,
    /// Whether it is the object's original capability, whose deletion destroys the object.
    pub original: bool,
    /// Whether it is a session whose last copy is gone and whose server was not told yet.
    pub untold: bool,
    /// Whether it is a session of which there are copies.
    pub copied: bool,
    /// The badge, 0 if there is none.
    pub badge: u64,
    /// A number that is equal for capabilities of one object.
    pub identity: u64,
}

impl CNode {
    /// The program's own.
    pub const OWN: Self = Self(weft_abi::startup::slots::CNODE);

    /// Derives a capability with at most `rights` from slot `from` of another CNode into the empty `index`.
    pub fn copy(
        self,
        index: CPtr,
        from_cnode: CNode,
        from: CPtr,
        rights: Rights,
    ) -> Result<(), Refusal> {
        let arguments = [
            word(index),
            word(from_cnode.0),
            word(from),
            u64::from(rights.bits()),
            0,
        ];
        invoke(Syscall::CNodeCopy, self.0, arguments).map(|_| ())
    }

    /// As [`copy`](Self::copy), with a badge; for I/O ports and scheduling controls a narrower range.
    pub fn mint(
        self,
        index: CPtr,
        from_cnode: CNode,
        from: CPtr,
        rights: Rights,
        badge: u64,
    ) -> Result<(), Refusal> {
        let arguments = [
            word(index),
            word(from_cnode.0),
            word(from),
            u64::from(rights.bits()),
            badge,
        ];
        invoke(Syscall::CNodeMint, self.0, arguments).map(|_| ())
    }

    /// Moves a capability into the empty slot `index`.
    pub fn move_from(self, index: CPtr, from_cnode: CNode, from: CPtr) -> Result<(), Refusal> {
        let arguments = [word(index), word(from_cnode.0), word(from), 0, 0];
        invoke(Syscall::CNodeMove, self.0, arguments).map(|_| ())
    }

    /// Deletes a capability; of an object's original capability, the object with all others.
    pub fn delete(self, index: CPtr) -> Result<(), Refusal> {
        invoke(Syscall::CNodeDelete, self.0, [word(index), 0, 0, 0, 0]).map(|_| ())
    }

    /// Deletes everything that was derived from a capability.
    pub fn revoke(self, index: CPtr) -> Result<(), Refusal> {
        invoke(Syscall::CNodeRevoke, self.0, [word(index), 0, 0, 0, 0]).map(|_| ())
    }

    /// Describes a slot; `None` if it is empty.
    pub fn inspect(self, index: CPtr) -> Result<Option<SlotContent>, Refusal> {
        let [_, packed, badge, identity, _] =
            invoke(Syscall::CNodeInspect, self.0, [word(index), 0, 0, 0, 0])?;
        Ok(Kind::from_number(packed & 0xff).map(|kind| SlotContent {
            kind,
            rights: Rights::from_bits_truncate((packed >> 8) as u8),
            original: packed & (1 << 16) != 0,
            untold: packed & (1 << 17) != 0,
            copied: packed & (1 << 18) != 0,
            badge,
            identity,
        }))
    }

    /// The number of slots and of used slots.
    pub fn count(self) -> Result<SlotCount, Refusal> {
        let [_, slots, used, ..] = invoke(Syscall::CNodeInfo, self.0, [0; 5])?;
        Ok(SlotCount { slots, used })
    }
}

fn word(slot: CPtr) -> u64 {
    u64::from(slot.0)
}
