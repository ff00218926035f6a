//! Pages: map, change rights, unmap.

use weft_abi::cap::{CacheMode, MapFlags, MemoryClass};
use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, CoreId, Entry, Leaf, PageSize, PhysAddr, Turn, VirtAddr};
use weft_store::Ref;

use crate::Core;
use crate::object::{AddressSpace, MESSAGE_PAGE_OFFSET, SlotRef, Tag, ThreadRef};

use super::mapping::Mapping;
use super::walk::{Place, Stop, is_mappable};

/// Why a page is not mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MapRefusal {
    /// A table of this level is missing.
    MissingTable(u8),
    /// Another reason.
    Because(Refusal),
}

impl From<Refusal> for MapRefusal {
    fn from(refusal: Refusal) -> Self {
        Self::Because(refusal)
    }
}

/// Where something really is mapped.
pub(super) struct Found {
    pub(super) space: Ref<AddressSpace>,
    pub(super) address: VirtAddr,
    pub(super) place: Place,
}

impl<A: Arch> Core<A> {
    /// Where a mapping word leads, if the page is still there.
    pub(super) fn find_page(&self, word: u64, physical: PhysAddr, size: PageSize) -> Option<Found> {
        let mapping = Mapping(word);
        if mapping == Mapping::NONE || mapping.is_beyond(self.id()) {
            return None;
        }
        let space = self.asids.find(mapping.asid(), mapping.generation())?;
        let address = mapping.address();
        let place = self.reach(space, address, size.level()).ok()?;
        let found = A::decode(place.get(), size.level()) == Entry::Page { physical };
        found.then_some(Found {
            space,
            address,
            place,
        })
    }

    /// Maps a page that is mapped nowhere through this word; gives the new word.
    #[inline(always)]
    pub(crate) fn map_page(
        &mut self,
        space: Ref<AddressSpace>,
        leaf: Leaf,
        address: VirtAddr,
    ) -> Result<Mapping, MapRefusal> {
        if !is_mappable(address, leaf.size) {
            return Err(Refusal::OutOfRange.into());
        }
        let level = leaf.size.level();
        let place = self
            .reach(space, address, level)
            .map_err(|stop| match stop {
                Stop::Missing(_, level) => MapRefusal::MissingTable(level),
                Stop::Page => Refusal::AlreadyMapped.into(),
            })?;
        if place.get() != 0 {
            return Err(Refusal::AlreadyMapped.into());
        }
        self.arch.prepare_page(leaf);
        place.set(A::encode_page(leaf));
        self.arch.publish();
        Ok(Mapping::new(self.home(), self.id(), &space, address))
    }

    /// As `map_page`, where it matters less how long that takes than how much text.
    #[inline(never)]
    pub(crate) fn map_any_page(
        &mut self,
        space: Ref<AddressSpace>,
        leaf: Leaf,
        address: VirtAddr,
    ) -> Result<Mapping, MapRefusal> {
        self.map_page(space, leaf, address)
    }

