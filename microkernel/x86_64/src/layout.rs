//! Which physical memory is whose: the kernel's map, free memory, the boot image, device registers.

use crate::pvh::MemoryEntry;
use weft_early::region::{Range, RangeSet};

/// Memory below is left out: the firmware's data, and what real-mode code needs to start cores.
const LOW: Range = Range {
    start: 0,
    end: 0x10_0000,
};
/// Where cores can start: below 640 KiB, and above what some firmware writes to although it calls it usable.
const START: Range = Range {
    start: 0x1_0000,
    end: 0xa_0000,
};
/// From here to 4 GiB lie interrupt controllers, HPET, TPM and flash, which are the kernel's or nobody's.
const CHIPSET: Range = Range {
    start: 0xfec0_0000,
    end: 0x1_0000_0000,
};
const GIB: u64 = 1 << 30;

/// The parts of physical memory.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Memory that the direct map holds: all but the kernel.
    pub mapped: RangeSet,
    /// Memory that is not used: what the direct map holds but the boot image.
    pub free: RangeSet,
    /// Device registers: address space behind the memory, where PCI bridges decode.
    pub devices: RangeSet,
    /// A page that further cores can start in, which is in none of the sets.
    pub start_page: Option<u64>,
}

impl Layout {
    /// Sorts the firmware's `entries`. Whole pages only; what firmware calls anything but usable wins, except where the
    /// boot image was placed.
    pub fn new(
        entries: impl Iterator<Item = MemoryEntry> + Clone,
        kernel: Range,
        image: Range,
        physical_bits: u8,
    ) -> Self {
        let mut usable = RangeSet::new();
        entries
            .clone()
            .filter(|entry| entry.usable)
            .for_each(|entry| usable.add(entry.range));
        for entry in entries.clone().filter(|entry| !entry.usable) {
            usable.remove(entry.range);
        }
        let start_page = start_page(&usable);
        usable.remove(LOW);
        usable.shrink_to_pages();
        // QEMU may place it over what its firmware has reserved for its own disk drivers, which have done their work.
        if image.start >= LOW.end && image.end <= CHIPSET.start {
            usable.add(image.grown_to_pages());
        }
        let devices = devices(entries, &usable, physical_bits);
        usable.remove(kernel.grown_to_pages());
        let mut free = usable;
        free.remove(image.grown_to_pages());
        Self {
            mapped: usable,
            free,
            devices,
            start_page,
        }
    }

    /// Whether all of `range` is memory that the direct map holds.
    pub fn holds(&self, range: Range) -> bool {
        self.mapped
            .iter()
            .any(|mapped| mapped.start <= range.start && range.end <= mapped.end)
    }
}

fn start_page(usable: &RangeSet) -> Option<u64> {
    let inside = |range: Range| Range {
        start: range.start.max(START.start),
        end: range.end.min(START.end),
    };
    let mut pages = usable.iter().map(|range| inside(range).shrunk_to_pages());
    pages
        .find(|pages| !pages.is_empty())
        .map(|pages| pages.start)
}

