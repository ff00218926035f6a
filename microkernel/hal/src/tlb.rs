//! What the processor remembers of page tables, and which of them it uses.
//!
//! Core decides which address space has which tag and what is to be forgotten (its module `space::tags`); an
//! architecture knows the instructions. Both kinds of processor are described here: those that tag entries, so that a
//! switch forgets nothing, and those that do not, where it forgets all.

use crate::{PageSize, PhysAddr, Root, VirtAddr};

/// What a core tags the TLB entries of an address space with (PCID, ASID). 0 is no user space's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[repr(transparent)]
pub struct TlbTag(pub u16);

/// Whether user mode may read the processor's counters: of its cycles and of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Counters {
    /// Reading one is a fault.
    #[default]
    Closed = 0,
    /// They may be read.
    Open = 1,
}

/// The way to the processor's counters, which are closed until core opens them.
pub trait CounterGate {
    /// Opens or closes them for whatever runs next on this core in user mode.
    fn set_counters(&mut self, counters: Counters);
}

/// The TLB of one core, and the root register.
pub trait Tlb {
    /// The greatest tag; 0 if entries have none.
    fn greatest_tag(&self) -> u16;

    /// What the root register is to hold for a user space that has this tag on this core and these counters. Where entries
    /// have no tags, roots with open and with closed counters differ.
    fn root(&self, table: PhysAddr, tag: TlbTag, counters: Counters) -> Root;

    /// By what [`is_doubtful`](Self::is_doubtful) roots stand out while the core's counters are closed, and while they are open.
    const DOUBT: (u64, u64);

    /// Whether a switch to a root takes a look at when it was got: always, where entries stay when another space becomes
    /// active; else if its counters are not as the core's, whose
    /// [`DOUBT`](Self::DOUBT) this is.
    fn is_doubtful(root: Root, doubt: u64) -> bool;

    /// Whether [`flush_page`](Self::flush_page) and [`flush_space`](Self::flush_space) reach the entries of a space that is
    /// not active.
    fn reaches_inactive(&self) -> bool;

    /// Switches to a user address space, which is not the active one.
    fn activate(&mut self, root: Root);

    /// Switches from this user address space to the kernel's own. The tables that are left are not walked any more.
    fn deactivate(&mut self, left: Root);

    /// Forgets what the TLB holds of one page of a space, which is the active one unless others can be reached; orders
    /// it behind earlier table changes.
    fn flush_page(&mut self, root: Root, address: VirtAddr);

    /// Forgets what the TLB holds of a space, which is the active one unless others can be reached; orders it behind earlier
    /// table changes.
    fn flush_space(&mut self, root: Root);

    /// Forgets what the TLB holds of all user spaces, none of which is active.
    fn flush_all(&mut self);
}

/// The TLBs of the other cores.
pub trait OtherTlbs {
    /// Whether this core can make the TLBs of others forget: by [`flush_pages_everywhere`](Self::flush_pages_everywhere) and
    /// [`flush_everywhere`](Self::flush_everywhere), which are used only if so.
    fn reaches_other_cores(&self) -> bool;

    /// Forgets what the TLBs of all cores hold of consecutive pages of one size, of whichever space; orders it behind
    /// earlier table changes, and ends when no core uses them any more.
    fn flush_pages_everywhere(&mut self, first: VirtAddr, size: PageSize, count: u64);

    /// As [`flush_pages_everywhere`](Self::flush_pages_everywhere), of all that the TLBs hold.
    fn flush_everywhere(&mut self);
}
