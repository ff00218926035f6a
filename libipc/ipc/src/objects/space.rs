//! Address spaces and page tables.

use weft_abi::cap::MapFlags;
use weft_abi::{Refusal, Syscall};
use weft_sys::invoke;

use super::{Frame, SchedControl};

super::object! {
    /// The root of a set of page tables.
    AddressSpace
}

super::object! {
    /// A page table below the root.
    PageTable
}

/// Why a frame was not mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapError {
    /// The page table of a level is missing (1 is the last).
    MissingTable {
        /// The level.
        level: u64,
    },
    /// Another refusal.
    Refused(Refusal),
}

impl AddressSpace {
    /// Lets the threads of the space read the processor's counters, before the first of them is configured. `control` is of
    /// the space's core.
    pub fn allow_counters(self, control: SchedControl) -> Result<(), Refusal> {
        let arguments = [u64::from(self.0.0), 0, 0, 0, 0];
        invoke(Syscall::SpaceAllowCounters, control.cptr(), arguments).map(|_| ())
    }

    /// Maps a frame at a virtual address; mapping it again at the same address changes its flags.
    #[inline]
    pub fn map(self, frame: Frame, address: u64, flags: MapFlags) -> Result<(), MapError> {
        let arguments = [u64::from(frame.cptr().0), address, flags.0, 0, 0];
        match weft_sys::invoke_with_results(Syscall::SpaceMap, self.0, arguments) {
            (Ok(()), _) => Ok(()),
            (Err(Refusal::NoTable), [_, level, ..]) => Err(MapError::MissingTable { level }),
            (Err(refusal), _) => Err(MapError::Refused(refusal)),
        }
    }

    /// Maps a frame, with the page tables that it takes: `make` makes one. What it says instead comes first, and then
    /// what the kernel refuses.
    pub fn map_with<E>(
        self,
        frame: Frame,
        address: u64,
        flags: MapFlags,
        mut make: impl FnMut() -> Result<PageTable, E>,
    ) -> Result<Result<(), Refusal>, E> {
        loop {
            match self.map(frame, address, flags) {
                Ok(()) => return Ok(Ok(())),
                Err(MapError::Refused(refusal)) => return Ok(Err(refusal)),
                Err(MapError::MissingTable { .. }) => {
                    let table = make()?;
                    if let Err(refusal) = self.map_table(table, address) {
                        return Ok(Err(refusal));
                    }
                }
            }
        }
    }

    /// Maps `count` frames (1 to 512) in consecutive slots one behind the other, or changes their flags where they are
    /// mapped so already. Gives how many it was: at least one, and fewer than asked for if the page behind them
    /// cannot be mapped.
    pub fn map_many(
        self,
        first: Frame,
        address: u64,
        flags: MapFlags,
        count: u64,
    ) -> Result<u64, MapError> {
        let arguments = [u64::from(first.cptr().0), address, flags.0, count, 0];
        match weft_sys::invoke_with_results(Syscall::SpaceMapMany, self.0, arguments) {
            (Ok(()), [_, mapped, ..]) => Ok(mapped),
            (Err(Refusal::NoTable), [_, level, ..]) => Err(MapError::MissingTable { level }),
            (Err(refusal), _) => Err(MapError::Refused(refusal)),
        }
    }

    /// Hangs a page table into the first missing level for an address; returns the level.
    pub fn map_table(self, table: PageTable, address: u64) -> Result<u64, Refusal> {
        let arguments = [u64::from(table.0.0), address, 0, 0, 0];
        let [_, level, ..] = invoke(Syscall::SpaceMapTable, self.0, arguments)?;
        Ok(level)
    }
}
