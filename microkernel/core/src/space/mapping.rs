//! The word that says where a frame, table or message page is mapped.

use weft_hal::{Asid, VirtAddr};
use weft_store::Home;

use crate::object::AddressSpace;

/// Bits 0..16 generation, 16..28 identifier, 28..64 page number. 0: nowhere (no space has identifier 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct Mapping(pub(crate) u64);

impl Mapping {
    /// Nowhere.
    pub(crate) const NONE: Self = Self(0);

    /// At a user address of a space.
    pub(super) fn new(home: Home, space: &AddressSpace, address: VirtAddr) -> Self {
        let page = (address.0 >> 12) << 28;
        let asid = u64::from(space.asid.get(home).0) << 16;
        Self(page | asid | u64::from(space.generation.get(home)))
    }

    /// In the same space, so many bytes (whole pages) further.
    pub(super) const fn further(self, bytes: u64) -> Self {
        Self(self.0.wrapping_add((bytes >> 12) << 28))
    }

    /// The address.
    #[inline]
    pub(super) const fn address(self) -> VirtAddr {
        VirtAddr((self.0 >> 28) << 12)
    }

    /// The space's identifier.
    pub(super) const fn asid(self) -> Asid {
        Asid((self.0 >> 16) as u16 & 0xfff)
    }

    /// Which use of the identifier is meant.
    pub(super) const fn generation(self) -> u16 {
        self.0 as u16
    }
}
