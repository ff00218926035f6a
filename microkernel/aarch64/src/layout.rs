//! Which physical memory is whose: the kernel's map, free memory, the boot image, device registers.

use weft_early::region::PAGE;
use weft_early::{Range, RangeSet};

use crate::board::Board;

const GIB: u64 = 1 << 30;
/// Bits of an address behind which no device is looked for.
const GREATEST: u8 = 40;

/// The parts of physical memory.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Memory that the direct map holds: all but the kernel.
    pub mapped: RangeSet,
    /// Memory that is not used: what the direct map holds but the device tree and the boot image.
    pub free: RangeSet,
    /// Device registers: address space below, between and above the memory, the interrupt controller left out.
    pub devices: RangeSet,
}

impl Layout {
    /// Sorts the board's memory. Whole pages only, and only those that the processor can address; what firmware keeps
    /// wins, and so does memory through which cores are started.
    pub fn new(board: &Board, kernel: Range, tree: Range, physical_bits: u8) -> Self {
        let mut mapped = board.memory;
        mapped.remove(Range {
            start: 1 << physical_bits,
            end: u64::MAX,
        });
        let releases = board.cpus.release_pages();
        let kept = board.reserved.iter().chain(releases);
        kept.for_each(|range| mapped.remove(range));
        mapped.shrink_to_pages();
        mapped.remove(kernel.grown_to_pages());
        let mut free = mapped;
        free.remove(tree.grown_to_pages());
        if let Some(image) = board.image {
            free.remove(image.grown_to_pages());
        }
        Self {
            mapped,
            free,
            devices: devices(board, &mapped, physical_bits),
        }
    }

    /// Takes free memory that begins at a multiple of `alignment` bytes, a power of two; the direct map holds it. Returns where
    /// it begins.
    pub fn take_aligned(&mut self, bytes: u64, alignment: u64) -> Option<u64> {
        let more = alignment.saturating_sub(PAGE);
        let taken = self.free.take(bytes + more, u64::MAX)?;
        let whole = Range::sized(taken, bytes + more);
        let own = Range::sized(whole.start.next_multiple_of(alignment), bytes);
        let [before, behind] = [(whole.start, own.start), (own.end, whole.end)];
        for (start, end) in [before, behind] {
            self.free.add(Range { start, end });
        }
        Some(own.start)
    }

    /// Whether all of `range` is memory that the direct map holds, within `reach`.
    pub fn holds(&self, range: Range, reach: Range) -> bool {
        let inside = |outer: Range| outer.start <= range.start && range.end <= outer.end;
        inside(reach) && self.mapped.iter().any(inside)
    }
}

