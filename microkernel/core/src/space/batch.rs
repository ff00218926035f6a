//! Many pages at once: frames in consecutive slots, mapped one behind the other.
//!
//! A run is what lies in one table. Its first page is checked and walked to as any single page is; the others must be
//! like it (frames of the same size, class and rights, in the same state), which takes one comparison of each word.
//! The first that is not like it ends the run, and begins the next one.

use core::sync::atomic::{AtomicU64, Ordering};

use weft_abi::cap::{CacheMode, MapFlags};
use weft_abi::layout::USER_END;
use weft_abi::{Refusal, Rights};
use weft_hal::{Arch, CoreId, Leaf, PageSize, PhysAddr, VirtAddr};
use weft_store::Ref;

use crate::Core;
use crate::cspace::power;
use crate::object::{AddressSpace, SlotRef, Tag};

use super::MapRefusal;
use super::map::leaf_for;
use super::mapping::Mapping;

/// The longest run.
const LONGEST: u64 = 96;
/// The longest run of pages for which caches may have to be looked after, which takes a while.
const LONGEST_PREPARED: u64 = 8;
/// Up to so many pages are forgotten one by one, more with their whole space.
const ONE_BY_ONE: u64 = 32;

/// What the pages of a run have in common.
struct Run {
    first: SlotRef,
    tag: Tag,
    leaf: Leaf,
    /// Where the first is mapped.
    mapping: Mapping,
    space: Ref<AddressSpace>,
}

impl Run {
    fn bytes(&self) -> u64 {
        power(self.leaf.size.log2())
    }

    /// All of an entry but the address, which is ORed in.
    fn attributes<A: Arch>(&self) -> u64 {
        A::encode_page(Leaf {
            physical: PhysAddr(0),
            ..self.leaf
        })
    }
}

impl<A: Arch> Core<A> {
    /// Maps up to `count` frames, or changes their rights where they are mapped already; gives how many.
    ///
    /// Refuses what the first frame is refused.
    pub(crate) fn map_run(
        &mut self,
        first: SlotRef,
        space: Ref<AddressSpace>,
        address: VirtAddr,
        flags: MapFlags,
        count: u64,
    ) -> Result<u64, MapRefusal> {
        let home = self.home();
        let tag = first.tag.get(home);
        let leaf = leaf_for(tag, PhysAddr(first.object.get(home)), flags)?;
        let word = first.mapping.get(home);
        let before = self.find_page(word, leaf.physical, leaf.size);
        let before = before.map(|found| found.place.get() ^ leaf.physical.0);
        self.map_frame(first, space, address, flags)?;
        let mapping = Mapping(first.mapping.get(home));
        if before.is_some() && space.cores.get(home) != 0 {
            return Ok(1);
        }
        let Some(found) = self.find_page(mapping.0, leaf.physical, leaf.size) else {
            return Ok(1);
        };
        let run = Run {
            first,
            tag,
            leaf,
            mapping,
            space,
        };
        // The last user page is in the last table, but never mapped.
        let room = USER_END.saturating_sub(address.0);
        let room = room.wrapping_shr(leaf.size.log2().into());
        let longest = match leaf.cache {
            // Each is got ready by itself before.
            _ if self.has_to_prepare(&leaf) => 1,
            CacheMode::Normal if !leaf.rights.contains(Rights::EXECUTE) => LONGEST,
            _ => LONGEST_PREPARED,
        };
        let most = count.min(longest).min(room);
        let entries = found.place.entries(most as usize);
        let behind = entries.get(1..).unwrap_or(&[]);
        let done = match before {
            None => self.add_like(&run, behind),
            Some(attributes) => self.change_like(&run, attributes, behind),
        };
        self.arch.publish();
        Ok(done.wrapping_add(1))
    }

    /// Maps the frames behind the first of a run, as long as they are like it and mapped nowhere.
    fn add_like(&mut self, run: &Run, entries: &[AtomicU64]) -> u64 {
        let home = self.home();
        let attributes = run.attributes::<A>();
        let (mut done, mut at) = (0_u64, run.mapping);
        let mut frame = run.first;
        for entry in entries {
            frame = self.behind(frame.address(), 1);
            at = at.further(run.bytes());
            let alike = frame.tag.get(home).is_alike(run.tag, run.leaf.rights);
            if !alike || frame.mapping.get(home) != 0 || entry.load(Ordering::Relaxed) != 0 {
                break;
            }
            let physical = PhysAddr(frame.object.get(home));
            self.arch.prepare_page(Leaf {
                physical,
                ..run.leaf
            });
            frame.mapping.set(home, at.0);
            entry.store(attributes | physical.0, Ordering::Release);
            done = done.wrapping_add(1);
        }
        done
    }

