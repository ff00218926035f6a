//! Page tables: hang in and take out; and the end of a space.

use core::sync::atomic::Ordering;

use weft_abi::Refusal;
use weft_hal::{Arch, PageSize, PhysAddr, VirtAddr};
use weft_store::Ref;

use crate::Core;
use crate::cspace::Progress;
use crate::object::{AddressSpace, SlotRef};

use super::mapping::Mapping;
use super::walk::{Place, Stop, is_mappable};

/// What stands in a table that is to be linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Nothing.
    Zeros,
    /// Entries of former times, or anything.
    Unknown,
}

impl<A: Arch> Core<A> {
    /// Hangs a table into the first missing level for an address; gives the level.
    pub(crate) fn link_table(
        &mut self,
        table: PhysAddr,
        holds: Content,
        space: Ref<AddressSpace>,
        address: VirtAddr,
    ) -> Result<u8, Refusal> {
        if !is_mappable(address, PageSize::Small) {
            return Err(Refusal::OutOfRange);
        }
        let Err(Stop::Missing(place, level)) = self.reach(space, address, 1) else {
            return Err(Refusal::AlreadyMapped);
        };
        if holds == Content::Unknown {
            for entry in self.memory.page(table).iter() {
                entry.store(0, Ordering::Relaxed);
            }
        }
        place.set(A::encode_table(table));
        self.arch.publish();
        Ok(level)
    }

    /// Whether a page table is missing on the way to a small page.
    pub(crate) fn lacks_table(&self, space: Ref<AddressSpace>, address: VirtAddr) -> bool {
        matches!(self.reach(space, address, 1), Err(Stop::Missing(..)))
    }

    /// As `link_table`, for a table that a capability names.
    pub(crate) fn map_table(
        &mut self,
        table: SlotRef,
        space: Ref<AddressSpace>,
        address: VirtAddr,
    ) -> Result<u8, Refusal> {
        let home = self.home();
        if self.find_table(table).is_some() || table.tag.get(home).is_busy() {
            return Err(Refusal::AlreadyMapped);
        }
        // Retype cleared it. Where it was linked already, in a space that is gone, it holds that space's entries.
        let holds = match Mapping(table.mapping.get(home)) {
            Mapping::NONE => Content::Zeros,
            _ => Content::Unknown,
        };
        let physical = PhysAddr(table.object.get(home));
        let level = self.link_table(physical, holds, space, address)?;
        let page = VirtAddr(address.0 & !0xfff);
        table
            .mapping
            .set(home, Mapping::new(home, self.id(), &space, page).0);
        Ok(level)
    }

    /// Where a table is linked, if it still is.
    fn find_table(&self, table: SlotRef) -> Option<(Ref<AddressSpace>, Place)> {
        let mapping = Mapping(table.mapping.get(self.home()));
        if mapping.is_beyond(self.id()) {
            return None;
        }
        let space = self.asids.find(mapping.asid(), mapping.generation())?;
        let physical = PhysAddr(table.object.get(self.home()));
        Some((space, self.link_to(space, mapping.address(), physical)?))
    }

    /// Takes a table, with all that hangs in it, out of its space.
    pub(crate) fn unlink_table(&mut self, table: SlotRef) {
        if let Some((space, place)) = self.find_table(table) {
            place.set(0);
            self.forget_space(space);
            self.forget_space_elsewhere(space);
        }
        table.mapping.set(self.home(), Mapping::NONE.0);
    }

    /// The other cores that run threads of the space that a table hangs in.
    #[cold]
    pub(crate) fn cores_of_table(&self, table: SlotRef) -> u64 {
        let found = self.find_table(table);
        found.map_or(0, |(space, _)| self.cores_to_ask(space))
    }

    /// Ends an address space. No thread has it any more; its tables and frames stay whose they are.
    pub(crate) fn destroy_space(&mut self, space: Ref<AddressSpace>) -> Progress {
        let home = self.home();
        self.leave_space(space);
        self.asids.release(home, space);
        self.memory.retire(space);
        Progress::Done
    }
}
