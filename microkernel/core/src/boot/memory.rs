//! Cuts the machine's memory into pieces.

use weft_abi::cap::MemoryClass;
use weft_abi::layout::PAGE;
use weft_hal::PhysAddr;

use crate::cspace::power;

use super::{BootError, Machine, Region};

const MAX_PIECES: usize = 64;

fn end_of(region: &Region) -> u64 {
    region.base.0.saturating_add(region.len)
}

fn span(base: u64, end: u64, class: MemoryClass) -> Region {
    Region {
        base: PhysAddr(base),
        len: end.saturating_sub(base),
        class,
    }
}

/// The machine's regions with the boot image as a retained piece of its own.
pub(super) struct Pieces {
    pieces: [Region; MAX_PIECES],
    count: usize,
}

impl Pieces {
    /// Cuts the image out of whatever contains it.
    pub(super) fn new(machine: &Machine<'_>) -> Result<Self, BootError> {
        let nothing = span(0, 0, MemoryClass::Ram);
        let mut pieces = Self {
            pieces: [nothing; MAX_PIECES],
            count: 0,
        };
        let first = machine.image.0.0;
        let end = first.saturating_add(machine.image.1);
        let end = end
            .checked_next_multiple_of(PAGE)
            .ok_or(BootError::NoImage)?;
        for region in machine.regions {
            let before = span(region.base.0, end_of(region).min(first), region.class);
            let after = span(region.base.0.max(end), end_of(region), region.class);
            pieces.push(before)?;
            pieces.push(after)?;
        }
        pieces.push(span(first, end, MemoryClass::Retained))?;
        Ok(pieces)
    }

    fn push(&mut self, piece: Region) -> Result<(), BootError> {
        if piece.len < PAGE {
            return Ok(());
        }
        let place = self
            .pieces
            .get_mut(self.count)
            .ok_or(BootError::TooManyRegions)?;
        *place = piece;
        self.count = self.count.wrapping_add(1);
        Ok(())
    }

    /// The pieces of a class.
    pub(super) fn of(&self, class: MemoryClass) -> impl Iterator<Item = Region> + '_ {
        self.pieces
            .iter()
            .take(self.count)
            .copied()
            .filter(move |piece| piece.class == class)
    }

    /// The largest piece of plain memory.
    pub(super) fn largest(&self) -> Option<Region> {
        self.of(MemoryClass::Ram).max_by_key(|piece| piece.len)
    }
}

/// Memory for root's own objects, taken from the start of a region.
pub(super) struct Bump {
    region: Region,
    first: u64,
    next: u64,
}

impl Bump {
    /// Takes from `region`, beginning at a multiple of 2^`log2`.
    pub(super) fn new(region: Region, log2: u8) -> Result<Self, BootError> {
        let first = region.base.0.checked_next_multiple_of(power(log2));
        let first = first.ok_or(BootError::NoMemory)?;
        Ok(Self {
            region,
            first,
            next: first,
        })
    }

    /// The next 2^`log2` bytes, aligned to their size.
    pub(super) fn take(&mut self, log2: u8) -> Result<PhysAddr, BootError> {
        let bytes = power(log2);
        let at = self
            .next
            .checked_next_multiple_of(bytes)
            .ok_or(BootError::NoMemory)?;
        let next = at.checked_add(bytes).ok_or(BootError::NoMemory)?;
        if next > end_of(&self.region) {
            return Err(BootError::NoMemory);
        }
        self.next = next;
        Ok(PhysAddr(at))
    }

    /// What is left of the region: before and behind what was taken.
    pub(super) fn rest(&self) -> [Region; 2] {
        let used = self
            .next
            .checked_next_multiple_of(PAGE)
            .unwrap_or(self.next);
        let class = self.region.class;
        [
            span(self.region.base.0, self.first, class),
            span(used, end_of(&self.region), class),
        ]
    }
}

/// The memory of the cores but the first: one piece each, all of the same size, from the end of a region. Together they
/// get up to half of it.
pub(super) struct Shares {
    first: u64,
    /// log2 of a piece's size.
    pub(super) log2: u8,
    count: u64,
    /// What is left: before and behind.
    pub(super) rest: [Region; 2],
}

