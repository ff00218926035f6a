//! What root works with: slots of its own CNode and plain memory. What it does with them is the library's
//! ([`Builder`]).
//!
//! Slots are taken in ascending order and never given back: what root makes lives as long as the machine, or
//! until a component is ended and its objects with it.

use alloc::{string::String, vec::Vec};
use core::ops::Range;

use libipc::{
    CPtr, Kind, Refusal,
    abi::boot,
    objects::{AddressSpace, CNode, Untyped},
    slots,
};
use weft_domain::{Builder, Mapping, SystemCalls};
use weft_spec::{Component, SystemSpec};

use crate::{
    pool::{Need, Pool},
    trouble::{Doing, Trouble},
};

/// Slots of root's CNode that stay with `libipc`, for received capabilities.
const KEPT_SLOTS: u32 = 64;
/// The greatest number of objects that the kernel makes at once.
const AT_ONCE: u32 = 4096;

/// What a component needs besides stack and heap, at most: program, regions, objects.
const PROGRAM: u64 = 4 << 20;

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

/// Slots and plain memory.
pub struct Workshop {
    calls: SystemCalls,
    /// For each core its memory.
    pools: Vec<Pool>,
    /// For each component, by name, the core that it is on.
    homes: Vec<(String, u8)>,
    /// The core for which things are made.
    core: usize,
    /// Free slots: those of `libipc` that it does not keep, and those that it does not know.
    free: [Range<u32>; 2],
}

impl Workshop {
    /// Works with all plain memory and all slots but a few.
    ///
    /// # Errors
    /// [`Trouble::OutOfSlots`] if root's CNode has no room.
    pub fn new(pools: Vec<Pool>, first_free: u32) -> Result<Self, Trouble> {
        const MANAGED: u32 = slots::MAX_SLOTS as u32;
        let wanted = (MANAGED - KEPT_SLOTS)
            .checked_sub(first_free + KEPT_SLOTS)
            .ok_or(Trouble::OutOfSlots)?;
        let first = slots::allocate_run(wanted as usize).ok_or(Trouble::OutOfSlots)?;
        Ok(Self {
            calls: SystemCalls,
            pools,
            homes: Vec::new(),
            core: 0,
            free: [first.0..first.0 + wanted, MANAGED..1 << boot::CNODE_SIZE],
        })
    }

    /// Says on which core each component is: where it is to be, if the machine has that core and the core memory for
    /// it, else on the first.
    pub fn place_components(&mut self, spec: &SystemSpec) {
        let mut free: Vec<u64> = self.pools.iter().map(Pool::bytes).collect();
        self.homes = spec
            .components
            .iter()
            .map(|component| {
                let core = component.schedule.core;
                let wanted = component.sizes.heap_bytes() + component.sizes.stack_bytes() + PROGRAM;
                match free.get_mut(usize::from(core)).filter(|_| core != 0) {
                    Some(free) if *free >= wanted => {
                        *free -= wanted;
                        (component.name.clone(), core)
                    }
                    _ => (component.name.clone(), 0),
                }
            })
            .collect();
    }

    /// Makes things for a component from now on, of its core's memory. Gives the core.
    pub fn work_for(&mut self, component: &Component) -> u8 {
        let home = self.homes.iter().find(|(name, _)| *name == component.name);
        let core = home.map_or(0, |(_, core)| *core);
        self.core = core.into();
        core
    }

    /// Makes things of the first core's memory from now on.
    pub fn work_at_home(&mut self) {
        self.core = 0;
    }

    fn pool(&mut self) -> Result<&mut Pool, Trouble> {
        self.pools.get_mut(self.core).ok_or(Trouble::OutOfMemory)
    }

    /// Takes consecutive slots.
    ///
    /// # Errors
    /// [`Trouble::OutOfSlots`].
    pub fn slots(&mut self, count: u32) -> Result<Run, Trouble> {
        let has_room = |free: &&mut Range<u32>| free.len() >= count as usize;
        let free = self.free.iter_mut().find(has_room);
        let free = free.ok_or(Trouble::OutOfSlots)?;
        let first = CPtr(free.start);
        free.start += count;
        Ok(Run { first, count })
    }

    /// Takes one slot.
    ///
    /// # Errors
    /// [`Trouble::OutOfSlots`].
    pub fn slot(&mut self) -> Result<CPtr, Trouble> {
        self.slots(1).map(|run| run.first)
    }

    /// Makes frames of 2^`log2` bytes; those made by one call are contiguous up to 16 MiB.
    ///
    /// # Errors
    /// No memory or slot, or another refusal.
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

    /// Makes small frames of memory below an address, in one piece: for a device that reaches no other.
    ///
    /// # Errors
    /// As [`frames`](Self::frames); [`Trouble::OutOfReach`] if there is none.
    pub fn frames_below(&mut self, limit: u64, count: u32) -> Result<Run, Trouble> {
        if limit == u64::MAX {
            return self.frames(SMALL, count);
        }
        let slots = self.slots(count)?;
        for store in self.pool()?.below(limit) {
            match make(store.slot, (Kind::Frame, SMALL), slots) {
                Err(Refusal::NoMemory) => {}
                made => return made.map(|()| slots).doing("make an object"),
            }
        }
        Err(Trouble::OutOfReach(limit))
    }

    fn retype(&mut self, need: Need, kind: Kind, size: u8, slots: Run) -> Result<(), Trouble> {
        loop {
            let store = self.pool()?.current(need).ok_or(Trouble::OutOfMemory)?;
            match make(store.slot, (kind, size), slots) {
                Err(Refusal::NoMemory) => self.pool()?.is_full(need),
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
    pub fn map_all(&mut self, frames: Run, log2: u8, to: Mapping) -> Result<(), Trouble> {
        self.map_many(frames.first, frames.count.into(), log2, to)
    }

    /// Gives up the first core's pool, to give away what is left of it.
    pub fn take_pool(&mut self) -> Pool {
        let nothing = || Pool::new(Vec::new());
        let pool = self.pools.first_mut();
        pool.map_or_else(nothing, |pool| core::mem::replace(pool, nothing()))
    }
}

impl Builder for Workshop {
    type Error = Trouble;
    type Calls = SystemCalls;

    fn calls(&mut self) -> &mut SystemCalls {
        &mut self.calls
    }

    fn own_space(&self) -> AddressSpace {
        AddressSpace::from(boot::SPACE)
    }

    fn make(&mut self, kind: Kind, size: u8) -> Result<CPtr, Trouble> {
        let slots = self.slots(1)?;
        self.retype(Need::Small, kind, size, slots)?;
        Ok(slots.first)
    }

    /// It stays where it was made.
    fn keep(&mut self, _: CPtr) -> Result<(), Trouble> {
        Ok(())
    }

    fn error(doing: &'static str, refusal: Refusal) -> Trouble {
        Trouble::Refused { doing, refusal }
    }
}

/// Makes objects of a kind and size from an untyped.
fn make(from: CPtr, (kind, size): (Kind, u8), slots: Run) -> Result<(), Refusal> {
    let (own, count) = (CNode::from(boot::CNODE), slots.count.into());
    Untyped::from(from).retype_many(kind, size, own, slots.first, count)
}

/// Copies a capability with all its rights inside root's CNode, into a slot that was taken.
///
/// # Errors
/// A refusal.
pub fn copy(from: CPtr, to: CPtr) -> Result<(), Trouble> {
    let own = CNode::from(boot::CNODE);
    own.copy(to, own, from, libipc::Rights::all())
        .doing("copy a capability")
}
