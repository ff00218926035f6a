//! Page-table entries of an address.
//!
//! Both architectures use four levels of 512 entries over 4 KiB pages; level 1 is the last.

use core::sync::atomic::{AtomicU64, Ordering};

use weft_abi::layout::USER_END;
use weft_hal::{Arch, Entry, PageSize, PhysAddr, VirtAddr};
use weft_store::{Ref, Table, WORDS};

use crate::Core;
use crate::cspace::power;
use crate::object::AddressSpace;

/// The level of the root.
const ROOT_LEVEL: u8 = 4;

/// An entry of a page table.
#[derive(Clone, Copy)]
pub(super) struct Place {
    table: Ref<Table>,
    index: usize,
}

impl Place {
    /// What stands there.
    pub(super) fn get(self) -> u64 {
        self.table
            .get(self.index)
            .map_or(0, |entry| entry.load(Ordering::Acquire))
    }

    /// What stands there and behind, at most `count` entries and no further than the table's end.
    pub(super) fn entries(&self, count: usize) -> &[AtomicU64] {
        let end = self.index.saturating_add(count).min(WORDS);
        self.table.get(self.index..end).unwrap_or(&[])
    }

    /// Sets what was empty.
    pub(super) fn fill(self, value: u64) {
        if let Some(entry) = self.table.get(self.index) {
            entry.store(value, Ordering::Release);
        }
    }

    /// Replaces it at once.
    pub(super) fn set(self, value: u64) {
        if let Some(entry) = self.table.get(self.index) {
            entry.swap(value, Ordering::AcqRel);
        }
    }
}

/// Why a walk ended before the level it was to reach.
pub(super) enum Stop {
    /// A table of this level is missing; it would hang at this place.
    Missing(Place, u8),
    /// A larger page is in the way.
    Page,
}

fn index_at(address: VirtAddr, level: u8) -> usize {
    let shift = u32::from(level).wrapping_mul(9).wrapping_add(3);
    (address.0.wrapping_shr(shift) as usize) & WORDS.wrapping_sub(1)
}

/// Whether a page of this size may be mapped at an address: aligned, and below the last user page.
pub(super) fn is_mappable(address: VirtAddr, size: PageSize) -> bool {
    let bytes = power(size.log2());
    let end = address.0.checked_add(bytes);
    address.0 & bytes.wrapping_sub(1) == 0 && end.is_some_and(|end| end <= USER_END)
}

impl<A: Arch> Core<A> {
    /// The entry of `level` for an address.
    #[inline(always)]
    pub(super) fn reach(
        &self,
        space: Ref<AddressSpace>,
        address: VirtAddr,
        level: u8,
    ) -> Result<Place, Stop> {
        let mut at = ROOT_LEVEL;
        let mut place = self.place_in(space.root.get(self.home()), address, at);
        while at > level {
            let Some(table) = A::table_in(place.get()) else {
                return Err(match A::decode(place.get(), at) {
                    Entry::Page { .. } => Stop::Page,
                    _ => Stop::Missing(place, at.wrapping_sub(1)),
                });
            };
            at = at.wrapping_sub(1);
            place = self.place_in(table, address, at);
        }
        Ok(place)
    }

    /// Whether there is a place for a page of this size at an address.
    pub(crate) fn has_table(
        &self,
        space: Ref<AddressSpace>,
        address: VirtAddr,
        size: PageSize,
    ) -> bool {
        self.reach(space, address, size.level()).is_ok()
    }

    #[inline(always)]
    fn place_in(&self, table: PhysAddr, address: VirtAddr, level: u8) -> Place {
        Place {
            table: self.memory.page(table),
            index: index_at(address, level),
        }
    }

    /// The entry for an address that refers to a certain table.
    pub(super) fn link_to(
        &self,
        space: Ref<AddressSpace>,
        address: VirtAddr,
        table: PhysAddr,
    ) -> Option<Place> {
        for level in (2..=ROOT_LEVEL).rev() {
            let place = self.reach(space, address, level).ok()?;
            if A::decode(place.get(), level) == Entry::Table(table) {
                return Some(place);
            }
        }
        None
    }
}
