//! Maps register blocks that a bus server hands out.
//!
//! They go behind the last region of the start-up page, where root already hung page tables: a
//! driver has no memory to make tables of, and needs none.

use libipc::abi::cap::{CacheMode, MapFlags};
use libipc::abi::layout::{PAGE, REGIONS_BASE};
use libipc::abi::startup::{EntryKind, slots};
use libipc::objects::{AddressSpace, CNode, Frame, MapError, Untyped};
use libipc::{CPtr, Kind, Refusal, Rights, Startup};

use crate::Registers;
use crate::region::Mapped;

/// Bytes that one page table covers.
const TABLE_BYTES: u64 = 512 * PAGE;
const PAGE_BITS: u8 = 12;

/// Why registers were not mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapFailure {
    /// The block is not inside the memory that was handed out.
    OutOfRange,
    /// No slots are free.
    NoSlots,
    /// The memory could not be made into frames.
    Retype(Refusal),
    /// A frame could not be mapped.
    Map(MapError),
}

/// Maps `size` bytes of registers that begin `offset` bytes into `memory`. `space` is the program's
/// own address space. `used` is how many bytes earlier calls mapped, and is advanced.
///
/// # Errors
/// [`MapFailure`].
pub fn map_registers(
    env: &Startup,
    space: AddressSpace,
    memory: Untyped,
    (offset, size): (u32, u64),
    used: &mut u64,
) -> Result<Registers, MapFailure> {
    let total = u64::from(offset)
        .checked_add(size)
        .and_then(|end| end.checked_next_multiple_of(PAGE))
        .filter(|total| *total > 0 && *total <= TABLE_BYTES)
        .ok_or(MapFailure::OutOfRange)?;
    let base = behind_regions(env) + *used;
    let first = frames(memory, total / PAGE)?;
    let (mut page, pages) = (0, total / PAGE);
    while page < pages {
        let frame = Frame::from(CPtr(first.0 + page as u32));
        page += space
            .map_many(frame, base + page * PAGE, flags(), pages - page)
            .map_err(MapFailure::Map)?;
    }
    *used += total + PAGE;
    let (start, length) = ((base + u64::from(offset)) as usize, size as usize);
    // SAFETY: 1. the loop mapped `total >= offset + size` bytes from `base` on, and nothing unmaps
    // them; 2. the addresses were not in use before, or the kernel had refused, so nobody has a
    // reference into them.
    let mapped = unsafe { Mapped::new(start, length) };
    mapped
        .map(Registers::from_mapped)
        .ok_or(MapFailure::OutOfRange)
}

fn flags() -> MapFlags {
    MapFlags::new(Rights::READ | Rights::WRITE, CacheMode::Device)
}

/// Makes all frames of the block, in consecutive slots.
fn frames(memory: Untyped, count: u64) -> Result<CPtr, MapFailure> {
    let first = libipc::slots::allocate_run(count as usize).ok_or(MapFailure::NoSlots)?;
    let cnode = CNode::from(slots::CNODE);
    memory
        .retype_many(Kind::Frame, PAGE_BITS, cnode, first, count)
        .map_err(MapFailure::Retype)?;
    Ok(first)
}

/// The first address behind all regions, with an unmapped page between.
fn behind_regions(env: &Startup) -> u64 {
    let kinds = [
        EntryKind::Mmio,
        EntryKind::Dma,
        EntryKind::Ring,
        EntryKind::Pool,
    ];
    let regions = env
        .entries()
        .iter()
        .filter(|entry| kinds.iter().any(|k| *k as u32 == entry.kind));
    regions.fold(REGIONS_BASE, |end, entry| {
        end.max(entry.v0 + entry.v1 + PAGE)
    })
}
