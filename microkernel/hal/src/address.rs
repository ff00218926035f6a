//! Newtypes for addresses, identifiers and time.

/// A physical address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct PhysAddr(pub u64);

/// An address in a user address space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct VirtAddr(pub u64);

/// The number of an address space that the hardware tags TLB entries with (PCID, ASID). 0 is the kernel's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[repr(transparent)]
pub struct Asid(pub u16);

/// A processor core, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[repr(transparent)]
pub struct CoreId(pub u8);

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
