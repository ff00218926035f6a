//! Memory that a component sees besides its program, stack and heap.

use alloc::string::String;

use serde::{Deserialize, Serialize};
use weft_abi::{Rights, layout};

use crate::{RingId, RingPart, Slot};

/// A mapped range of memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// The name in the component's start-up page.
    pub name: String,
    /// First address in the component; page aligned.
    pub address: u64,
    /// Pages of 4 KiB.
    pub pages: u32,
    /// Whether the component may write.
    pub access: Access,
    /// Where the memory comes from.
    pub source: Source,
    /// The capability that goes with it in the start-up page; 0 for none.
    pub slot: Slot,
}

impl Region {
    /// Length in bytes.
    pub const fn bytes(&self) -> u64 {
        self.pages as u64 * layout::PAGE
    }

    /// The first address behind it.
    pub const fn end(&self) -> u64 {
        self.address + self.bytes()
    }
}

/// What a component may do with a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Access {
    /// Read only.
    Read,
    /// Read and write.
    ReadWrite,
}

impl Access {
    /// The rights of the mapping.
    pub const fn rights(self) -> Rights {
        match self {
            Self::Read => Rights::READ,
            Self::ReadWrite => Rights::READ.union(Rights::WRITE),
        }
    }
}

/// Where a region's memory comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// Device registers at a physical address.
    Device {
        /// First physical address; page aligned.
        physical: u64,
    },
    /// Physically contiguous memory of the component's own, for DMA.
    Dma,
    /// A piece of a ring's memory.
    Ring {
        /// Which ring.
        ring: RingId,
        /// Which piece.
        part: RingPart,
    },
    /// A file of the boot image, which has the region's name.
    File {
        /// The image's page in which it begins; 0 until the image is composed, which also says how many
        /// pages there are.
        first_page: u32,
    },
}
