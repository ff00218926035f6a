//! What root works with: slots of its own CNode, plain memory, and mapping.
//!
//! Slots are taken in ascending order and never given back: what root makes lives as long as the machine, or
//! until a component is ended and its objects with it.

use libipc::{
    CPtr, Kind, Refusal,
    abi::{boot, cap::CacheMode, cap::MapFlags},
    objects::{AddressSpace, CNode, Frame, MapError, PageTable, Untyped},
};
use weft_spec::Access;

use crate::{
    pool::{Need, Pool},
    trouble::{Doing, Trouble},
    window,
};

/// Slots of root's CNode that stay with `libipc`, for received capabilities.
const KEPT_SLOTS: u32 = 64;
/// The greatest number of objects that the kernel makes at once.
const AT_ONCE: u32 = 4096;

/// log2 of a small and of a large frame's bytes.
pub const SMALL: u8 = 12;
/// log2 of a large frame's bytes.
pub const LARGE: u8 = 21;

/// Capabilities in consecutive slots of root's CNode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The first slot.
    pub first: CPtr,
    /// How many.
    pub count: u32,
}

impl Run {
    /// The slots.
    pub fn slots(self) -> impl Iterator<Item = CPtr> {
        (self.first.0..self.first.0 + self.count).map(CPtr)
    }

    /// The slot with a number in the run.
    pub fn get(self, index: u32) -> Option<CPtr> {
        (index < self.count).then_some(CPtr(self.first.0 + index))
    }
}

/// Frames and where they are mapped.
#[derive(Clone, Copy, Debug)]
pub struct Mapping {
    /// The address space.
    pub space: AddressSpace,
    /// The address of the first frame.
    pub address: u64,
    /// Rights and cache mode.
    pub flags: MapFlags,
}

impl Mapping {
    /// A mapping of plain memory.
    pub const fn plain(space: AddressSpace, address: u64, access: Access) -> Self {
        Self {
            space,
            address,
            flags: MapFlags::new(access.rights(), CacheMode::Normal),
        }
    }
}

/// Slots, plain memory and mapping.
pub struct Workshop {
    pool: Pool,
    next_slot: u32,
    end_slot: u32,
}

impl Workshop {
    /// Works with all plain memory and all slots but a few.
    ///
    /// # Errors
    /// [`Trouble::OutOfSlots`] if root's CNode has no room.
    pub fn new(pool: Pool, first_free: u32) -> Result<Self, Trouble> {
        let end_slot = (1 << boot::CNODE_SIZE) - KEPT_SLOTS;
        let wanted = end_slot
            .checked_sub(first_free + KEPT_SLOTS)
            .ok_or(Trouble::OutOfSlots)?;
        let first = libipc::slots::allocate_run(wanted as usize).ok_or(Trouble::OutOfSlots)?;
        Ok(Self {
            pool,
            next_slot: first.0,
            end_slot: first.0 + wanted,
        })
    }

    /// Takes consecutive slots.
    ///
    /// # Errors
    /// [`Trouble::OutOfSlots`].
    pub fn slots(&mut self, count: u32) -> Result<Run, Trouble> {
        let first = self.next_slot;
        let end = first.checked_add(count).filter(|end| *end <= self.end_slot);
        self.next_slot = end.ok_or(Trouble::OutOfSlots)?;
        Ok(Run {
            first: CPtr(first),
            count,
        })
    }

    /// Takes one slot.
    ///
    /// # Errors
    /// [`Trouble::OutOfSlots`].
    pub fn slot(&mut self) -> Result<CPtr, Trouble> {
        self.slots(1).map(|run| run.first)
    }

    /// Makes an object of a kind; `size` as `UntypedRetype` wants it.
    ///
    /// # Errors
    /// No memory or slot, or another refusal.
    pub fn make(&mut self, kind: Kind, size: u8) -> Result<CPtr, Trouble> {
        let slots = self.slots(1)?;
        self.retype(Need::Small, kind, size, slots)?;
        Ok(slots.first)
    }

