//! Frames: memory that can be mapped.

use weft_abi::{Refusal, Syscall};
use weft_sys::invoke;

super::object! {
    /// 4 KiB, 2 MiB or 1 GiB of memory.
    Frame
}

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameDescription {
    /// Its physical address; 0 without the right to know it.
    pub physical: u64,
    /// log2 of its size in bytes.
    pub size: u8,
}

impl Frame {
    /// Removes the mapping that was made through this capability.
    pub fn unmap(self) -> Result<(), Refusal> {
        invoke(Syscall::SpaceUnmap, self.0, [0; 5]).map(|_| ())
    }

    /// Removes the mappings that were made through this capability and those in the slots behind it, `count` (1 to
    /// 512) in all. Gives how many it was: at least one, and fewer than asked for if the frame behind them is not
    /// mapped.
    pub fn unmap_many(self, count: u64) -> Result<u64, Refusal> {
        let [_, unmapped, ..] = invoke(Syscall::SpaceUnmapMany, self.0, [count, 0, 0, 0, 0])?;
        Ok(unmapped)
    }

    /// Its physical address and size.
    pub fn describe(self) -> Result<FrameDescription, Refusal> {
        let [_, physical, size, ..] = invoke(Syscall::FrameInfo, self.0, [0; 5])?;
        Ok(FrameDescription {
            physical,
            size: size as u8,
        })
    }
}
