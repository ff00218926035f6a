//! An address space (root table and identifier) and a page table.

use weft_hal::{Asid, CoreId, Counters, PhysAddr};
use weft_store::HomeCell;

use crate::space::Mark;

/// The header of an address space. It lies in the page behind the root table.
#[repr(C, align(64))]
pub struct AddressSpace {
    /// The root table.
    pub root: HomeCell<PhysAddr>,
    /// The identifier, which also finds the space from a frame's mapping.
    pub asid: HomeCell<Asid>,
    /// Which use of the identifier this is: a mapping of an earlier one is void.
    pub generation: HomeCell<u16>,
    /// Whether its threads may read the processor's counters.
    pub counters: HomeCell<Counters>,
    /// A bit for each other core where threads of it run.
    pub cores: HomeCell<u64>,
    /// How many threads of it each core has, those on their way included.
    pub lodgers: [HomeCell<u32>; CoreId::MAX],
    /// Which TLB tag it has on each core.
    marks: [Mark; CoreId::MAX],
}

impl AddressSpace {
    /// A space with its root table and identifier.
    #[inline(always)]
    pub const fn new(root: PhysAddr, asid: Asid, generation: u16) -> Self {
        Self {
            root: HomeCell::new(root),
            asid: HomeCell::new(asid),
            generation: HomeCell::new(generation),
            counters: HomeCell::new(Counters::Closed),
            cores: HomeCell::new(0),
            lodgers: [const { HomeCell::new(0) }; CoreId::MAX],
            marks: [const { Mark::none() }; CoreId::MAX],
        }
    }

    /// Which TLB tag it has on a core.
    pub fn mark(&self, core: CoreId) -> &Mark {
        let [first, ..] = &self.marks;
        self.marks.get(usize::from(core.0)).unwrap_or(first)
    }
}

/// A page table below the root: 512 entries, which the hardware reads.
pub type PageTable = weft_store::Table;
