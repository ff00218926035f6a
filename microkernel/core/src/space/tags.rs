//! Which TLB tag (PCID, ASID) each address space has on a core.
//!
//! Each core gives out tags for itself, in the order of their numbers, to the spaces that become active on it. When none is
//! left a round ends: the core forgets all entries, all tags are free, and every space gets one anew when it next becomes
//! active. So within a round no tag ever belongs to two spaces, and nothing is forgotten at a switch, nor when a space
//! ends: its tag is not given out again before all is forgotten. What a space has on a core stands in its [`Mark`] for that
//! core, with the round that it is good for.
//!
//! Where the instructions reach no space but the active one, another that is to be forgotten loses its tag instead
//! ([`Tags::forget`]): that costs nothing, and voids whatever the TLB holds of it. A core that is told to forget a space does
//! one or the other, or nothing if it has not run the space in this round.
//!
//! Threads remember the root of their space as it was when they last ran. [`Tags::version`] counts the times that such a
//! memory became void. The active root is never void, so that a switch to it asks nothing.
//!
//! Without tags ([`Tlb::greatest_tag`] is 0) only the active space can have entries.
//!
//! Some spaces may read the processor's counters. Whether they are open is a mode of the core, which is the lowest bit of the
//! version: so what a thread remembers is void in the other mode too, and no switch asks for it apart.

use core::sync::atomic::{AtomicU64, Ordering};

use weft_hal::{CounterGate, Counters, PhysAddr, Root, Tlb, TlbTag};

/// Bits of a tag in a word; the round is above them.
const TAG: u32 = 16;

/// The tag that a space has on one core: bits 0..16 the tag, 16..64 the round. 0: none.
///
/// That core alone reads and writes it.
pub struct Mark(AtomicU64);

impl Mark {
    /// No tag.
    pub const fn none() -> Self {
        Self(AtomicU64::new(0))
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self, word: u64) {
        self.0.store(word, Ordering::Relaxed);
    }
}

/// An address space as one core's TLB sees it.
#[derive(Clone, Copy)]
pub(crate) struct Tagged<'a> {
    pub(crate) table: PhysAddr,
    pub(crate) mark: &'a Mark,
    /// Whether its threads may read the processor's counters.
    pub(crate) counters: Counters,
}

/// What a core has given out, and which space is active.
#[repr(C)]
pub(crate) struct Tags {
    /// What the root register holds; [`Root::NONE`]: the kernel's own space.
    pub(crate) active: Root,
    /// Counts, by twos, the times that roots which threads remember became void; bit 0: the counters are open. Never 0.
    pub(crate) version: u64,
    /// What makes roots doubtful in this mode ([`Tlb::DOUBT`]).
    doubt: u64,
    /// The tag that was given out last and the round; as in a [`Mark`].
    last: u64,
}

/// The version's step; the bit below is the mode of the counters.
const VERSION: u64 = 2;

impl Tags {
    /// Nothing is given out, no space is active, and the counters are closed.
    pub(crate) const fn new<T: Tlb>() -> Self {
        Self {
            active: Root::NONE,
            version: VERSION,
            doubt: T::DOUBT.0,
            last: 1 << TAG,
        }
    }

    /// The version of roots of spaces with these counters.
    pub(crate) const fn version_for(&self, counters: Counters) -> u64 {
        self.version & VERSION.wrapping_neg() | counters as u64
    }

    /// Whether a root is good that was got at this version, and its counters are as the core's.
    #[inline(always)]
    pub(crate) fn is_good<T: Tlb>(&self, root: Root, version: u64) -> bool {
        !T::is_doubtful(root, self.doubt) || version == self.version
    }

    /// Makes the space of a [good](Self::is_good) root the active one.
    #[inline(always)]
    pub(crate) fn enter_good(&mut self, tlb: &mut impl Tlb, root: Root) {
        if root != self.active {
            self.active = root;
            tlb.activate(root);
        }
    }

