//! Mapping pages, with the page tables that it takes.

use libipc::abi::cap::{CacheMode, MapFlags};
use libipc::objects::{AddressSpace, Frame, MapError};
use libipc::{Kind, Rights};

use crate::check::{Outcome, done};
use crate::stage::{READ_WRITE, Stage};

/// Bytes in a page.
pub(crate) const PAGE: u64 = 4096;
/// log2 of them.
pub(crate) const PAGE_BITS: u8 = 12;
/// Where the benchmark maps what it measures with, in every space; nothing else is there.
pub(crate) const BASE: u64 = 0x3000_0000;

/// Flags of a mapping.
pub(crate) const fn flags(rights: Rights) -> MapFlags {
    MapFlags::new(rights, CacheMode::Normal)
}

impl Stage {
    /// Maps a frame.
    pub(crate) fn map(
        &mut self,
        space: AddressSpace,
        frame: Frame,
        address: u64,
        rights: Rights,
    ) -> Outcome {
        let table = || self.object(Kind::PageTable, 0);
        done(
            "mapping",
            space.map_with(frame, address, flags(rights), table)?,
        )
    }

    /// Maps a new page, readable and writable.
    pub(crate) fn page(&mut self, space: AddressSpace, address: u64) -> Outcome<Frame> {
        let frame: Frame = self.object(Kind::Frame, PAGE_BITS)?;
        self.map(space, frame, address, READ_WRITE)?;
        Ok(frame)
    }

    /// Makes the page tables that mapping a page at an address takes, and nothing else.
    pub(crate) fn tables(&mut self, space: AddressSpace, address: u64) -> Outcome {
        let frame = self.page(space, address)?;
        done("unmapping", frame.unmap())
    }
}

/// A mapping's refusal without the level that misses a table: tables were made before.
pub(crate) fn plain(error: MapError) -> libipc::Refusal {
    match error {
        MapError::MissingTable { .. } => libipc::Refusal::NoTable,
        MapError::Refused(refusal) => refusal,
    }
}
