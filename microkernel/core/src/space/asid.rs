//! Address-space identifiers.

use weft_hal::{Arch, Asid};
use weft_store::{Home, Ref};

use crate::object::AddressSpace;

use super::mapping::GENERATION;

/// One more than the greatest identifier that a mapping word can name.
const LIMIT: u16 = 4096;

#[derive(Clone, Copy)]
struct Entry {
    space: Option<Ref<AddressSpace>>,
    generation: u16,
    /// The identifier that was given back after this one; 0: none.
    next: u16,
}

/// Which space has which identifier. Fresh ones are given out first, then those that were given back, in that order,
/// so that one is reused as late as possible.
pub(crate) struct AsidTable {
    entries: [Entry; LIMIT as usize],
    /// The greatest that was ever given out.
    last: u16,
    used: u16,
    /// The identifiers that were given back, from the first to the last; 0: none.
    returned: (u16, u16),
}

impl AsidTable {
    /// All identifiers are free.
    pub(crate) const fn new() -> Self {
        Self {
            entries: [Entry {
                space: None,
                generation: 0,
                next: 0,
            }; LIMIT as usize],
            last: 0,
            used: 0,
            returned: (0, 0),
        }
    }

    fn greatest<A: Arch>() -> u16 {
        A::MAX_ASID.min(LIMIT.wrapping_sub(1))
    }

    /// How many identifiers are left.
    pub(crate) fn free<A: Arch>(&self) -> u64 {
        Self::greatest::<A>().saturating_sub(self.used).into()
    }

    /// Gives a free identifier, of a new generation, to a space.
    pub(crate) fn take<A: Arch>(&mut self, space: Ref<AddressSpace>) -> Option<(Asid, u16)> {
        let asid = if self.last < Self::greatest::<A>() {
            self.last = self.last.wrapping_add(1);
            self.last
        } else {
            self.returned.0
        };
        let entry = self
            .entries
            .get_mut(usize::from(asid))
            .filter(|_| asid != 0)?;
        if asid == self.returned.0 {
            self.returned.0 = entry.next;
        }
        *entry = Entry {
            space: Some(space),
            generation: entry.generation.wrapping_add(1) & GENERATION,
            next: 0,
        };
        self.used = self.used.wrapping_add(1);
        Some((Asid(asid), entry.generation))
    }

    /// Takes an identifier back.
    pub(crate) fn release(&mut self, home: Home, space: Ref<AddressSpace>) {
        let asid = space.asid.get(home).0;
        let Some(entry) = self.entries.get_mut(usize::from(asid)) else {
            return;
        };
        if entry.space != Some(space) {
            return;
        }
        entry.space = None;
        self.used = self.used.wrapping_sub(1);
        let last = core::mem::replace(&mut self.returned.1, asid);
        if self.returned.0 == 0 {
            self.returned.0 = asid;
        } else if let Some(last) = self.entries.get_mut(usize::from(last)) {
            last.next = asid;
        }
    }

    /// The space that has an identifier in this generation.
    pub(crate) fn find(&self, asid: Asid, generation: u16) -> Option<Ref<AddressSpace>> {
        let entry = self.entries.get(usize::from(asid.0))?;
        entry.space.filter(|_| entry.generation == generation)
    }
}