impl Shares {
    /// Cuts a region for so many cores.
    pub(super) fn new(region: Region, cores: u8) -> Self {
        let end = end_of(&region);
        let others = u64::from(cores).saturating_sub(1);
        let share = (region.len / 2).checked_div(others).unwrap_or(0);
        let log2 = share.checked_ilog2().unwrap_or(0) as u8;
        let bytes = power(log2);
        let count = if bytes < PAGE { 0 } else { others };
        let top = end & !bytes.wrapping_sub(1);
        let first = match count {
            0 => end,
            _ => top.wrapping_sub(bytes.wrapping_mul(count)),
        };
        let behind = first.wrapping_add(bytes.wrapping_mul(count));
        Self {
            first,
            log2,
            count,
            rest: [
                span(region.base.0, first, region.class),
                span(behind, end, region.class),
            ],
        }
    }

    /// Where the pieces begin.
    pub(super) fn bases(&self) -> impl Iterator<Item = PhysAddr> + use<> {
        let (first, log2) = (self.first, self.log2);
        (0..self.count)
            .map(move |index| PhysAddr(first.wrapping_add(index.wrapping_shl(log2.into()))))
    }
}

/// Cuts a region into naturally aligned powers of two of at least a page: base and log2 of the size.
pub(super) fn split(region: Region) -> impl Iterator<Item = (PhysAddr, u8)> {
    const PAGE_LOG2: u32 = PAGE.trailing_zeros();
    const GREATEST: u32 = 47;
    let end = end_of(&region);
    let mut at = region.base.0.checked_next_multiple_of(PAGE).unwrap_or(end);
    core::iter::from_fn(move || {
        let fits = end.checked_sub(at)?.checked_ilog2()?;
        let log2 = fits.min(at.trailing_zeros()).min(GREATEST);
        if log2 < PAGE_LOG2 {
            return None;
        }
        let base = at;
        at = at.checked_add(power(log2 as u8))?;
        Some((PhysAddr(base), log2 as u8))
    })
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    #[test]
    fn a_region_is_cut_into_aligned_powers_of_two() {
        let pieces: Vec<_> = split(span(0x3000, 0x1_1000, MemoryClass::Ram)).collect();
        let bases: Vec<_> = pieces.iter().map(|(base, log2)| (base.0, *log2)).collect();
        assert_eq!(
            bases,
            [(0x3000, 12), (0x4000, 14), (0x8000, 15), (0x1_0000, 12)]
        );
    }

    #[test]
    fn each_further_core_gets_an_aligned_piece_and_nothing_is_lost() {
        let region = span(0x1_1000, 0x10_3000, MemoryClass::Ram);
        let shares = Shares::new(region, 4);
        assert_eq!(shares.log2, 17);
        let bases: Vec<_> = shares.bases().map(|base| base.0).collect();
        assert_eq!(bases, [0xa_0000, 0xc_0000, 0xe_0000]);
        let [before, behind] = shares.rest;
        assert_eq!((before.base.0, before.len), (0x1_1000, 0x8_f000));
        assert_eq!((behind.base.0, behind.len), (0x10_0000, 0x3000));
        let alone = Shares::new(region, 1);
        assert_eq!(alone.bases().count(), 0);
        assert_eq!(
            alone.rest.map(|piece| piece.len).iter().sum::<u64>(),
            region.len
        );
    }

    #[test]
    fn the_image_is_cut_out_of_the_region_that_contains_it() {
        let regions = [span(0x10_0000, 0x40_0000, MemoryClass::Ram)];
        let image = (PhysAddr(0x20_0000), 0x1234);
        let pieces = Pieces::new(&Machine {
            regions: &regions,
            image,
            init: span(0, 0, MemoryClass::Ram),
            firmware_table: 0,
            cores: 1,
        });
        let pieces = pieces.map_err(|_| ()).expect("few regions");
        let ram: Vec<_> = pieces.of(MemoryClass::Ram).collect();
        let kept: Vec<_> = pieces.of(MemoryClass::Retained).collect();
        assert_eq!(
            ram,
            [
                span(0x10_0000, 0x20_0000, MemoryClass::Ram),
                span(0x20_2000, 0x40_0000, MemoryClass::Ram)
            ]
        );
        assert_eq!(kept, [span(0x20_0000, 0x20_2000, MemoryClass::Retained)]);
    }
}