    /// SpaceMap of the commonest case: a frame of 4 KiB of RAM, mapped nowhere, that is to be read or written in the
    /// normal way at a free address. `None` if it is another case, or to be refused; then nothing has changed.
    #[inline(always)]
    pub fn map_directly(
        &mut self,
        [space, frame, address, flags]: [u64; 4],
    ) -> Option<Turn<'_, A::Context>> {
        let home = self.home();
        let (address, flags) = (VirtAddr(address), MapFlags(flags));
        let thread = self.sched.current?;
        let space = self.quick_lookup(thread, space, Kind::AddressSpace, Rights::WRITE)?;
        let space: Ref<AddressSpace> = Ref::from_slot(space.object.get(home));
        let frame = self.quick_lookup(thread, frame, Kind::Frame, Rights::READ)?;
        let rights = rights_of_data(flags)?;
        let is_plain = frame.tag.get(home).is_page_of_ram(rights);
        let is_free = frame.mapping.get(home) == Mapping::NONE.0;
        if !is_plain || !is_free || !is_mappable(address, PageSize::Small) {
            return None;
        }
        let place = self.reach(space, address, PageSize::Small.level()).ok();
        let place = place.filter(|place| place.get() == 0)?;
        place.fill(A::encode_page(Leaf {
            physical: PhysAddr(frame.object.get(home)),
            size: PageSize::Small,
            rights,
            cache: CacheMode::Normal,
        }));
        self.arch.publish();
        let mapping = Mapping::new(home, self.id(), &space, address);
        frame.mapping.set(home, mapping.0);
        Some(Turn::Caller)
    }

    /// Maps the frame of a capability, or changes rights where it is mapped already.
    #[inline(always)]
    pub(crate) fn map_frame(
        &mut self,
        frame: SlotRef,
        space: Ref<AddressSpace>,
        address: VirtAddr,
        flags: MapFlags,
    ) -> Result<(), MapRefusal> {
        let home = self.home();
        let leaf = leaf_for(frame.tag.get(home), PhysAddr(frame.object.get(home)), flags)?;
        let word = frame.mapping.get(home);
        let found = match Mapping(word) {
            Mapping::NONE => None,
            word if word.is_beyond(self.id()) => return Err(Refusal::AlreadyMapped.into()),
            _ => self.find_page(word, leaf.physical, leaf.size),
        };
        let Some(found) = found else {
            let mapping = self.map_page(space, leaf, address)?;
            frame.mapping.set(home, mapping.0);
            return Ok(());
        };
        if found.space != space || found.address != address {
            return Err(Refusal::AlreadyMapped.into());
        }
        if space.cores.get(home) != 0 {
            return self.change_shared(frame, &found, leaf);
        }
        // The TLB must never hold two entries of a page that differ in their cache mode, hence a time without one.
        // On the one core nobody can see it.
        found.place.set(0);
        self.forget_page(space, address);
        self.arch.prepare_page(leaf);
        found.place.set(A::encode_page(leaf));
        self.arch.publish();
        Ok(())
    }

    /// Changes the rights of a page of a space of which other cores run threads. They may keep the old entry for a while, so
    /// there is no time without one, and nothing but the rights may change.
    #[cold]
    #[inline(never)]
    fn change_shared(
        &mut self,
        frame: SlotRef,
        found: &Found,
        leaf: Leaf,
    ) -> Result<(), MapRefusal> {
        const READ: Rights = Rights::READ;
        let home = self.home();
        let kinds = [READ, READ.union(Rights::WRITE), READ.union(Rights::EXECUTE)];
        let now = found.place.get();
        let only_rights = kinds.map(|rights| A::encode_page(Leaf { rights, ..leaf }));
        if frame.tag.get(home).is_busy() || !only_rights.contains(&now) {
            return Err(Refusal::Busy.into());
        }
        self.arch.prepare_page(leaf);
        found.place.set(A::encode_page(leaf));
        self.forget_page(found.space, found.address);
        self.arch.publish();
        let word = Mapping(frame.mapping.get(home));
        self.forget_pages_elsewhere(found.space, found.address, leaf.size, 1);
        let cores = self.cores_to_ask(found.space);
        if cores != 0 {
            self.join_round(Some(frame), word, cores);
        }
        Ok(())
    }

    /// Gives the other cores that are to be asked to forget it.
    fn unmap(&mut self, word: u64, physical: PhysAddr, size: PageSize) -> Result<u64, Refusal> {
        let found = self
            .find_page(word, physical, size)
            .ok_or(Refusal::NotMapped)?;
        found.place.set(0);
        self.forget_page(found.space, found.address);
        self.forget_pages_elsewhere(found.space, found.address, size, 1);
        Ok(self.cores_to_ask(found.space))
    }

    /// The other cores that run threads of the space that a frame is mapped in, if that is this core's.
    #[cold]
    pub(crate) fn cores_of_frame(&self, frame: SlotRef) -> u64 {
        let home = self.home();
        let physical = PhysAddr(frame.object.get(home));
        let size = PageSize::from_log2(frame.tag.get(home).size());
        let found = size.and_then(|size| self.find_page(frame.mapping.get(home), physical, size));
        found.map_or(0, |found| self.cores_to_ask(found.space))
    }

    /// Removes the mapping made through a frame capability. Gives where that was, and which other cores may know it still.
    pub(crate) fn unmap_frame(&mut self, frame: SlotRef) -> Result<(Mapping, u64), Refusal> {
        let home = self.home();
        let word = frame.mapping.replace(home, Mapping::NONE.0);
        let physical = PhysAddr(frame.object.get(home));
        let size = PageSize::from_log2(frame.tag.get(home).size()).ok_or(Refusal::NotMapped)?;
        let cores = self.unmap(word, physical, size)?;
        Ok((Mapping(word), cores))
    }

    /// The other core on which a frame is mapped; refused while another core does something about its mapping.
    pub(crate) fn mapped_beyond(&self, frame: SlotRef) -> Result<Option<CoreId>, Refusal> {
        let home = self.home();
        if frame.tag.get(home).is_busy() {
            return Err(Refusal::Busy);
        }
        let mapping = Mapping(frame.mapping.get(home));
        Ok(mapping.is_beyond(self.id()).then(|| mapping.core()))
    }

    /// Whether a frame is mapped, here or on another core.
    pub(crate) fn is_mapped(&self, frame: SlotRef) -> bool {
        let home = self.home();
        let word = frame.mapping.get(home);
        let physical = PhysAddr(frame.object.get(home));
        let size = PageSize::from_log2(frame.tag.get(home).size());
        Mapping(word).is_beyond(self.id())
            || size.is_some_and(|size| self.find_page(word, physical, size).is_some())
    }

    fn message_page_address(&self, thread: ThreadRef<A>) -> PhysAddr {
        PhysAddr(
            self.memory
                .physical(thread)
                .0
                .wrapping_add(MESSAGE_PAGE_OFFSET),
        )
    }

    /// Maps a thread's message page, readable and writable.
    pub(crate) fn map_message_page(
        &mut self,
        thread: ThreadRef<A>,
        space: Ref<AddressSpace>,
        address: VirtAddr,
    ) -> Result<(), MapRefusal> {
        let home = self.home();
        let physical = self.message_page_address(thread);
        if self
            .find_page(thread.message_mapping.get(home), physical, PageSize::Small)
            .is_some()
        {
            return Err(Refusal::AlreadyMapped.into());
        }
        let rights = Rights::READ.union(Rights::WRITE);
        let leaf = Leaf {
            physical,
            size: PageSize::Small,
            rights,
            cache: CacheMode::Normal,
        };
        let mapping = self.map_any_page(space, leaf, address)?;
        thread.message_mapping.set(home, mapping.0);
        Ok(())
    }

    /// Removes the mapping of a thread's message page, if there is one. Says whether no other core may know it still.
    pub(crate) fn unmap_message_page(&mut self, thread: ThreadRef<A>) -> bool {
        let word = thread.message_mapping.replace(self.home(), Mapping::NONE.0);
        // It may be gone with its space or table.
        let cores = self.unmap(word, self.message_page_address(thread), PageSize::Small);
        let Ok(cores @ 1..) = cores else {
            return true;
        };
        self.join_round(None, Mapping(word), cores);
        self.wait_without_message_page(thread);
        false
    }
}

