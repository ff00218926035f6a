//! Newtypes for addresses, identifiers and time.

/// A physical address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct PhysAddr(pub u64);

/// An address in a user address space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct VirtAddr(pub u64);

/// The identifier of an address space, by which its home core finds it. 0 is nobody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[repr(transparent)]
pub struct Asid(pub u16);

/// An address space as the processor's root register takes it: where its root table is and the tag that its TLB entries
/// have, in one word that is compared and kept as such. Bits 12..48 are the address of the table; all others are the
/// architecture's ([`Tlb::root`](crate::Tlb::root)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(transparent)]
pub struct Root(u64);

impl Root {
    /// No user address space.
    pub const NONE: Self = Self(0);
    const TABLE: u64 = 0xf_ffff_ffff << 12;

    /// What an architecture has put together.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// Where the root table is.
    pub const fn table(self) -> PhysAddr {
        PhysAddr(self.0 & Self::TABLE)
    }

    /// The word.
    pub const fn bits(self) -> u64 {
        self.0
    }
}

/// A processor core, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct CoreId(pub u8);

impl CoreId {
    /// The core that starts the machine.
    pub const BOOT: Self = Self(0);
    /// The greatest number of cores.
    pub const MAX: usize = 64;
}

/// A time of the monotonic clock, or a duration, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Nanoseconds(pub u64);

impl Nanoseconds {
    /// A time that never comes.
    pub const NEVER: Self = Self(u64::MAX);

    /// The time `other` later, at most [`NEVER`](Self::NEVER).
    pub const fn after(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// How long after `earlier` this is; 0 if it is not.
    pub const fn since(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }
}