/// The address space that the firmware's map says nothing of: below the chipset, and above all memory.
fn devices(
    entries: impl Iterator<Item = MemoryEntry>,
    usable: &RangeSet,
    physical_bits: u8,
) -> RangeSet {
    let low = usable
        .iter()
        .filter(|range| range.end <= CHIPSET.start)
        .last();
    let high = usable.end().max(CHIPSET.end).next_multiple_of(GIB);
    let mut devices = RangeSet::new();
    devices.add(Range {
        start: low.map_or(LOW.end, |range| range.end),
        end: CHIPSET.start,
    });
    devices.add(Range {
        start: high,
        end: 1 << physical_bits,
    });
    entries.for_each(|entry| devices.remove(entry.range.grown_to_pages()));
    devices
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const KERNEL: Range = Range {
        start: 0x10_0000,
        end: 0x17_f123,
    };
    const IMAGE: Range = Range {
        start: 0x1f00_0000,
        end: 0x1f12_3456,
    };

    fn entry(start: u64, end: u64, usable: bool) -> MemoryEntry {
        MemoryEntry {
            range: Range { start, end },
            usable,
        }
    }

    /// What QEMU's q35 with 512 MiB reports.
    fn q35() -> Vec<MemoryEntry> {
        std::vec![
            entry(0, 0x9_fc00, true),
            entry(0x9_fc00, 0xa_0000, false),
            entry(0xf_0000, 0x10_0000, false),
            entry(0x10_0000, 0x1ffd_f000, true),
            entry(0x1ffd_f000, 0x2000_0000, false),
            entry(0xb000_0000, 0xc000_0000, false),
            entry(0xfed1_c000, 0xfed2_0000, false),
            entry(0xfffc_0000, 0x1_0000_0000, false),
            entry(0xfd_0000_0000, 0x100_0000_0000, false),
        ]
    }

    fn pairs(set: &RangeSet) -> Vec<(u64, u64)> {
        set.iter().map(|range| (range.start, range.end)).collect()
    }

    #[test]
    fn free_memory_is_neither_kernel_nor_image_nor_firmware() {
        let layout = Layout::new(q35().into_iter(), KERNEL, IMAGE, 40);
        assert_eq!(
            pairs(&layout.free),
            [(0x18_0000, 0x1f00_0000), (0x1f12_4000, 0x1ffd_f000)]
        );
        assert_eq!(pairs(&layout.mapped), [(0x18_0000, 0x1ffd_f000)]);
        assert!(layout.holds(IMAGE));
        assert!(!layout.holds(KERNEL));
    }

    #[test]
    fn an_image_over_reserved_memory_is_held_and_not_free() {
        let image = Range {
            start: 0x1fe0_3000,
            end: 0x1ffe_7123,
        };
        let layout = Layout::new(q35().into_iter(), KERNEL, image, 40);
        assert!(layout.holds(image));
        assert_eq!(pairs(&layout.free), [(0x18_0000, 0x1fe0_3000)]);
    }

    #[test]
    fn cores_start_in_a_usable_page_that_real_mode_reaches() {
        let page = |entries: &[MemoryEntry]| {
            Layout::new(entries.iter().copied(), KERNEL, IMAGE, 40).start_page
        };
        assert_eq!(page(&q35()), Some(0x1_0000));
        let mut entries = q35();
        entries.push(entry(0x1_0800, 0x9_e001, false));
        assert_eq!(page(&entries), None);
        entries.pop();
        entries.push(entry(0x1_0000, 0x9_d001, false));
        assert_eq!(page(&entries), Some(0x9_e000));
        assert_eq!(page(&q35()[1..]), None);
    }

    #[test]
    fn interrupt_controllers_and_firmware_are_no_device_memory() {
        let layout = Layout::new(q35().into_iter(), KERNEL, IMAGE, 40);
        assert_eq!(
            pairs(&layout.devices),
            [
                (0x2000_0000, 0xb000_0000),
                (0xc000_0000, 0xfec0_0000),
                (0x1_0000_0000, 0xfd_0000_0000)
            ]
        );
    }

    #[test]
    fn memory_above_4_gib_moves_the_upper_window() {
        let mut entries = q35();
        entries.push(entry(0x1_0000_0000, 0x1_8000_1000, true));
        let layout = Layout::new(entries.into_iter(), KERNEL, IMAGE, 36);
        assert_eq!(
            pairs(&layout.devices).last(),
            Some(&(0x1_c000_0000, 0x10_0000_0000))
        );
        assert_eq!(layout.mapped.end(), 0x1_8000_1000);
    }

    #[test]
    fn reserved_memory_wins_over_usable_memory() {
        let entries = [
            entry(0x10_0000, 0x80_0000, true),
            entry(0x40_0800, 0x40_0900, false),
        ];
        let layout = Layout::new(entries.into_iter(), KERNEL, IMAGE, 36);
        assert_eq!(
            pairs(&layout.free),
            [(0x18_0000, 0x40_0000), (0x40_1000, 0x80_0000)]
        );
    }
}