    /// Changes the rights of the frames behind the first of a run, as long as they are like it and mapped behind it as
    /// it was before.
    fn change_like(&mut self, run: &Run, before: u64, entries: &[AtomicU64]) -> u64 {
        let home = self.home();
        let attributes = run.attributes::<A>();
        let held = self.held(run.space);
        let (mut done, mut at) = (0_u64, run.mapping);
        let mut frame = run.first;
        for entry in entries {
            frame = self.behind(frame.address(), 1);
            at = at.further(run.bytes());
            if !frame.tag.get(home).is_alike(run.tag, run.leaf.rights) {
                break;
            }
            let physical = PhysAddr(frame.object.get(home));
            let stands = entry.load(Ordering::Relaxed) == before | physical.0;
            if !stands || frame.mapping.get(home) != at.0 {
                break;
            }
            // As for a single page, a time without an entry.
            entry.swap(0, Ordering::AcqRel);
            if let Some(held) = held {
                self.arch.flush_page(held, at.address());
            }
            self.arch.prepare_page(Leaf {
                physical,
                ..run.leaf
            });
            entry.store(attributes | physical.0, Ordering::Release);
            done = done.wrapping_add(1);
        }
        done
    }

    /// Removes the mappings made through up to `count` frame capabilities that lie one behind the other; gives how
    /// many. Refuses if the first is not mapped; it is in no space of another core.
    pub(crate) fn unmap_run(&mut self, first: SlotRef, count: u64) -> Result<u64, Refusal> {
        let home = self.home();
        let tag = first.tag.get(home);
        let size = PageSize::from_log2(tag.size()).ok_or(Refusal::NotMapped)?;
        let mut at = Mapping(first.mapping.get(home));
        let physical = PhysAddr(first.object.get(home));
        let Some(found) = self.find_page(at.0, physical, size) else {
            first.mapping.set(home, Mapping::NONE.0);
            return Err(Refusal::NotMapped);
        };
        if self.cores_to_ask(found.space) != 0 {
            return Ok(self.unmap_shared(first, count));
        }
        let attributes = found.place.get() ^ physical.0;
        let (mut done, mut frame) = (0_u64, first);
        for entry in found.place.entries(count.min(LONGEST) as usize) {
            if !frame.tag.get(home).is_alike(tag, Rights::READ) {
                break;
            }
            let stands = entry.load(Ordering::Relaxed) == attributes | frame.object.get(home);
            if !stands || frame.mapping.get(home) != at.0 {
                break;
            }
            entry.swap(0, Ordering::AcqRel);
            frame.mapping.set(home, Mapping::NONE.0);
            at = at.further(power(size.log2()));
            done = done.wrapping_add(1);
            frame = self.behind(frame.address(), 1);
        }
        self.forget_run(found.space, found.address, size, done);
        self.forget_pages_elsewhere(found.space, found.address, size, done);
        Ok(done)
    }

    /// As `unmap_run`, in a space of which other cores run threads that are to be asked to forget.
    #[cold]
    #[inline(never)]
    fn unmap_shared(&mut self, first: SlotRef, count: u64) -> u64 {
        let home = self.home();
        let tag = first.tag.get(home);
        let (mut done, mut frame) = (0_u64, first);
        while done < count.min(LONGEST) {
            let frame_tag = frame.tag.get(home);
            if !frame_tag.is_alike(tag, Rights::READ) || frame_tag.is_busy() {
                break;
            }
            match self.unmap_frame(frame) {
                Ok((word, cores @ 1..)) => self.unmap_round(frame, word, cores),
                Ok(_) => {}
                Err(_) => break,
            }
            done = done.wrapping_add(1);
            frame = self.behind(frame.address(), 1);
        }
        done
    }

    /// Has the mappings made through up to `count` frame capabilities, which are in spaces of another core, removed there;
    /// gives how many.
    #[cold]
    pub(crate) fn unmap_far(&mut self, first: SlotRef, count: u64, core: CoreId) -> u64 {
        let home = self.home();
        let tag = first.tag.get(home);
        let (mut done, mut frame) = (0_u64, first);
        while done < count.min(LONGEST) {
            let alike = frame.tag.get(home).is_alike(tag, Rights::READ);
            if !alike || self.mapped_beyond(frame) != Ok(Some(core)) {
                break;
            }
            self.send_frame(frame);
            done = done.wrapping_add(1);
            frame = self.behind(frame.address(), 1);
        }
        done
    }

    /// Makes the TLB forget pages whose entries are gone.
    fn forget_run(
        &mut self,
        space: Ref<AddressSpace>,
        first: VirtAddr,
        size: PageSize,
        count: u64,
    ) {
        if count > ONE_BY_ONE {
            return self.forget_space(space);
        }
        let Some(held) = self.held(space) else {
            return;
        };
        let mut address = first;
        for _ in 0..count {
            self.arch.flush_page(held, address);
            address = VirtAddr(address.0.wrapping_add(power(size.log2())));
        }
    }
}
