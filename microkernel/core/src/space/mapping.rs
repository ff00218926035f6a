//! The word that says where a frame, table or message page is mapped.

use weft_hal::{Asid, CoreId, VirtAddr};
use weft_store::Home;

use crate::object::AddressSpace;

/// Bits 0..11 generation, 11..17 home core of the space, 17..29 identifier, 29..64 page number. 0: nowhere (no space has
/// identifier 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct Mapping(pub(crate) u64);

/// The bits of a generation that the word has room for.
pub(super) const GENERATION: u16 = 0x7ff;

const CORE: u32 = 11;
const ASID: u32 = 17;
const PAGE: u32 = 29;

impl Mapping {
    /// Nowhere.
    pub(crate) const NONE: Self = Self(0);

    /// At a user address of a space, which is at home on this core.
    pub(super) fn new(home: Home, core: CoreId, space: &AddressSpace, address: VirtAddr) -> Self {
        let page = (address.0 >> 12) << PAGE;
        let asid = u64::from(space.asid.get(home).0) << ASID;
        let core = u64::from(core.0) << CORE;
        Self(page | asid | core | u64::from(space.generation.get(home)))
    }

    /// Somewhere in a space of another core that is not known yet.
    pub(crate) const fn expected(core: CoreId) -> Self {
        Self(1 << PAGE | (core.0 as u64) << CORE)
    }

    /// The home core of the space.
    pub(crate) const fn core(self) -> CoreId {
        CoreId((self.0 >> CORE) as u8 & 0x3f)
    }

    /// Whether it is in a space of another core than this.
    pub(crate) const fn is_beyond(self, core: CoreId) -> bool {
        self.0 != 0 && self.core().0 != core.0
    }

    /// In the same space, so many bytes (whole pages) further.
    pub(super) const fn further(self, bytes: u64) -> Self {
        Self(self.0.wrapping_add((bytes >> 12) << PAGE))
    }

    /// The address.
    #[inline]
    pub(crate) const fn address(self) -> VirtAddr {
        VirtAddr((self.0 >> PAGE) << 12)
    }

    /// The space's identifier.
    pub(crate) const fn asid(self) -> Asid {
        Asid((self.0 >> ASID) as u16 & 0xfff)
    }

    /// Which use of the identifier is meant.
    pub(super) const fn generation(self) -> u16 {
        self.0 as u16 & GENERATION
    }
}