fn devices(board: &Board, memory: &RangeSet, physical_bits: u8) -> RangeSet {
    let low = memory.iter().next().map_or(0, |range| range.start);
    let high = memory.end().next_multiple_of(GIB);
    let mut devices = RangeSet::new();
    devices.add(Range { start: 0, end: low });
    devices.add(Range {
        start: high,
        end: 1 << physical_bits.min(GREATEST),
    });
    // What another processor keeps for itself, as the VideoCore, also where the tree's memory ends before it. Of the memory
    // as the tree has it: what is reserved in it is nobody's.
    let ends = board.memory.iter().map(|range| range.end);
    let starts = board.memory.iter().skip(1).map(|range| range.start);
    for (start, end) in ends.zip(starts.chain([high])) {
        devices.add(Range { start, end }.shrunk_to_pages());
    }
    let controller = board.gic.map(|gic| gic.registers());
    let messages = board.messages.map(|messages| messages.registers());
    controller
        .into_iter()
        .flatten()
        .chain(messages)
        .for_each(|range| devices.remove(range.grown_to_pages()));
    devices
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::{Chip, Gic, Messages};
    use crate::cpus::{Cpu, Cpus, Start};

    const KERNEL: Range = Range::sized(0x4020_0000, 0x12_3456);
    const TREE: Range = Range::sized(0x4800_0000, 0x2_0000);
    const IMAGE: Range = Range::sized(0x4810_0000, 0x1_2345);

    fn board() -> Board {
        let (mut memory, mut reserved) = (RangeSet::new(), RangeSet::new());
        memory.add(Range::sized(0x4000_0000, 0x2000_0000));
        reserved.add(Range::sized(0x5000_0000, 0x10_0000));
        let mut cpus = Cpus::NONE;
        cpus.add(Cpu {
            affinity: 1,
            start: Start::Release(0x5800_00d8),
        });
        Board {
            memory,
            reserved,
            image: Some(IMAGE),
            gic: Some(Gic::V2 {
                distributor: Range::sized(0x0800_0000, 0x1_0000),
                interface: Range::sized(0x0801_0000, 0x1_0000),
            }),
            messages: Some(Messages::Frame(Range::sized(0x0802_0000, 0x1000))),
            serial: None,
            conduit: None,
            cpus,
            chip: Chip::Unknown,
            counter_hz: None,
        }
    }

    fn layout() -> Layout {
        Layout::new(&board(), KERNEL, TREE, 44)
    }

    fn has(set: &RangeSet, address: u64) -> bool {
        set.iter()
            .any(|range| (range.start..range.end).contains(&address))
    }

    #[test]
    fn nobody_is_given_what_others_use() {
        let free = layout().free;
        for used in [KERNEL, TREE, IMAGE] {
            assert!(!has(&free, used.start) && !has(&free, used.end - 1));
        }
        assert!(!has(&free, 0x5000_0000), "firmware keeps it");
        assert!(!has(&free, 0x5800_00d8), "a core waits for it");
        assert!(has(&free, 0x4000_0000) && has(&free, 0x5fff_ffff));
    }

    #[test]
    fn the_direct_map_has_tree_and_image_but_not_the_kernel() {
        let mapped = layout().mapped;
        assert!(has(&mapped, TREE.start) && has(&mapped, IMAGE.start));
        assert!(!has(&mapped, KERNEL.start) && !has(&mapped, 0x5000_0000));
    }

    #[test]
    fn what_lies_between_and_behind_memory_is_for_drivers_but_not_what_is_reserved_in_it() {
        let mut board = board();
        board.memory = RangeSet::new();
        // As on a Raspberry Pi 4 with 2 GiB, but for the end.
        board.memory.add(Range::sized(0, 0x3c00_0000));
        board.memory.add(Range::sized(0x4000_0000, 0x3b40_0800));
        let devices = Layout::new(&board, KERNEL, TREE, 44).devices;
        assert!(has(&devices, 0x3c00_0000) && has(&devices, 0x3fff_ffff));
        assert!(has(&devices, 0x7b40_1000) && has(&devices, 0x8000_0000));
        for memory in [
            0,
            0x3bff_ffff,
            0x4000_0000,
            0x5000_0000,
            0x5800_0000,
            0x7b40_0000,
        ] {
            assert!(!has(&devices, memory), "{memory:#x}");
        }
    }

    #[test]
    fn the_interrupt_controller_is_no_device_for_drivers() {
        let devices = layout().devices;
        assert!(!has(&devices, 0x0800_0000) && !has(&devices, 0x0801_ffff));
        assert!(!has(&devices, 0x0802_0000) && has(&devices, 0x0802_1000));
        assert!(has(&devices, 0x0900_0000) && has(&devices, 0x40_1000_0000));
        assert!(!has(&devices, 0x4000_0000), "that is memory");
    }

    #[test]
    fn memory_is_taken_at_a_multiple_and_what_was_too_much_is_given_back() {
        let mut layout = layout();
        let before = layout.free;
        layout.free.remove(Range::sized(0x4000_0000, 0x1000));
        let start = layout.take_aligned(0x5_0000, 0x1_0000).unwrap();
        assert_eq!(start, 0x4001_0000);
        assert!(has(&layout.free, 0x4000_f000) && has(&layout.free, 0x4006_0000));
        assert!(!has(&layout.free, start) && !has(&layout.free, 0x4005_ffff));
        assert!(has(&layout.mapped, start) && has(&before, start));
        assert_eq!(layout.take_aligned(1 << 40, 0x1_0000), None);
    }

    #[test]
    fn a_range_out_of_reach_is_not_held() {
        let reach = Range::sized(0x4000_0000, GIB);
        assert!(layout().holds(IMAGE, reach));
        assert!(!layout().holds(IMAGE, Range::sized(0, GIB)));
        assert!(!layout().holds(Range::sized(0x5fff_f000, 0x2000), reach));
    }
}