    /// The root of a space that has a tag, which is good until the version changes.
    pub(crate) fn known(&self, tlb: &impl Tlb, space: Tagged<'_>) -> Option<Root> {
        let tag = self.tag_of(space.mark)?;
        Some(tlb.root(space.table, tag, space.counters))
    }

    /// Makes a space the active one, with a tag, and its counters the core's; gives its root, which is good until the version changes.
    pub(crate) fn enter<T: Tlb + CounterGate>(&mut self, tlb: &mut T, space: Tagged<'_>) -> Root {
        self.admit(tlb, space.counters);
        let tag = match self.tag_of(space.mark) {
            Some(tag) => tag,
            None => self.give(tlb, space.mark),
        };
        let root = tlb.root(space.table, tag, space.counters);
        self.enter_good(tlb, root);
        root
    }

    /// The root by which flushes reach what the TLB holds of a space; `None` if it holds nothing that will
    /// be used again.
    ///
    /// Asked before the space's tables change as well as after: it cannot become active in between.
    #[inline(always)]
    pub(crate) fn reach(&mut self, tlb: &impl Tlb, space: Tagged<'_>) -> Option<Root> {
        if self.is_active(space) {
            return Some(self.active);
        }
        let tag = self.tag_of(space.mark)?;
        if tlb.reaches_inactive() {
            return Some(tlb.root(space.table, tag, space.counters));
        }
        self.withdraw(space.mark);
        None
    }

    /// Forgets what the TLB holds of a space.
    pub(crate) fn forget(&mut self, tlb: &mut impl Tlb, space: Tagged<'_>) {
        if let Some(root) = self.reach(tlb, space) {
            tlb.flush_space(root);
        }
    }

    /// Leaves a space that ends, if it is active.
    pub(crate) fn leave(&mut self, tlb: &mut impl Tlb, space: Tagged<'_>) {
        if self.is_active(space) {
            self.leave_any(tlb);
        }
    }

    /// Leaves whatever space is active.
    pub(crate) fn leave_any(&mut self, tlb: &mut impl Tlb) {
        if self.active != Root::NONE {
            tlb.deactivate(self.active);
            self.active = Root::NONE;
        }
    }

    #[inline(always)]
    fn is_active(&self, space: Tagged<'_>) -> bool {
        self.active.table() == space.table
    }

    /// The tag that a mark is good for in this round.
    fn tag_of(&self, mark: &Mark) -> Option<TlbTag> {
        let word = mark.get();
        (word >> TAG == self.last >> TAG).then_some(TlbTag(word as u16))
    }

    /// Opens or closes the counters, if they are not so.
    fn admit<T: Tlb + CounterGate>(&mut self, gate: &mut T, counters: Counters) {
        let version = self.version_for(counters);
        if version != self.version {
            self.version = version;
            self.doubt = match counters {
                Counters::Closed => T::DOUBT.0,
                Counters::Open => T::DOUBT.1,
            };
            gate.set_counters(counters);
        }
    }

    /// Gives a tag to a space that has none; none at all where there are none.
    fn give(&mut self, tlb: &mut impl Tlb, mark: &Mark) -> TlbTag {
        let greatest = tlb.greatest_tag();
        if greatest == 0 {
            return TlbTag(0);
        }
        if self.last as u16 >= greatest {
            self.end_round(tlb);
        }
        self.last = self.last.wrapping_add(1);
        mark.set(self.last);
        TlbTag(self.last as u16)
    }

    /// All tags are free, and no entry is left that has one. No space may be active meanwhile: entries of it could be loaded
    /// after all are forgotten, with a tag that another space gets.
    fn end_round(&mut self, tlb: &mut impl Tlb) {
        self.leave_any(tlb);
        tlb.flush_all();
        self.last = (self.last >> TAG).wrapping_add(1) << TAG;
        self.version = self.version.wrapping_add(VERSION);
    }

    /// Takes the tag from a space that is not active.
    fn withdraw(&mut self, mark: &Mark) {
        mark.set(0);
        self.version = self.version.wrapping_add(VERSION);
    }
}