    /// Makes frames of 2^`log2` bytes; those made by one call are contiguous up to 16 MiB.
    ///
    /// # Errors
    /// As [`make`](Self::make).
    pub fn frames(&mut self, log2: u8, count: u32) -> Result<Run, Trouble> {
        let slots = self.slots(count)?;
        let need = Need::of(u64::from(count) << log2);
        let mut done = 0;
        while done < count {
            let part = Run {
                first: CPtr(slots.first.0 + done),
                count: (count - done).min(AT_ONCE),
            };
            self.retype(need, Kind::Frame, log2, part)?;
            done += part.count;
        }
        Ok(slots)
    }

    fn retype(&mut self, need: Need, kind: Kind, size: u8, slots: Run) -> Result<(), Trouble> {
        loop {
            let store = self.pool.current(need).ok_or(Trouble::OutOfMemory)?;
            let untyped = Untyped::from(store.slot);
            match untyped.retype_many(
                kind,
                size,
                CNode::from(boot::CNODE),
                slots.first,
                slots.count.into(),
            ) {
                Err(Refusal::NoMemory) => self.pool.is_full(need),
                made => return made.doing("make an object"),
            }
        }
    }

    /// Copies frame capabilities, so that the frames can be mapped a second time.
    ///
    /// # Errors
    /// No slot, or a refusal.
    pub fn copies(&mut self, of: Run) -> Result<Run, Trouble> {
        let copies = self.slots(of.count)?;
        for (from, to) in of.slots().zip(copies.slots()) {
            copy(from, to)?;
        }
        Ok(copies)
    }

    /// Copies one frame capability.
    ///
    /// # Errors
    /// No slot, or a refusal.
    pub fn copy(&mut self, of: CPtr) -> Result<CPtr, Trouble> {
        let to = self.slot()?;
        copy(of, to)?;
        Ok(to)
    }

    /// Maps frames of 2^`log2` bytes one behind the other.
    ///
    /// # Errors
    /// No memory for page tables, or a refusal.
    pub fn map(&mut self, frames: Run, log2: u8, to: Mapping) -> Result<(), Trouble> {
        for (index, frame) in frames.slots().enumerate() {
            let address = to.address + ((index as u64) << log2);
            self.map_one(frame, Mapping { address, ..to })?;
        }
        Ok(())
    }

    /// Maps one frame, with the page tables that it needs.
    ///
    /// # Errors
    /// As [`map`](Self::map).
    pub fn map_one(&mut self, frame: CPtr, to: Mapping) -> Result<(), Trouble> {
        loop {
            match to.space.map(Frame::from(frame), to.address, to.flags) {
                Ok(()) => return Ok(()),
                Err(MapError::MissingTable { .. }) => self.add_table(to.space, to.address)?,
                Err(MapError::Refused(refusal)) => return Err(refusal).doing("map memory"),
            }
        }
    }

    /// Adds the first page table that an address lacks.
    ///
    /// # Errors
    /// No memory, or a refusal.
    pub fn add_table(&mut self, space: AddressSpace, address: u64) -> Result<(), Trouble> {
        let table = self.make(Kind::PageTable, 0)?;
        space
            .map_table(PageTable::from(table), address)
            .doing("add a page table")?;
        Ok(())
    }

    /// Writes bytes at an offset of a new frame of plain memory. A frame that is mapped already is refused.
    ///
    /// # Errors
    /// A refusal.
    pub fn fill(&mut self, frame: CPtr, offset: u64, bytes: &[u8]) -> Result<(), Trouble> {
        let own = AddressSpace::from(boot::SPACE);
        self.map_one(
            frame,
            Mapping::plain(own, window::WINDOW, Access::ReadWrite),
        )?;
        // SAFETY: 1. the frame was just mapped there, writable, and is mapped nowhere else.
        unsafe { window::write(offset, bytes) };
        Frame::from(frame).unmap().doing("unmap the window")
    }

    /// Gives up the pool, to give away what is left of it.
    pub fn take_pool(&mut self) -> Pool {
        core::mem::replace(&mut self.pool, Pool::new(alloc::vec::Vec::new()))
    }
}

/// Copies a capability with all its rights inside root's CNode.
fn copy(from: CPtr, to: CPtr) -> Result<(), Trouble> {
    let own = CNode::from(boot::CNODE);
    own.copy(to, own, from, libipc::Rights::all())
        .doing("copy a capability")
}