/// The rights that flags give, if it is to read, or to read and write, in the normal way.
#[inline(always)]
fn rights_of_data(flags: MapFlags) -> Option<Rights> {
    const READ: u64 = MapFlags::new(Rights::READ, CacheMode::Normal).0;
    const WRITE: u64 = Rights::WRITE.bits() as u64;
    (flags.0 & !WRITE == READ).then(|| Rights::from_bits_retain(flags.0 as u8))
}

/// As `leaf_for`, where it matters less how long that takes than how much text.
#[inline(never)]
pub(crate) fn any_leaf_for(
    frame: Tag,
    physical: PhysAddr,
    flags: MapFlags,
) -> Result<Leaf, Refusal> {
    leaf_for(frame, physical, flags)
}

/// What to map for a frame capability and the flags that user mode gave.
#[inline(always)]
pub(super) fn leaf_for(frame: Tag, physical: PhysAddr, flags: MapFlags) -> Result<Leaf, Refusal> {
    let (rights, cache) = flags.decode().ok_or(Refusal::InvalidArgument)?;
    let execute = Rights::EXECUTE;
    let writable = Rights::READ.union(Rights::WRITE);
    let executable = Rights::READ.union(execute);
    if rights != Rights::READ && rights != writable && rights != executable {
        return Err(Refusal::InvalidArgument);
    }
    if !frame.rights().contains(rights) {
        return Err(Refusal::NotPermitted);
    }
    let device = frame.class() == MemoryClass::Device;
    let fits = match cache {
        CacheMode::Normal => !device,
        CacheMode::WriteCombining | CacheMode::Uncached => true,
        CacheMode::Device => device,
    };
    if !fits || (device && rights.contains(execute)) {
        return Err(Refusal::InvalidArgument);
    }
    let size = PageSize::from_log2(frame.size()).ok_or(Refusal::WrongKind)?;
    Ok(Leaf {
        physical,
        size,
        rights,
        cache,
    })
}

#[cfg(test)]
mod tests {
    use weft_hal::CoreId;

    use super::*;

    fn flags(rights: Rights, cache: CacheMode) -> MapFlags {
        MapFlags::new(rights, cache)
    }

    #[test]
    fn a_page_is_never_writable_and_executable() {
        let tag = Tag::new(Kind::Frame, Rights::all(), CoreId(0)).with_size(12);
        let both = Rights::READ | Rights::WRITE | Rights::EXECUTE;
        let refused = leaf_for(tag, PhysAddr(0), flags(both, CacheMode::Normal));
        assert_eq!(refused, Err(Refusal::InvalidArgument));
    }

    #[test]
    fn device_registers_are_never_cached_or_executed() {
        let tag = Tag::new(Kind::Frame, Rights::all(), CoreId(0)).with_size(12);
        let tag = tag.with_class(MemoryClass::Device);
        let cached = leaf_for(tag, PhysAddr(0), flags(Rights::READ, CacheMode::Normal));
        assert_eq!(cached, Err(Refusal::InvalidArgument));
        let code = flags(Rights::READ | Rights::EXECUTE, CacheMode::Device);
        assert_eq!(
            leaf_for(tag, PhysAddr(0), code),
            Err(Refusal::InvalidArgument)
        );
    }
}
