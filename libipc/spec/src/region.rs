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

    /// log2 of the bytes of the frames that it is made of. Large device memory is made of large frames, so that root has
    /// capabilities for all of them.
    pub const fn frame_log2(&self) -> u8 {
        match self.source {
            Source::Device { physical } if is_large(physical, self.bytes()) => LARGE_LOG2,
            _ => SMALL_LOG2,
        }
    }
}

/// log2 of a small and of a large frame's bytes.
const SMALL_LOG2: u8 = 12;
const LARGE_LOG2: u8 = 21;
const _: () = assert!(layout::PAGE == 1 << SMALL_LOG2);
/// Bytes of a large frame; regions of them begin at multiples of it.
pub const LARGE_FRAME: u64 = 1 << LARGE_LOG2;

/// Whether device memory consists of whole large frames.
pub const fn is_large(physical: u64, bytes: u64) -> bool {
    physical.is_multiple_of(LARGE_FRAME) && bytes.is_multiple_of(LARGE_FRAME)
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
