//! Address-space identifiers.

use weft_hal::{Arch, Asid};
use weft_store::{Home, Ref};

use crate::object::AddressSpace;

/// One more than the greatest identifier that a mapping word can name.
const LIMIT: u16 = 4096;

#[derive(Clone, Copy)]
struct Entry {
    space: Option<Ref<AddressSpace>>,
    generation: u16,
}

/// Which space has which identifier. Identifiers are given out in turn, so that one is reused as late as possible.
pub(crate) struct AsidTable {
    entries: [Entry; LIMIT as usize],
    last: u16,
    used: u16,
}

impl AsidTable {
    /// All identifiers are free.
    pub(crate) const fn new() -> Self {
        Self {
            entries: [Entry {
                space: None,
                generation: 0,
            }; LIMIT as usize],
            last: 0,
            used: 0,
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
        let greatest = Self::greatest::<A>();
        for _ in 0..greatest {
            self.last = if self.last >= greatest {
                1
            } else {
                self.last.wrapping_add(1)
            };
            let Some(entry) = self.entries.get_mut(usize::from(self.last)) else {
                continue;
            };
            if entry.space.is_none() {
                entry.space = Some(space);
                entry.generation = entry.generation.wrapping_add(1);
                self.used = self.used.wrapping_add(1);
                return Some((Asid(self.last), entry.generation));
            }
        }
        None
    }

    /// Takes an identifier back.
    pub(crate) fn release(&mut self, home: Home, space: Ref<AddressSpace>) {
        let asid = space.asid.get(home);
        if let Some(entry) = self.entries.get_mut(usize::from(asid.0))
            && entry.space == Some(space)
        {
            entry.space = None;
            self.used = self.used.wrapping_sub(1);
        }
    }

    /// The space that has an identifier in this generation.
    pub(crate) fn find(&self, asid: Asid, generation: u16) -> Option<Ref<AddressSpace>> {
        let entry = self.entries.get(usize::from(asid.0))?;
        entry.space.filter(|_| entry.generation == generation)
    }
}
