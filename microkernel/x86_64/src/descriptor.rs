//! Segment and interrupt descriptors (SDM 3A §3.4.5, §6.14, §7.7).
//!
//! User mode has one code and one data segment, both 64-bit; there is no 32-bit mode to enter. The order is
//! what SYSCALL and SYSRET expect. Debug, NMI, double fault and machine check have stacks of their own.

use core::cell::Cell;

use x86_64::VirtAddr;
use x86_64::instructions::tables::{lgdt, lidt, load_tss};
use x86_64::structures::DescriptorTablePointer;
use x86_64::structures::gdt::SegmentSelector;

use crate::smp::PerCore;
use crate::trap::stub;

/// Kernel code; kernel data follows.
pub(crate) const KERNEL_CODE: u16 = 0x08;
/// What SYSRET computes user selectors from: data is 8 behind, code 16.
pub(crate) const USER_BASE: u16 = 0x10 | 3;
/// User data.
pub(crate) const USER_DATA: u16 = 0x18 | 3;
/// User code.
pub(crate) const USER_CODE: u16 = 0x20 | 3;
const TASK: u16 = 0x28;
const SEGMENTS: usize = 7;
const VECTORS: usize = 256;

/// A core's segment descriptors.
#[repr(C, align(16))]
pub(crate) struct Gdt([Cell<u64>; SEGMENTS]);

impl Gdt {
    /// The descriptors, but the task segment.
    pub(crate) const fn new() -> Self {
        const ACCESSED_CODE_KERNEL: u64 = 0x0020_9b00_0000_0000;
        const ACCESSED_DATA_KERNEL: u64 = 0x0000_9300_0000_0000;
        const ACCESSED_DATA_USER: u64 = 0x0000_f300_0000_0000;
        const ACCESSED_CODE_USER: u64 = 0x0020_fb00_0000_0000;
        Self([
            Cell::new(0),
            Cell::new(ACCESSED_CODE_KERNEL),
            Cell::new(ACCESSED_DATA_KERNEL),
            Cell::new(ACCESSED_DATA_USER),
            Cell::new(ACCESSED_CODE_USER),
            Cell::new(0),
            Cell::new(0),
        ])
    }

    fn set_task(&self, address: u64) {
        const AVAILABLE_TASK: u64 = 0x89 << 40;
        let limit = size_of::<Tss>() as u64 - 1;
        let low =
            limit | AVAILABLE_TASK | (address & 0xff_ffff) << 16 | (address >> 24 & 0xff) << 56;
        let [.., first, second] = &self.0;
        first.set(low);
        second.set(address >> 32);
    }
}

/// A core's task segment: the stacks of entries. No I/O port is open to user mode.
#[repr(C, align(16))]
pub(crate) struct Tss([Cell<u32>; 26]);

impl Tss {
    /// One without stacks.
    pub(crate) const fn new() -> Self {
        Self([const { Cell::new(0) }; 26])
    }

    /// The stack of interrupts and exceptions from user mode. Also puts the I/O bitmap behind the segment's
    /// limit, so that there is none.
    pub(crate) fn set_kernel_stack(&self, top: u64) {
        self.set(1, top);
        self.0[25].set((size_of::<Self>() as u32) << 16);
    }

    /// The stack with IST number `index + 1`.
    pub(crate) fn set_interrupt_stack(&self, index: usize, top: u64) {
        self.set(9 + 2 * index, top);
    }

    fn set(&self, word: usize, address: u64) {
        self.0[word].set(address as u32);
        self.0[word + 1].set((address >> 32) as u32);
    }
}

/// The interrupt descriptors, two words each; the same for all cores.
#[repr(C, align(16))]
struct Idt([Cell<u64>; 2 * VECTORS]);

// SAFETY:
// 1. filled by the boot core before any other is started, then only read by hardware.
unsafe impl Sync for Idt {}

static IDT: Idt = Idt([const { Cell::new(0) }; 2 * VECTORS]);

/// Which vectors have a stack of their own: its IST number, counted from 1.
const fn interrupt_stack(vector: usize) -> u64 {
    match vector {
        2 => 1,
        1 => 2,
        8 => 3,
        18 => 4,
        _ => 0,
    }
}

/// The vectors that user mode may raise with INT3.
const fn least_privilege(vector: usize) -> u64 {
    match vector {
        3 => 3,
        _ => 0,
    }
}

/// Fills the interrupt table. For the boot core, before any other is started.
pub(crate) fn fill_idt() {
    const INTERRUPT_GATE: u64 = 0x8e << 40;
    for (vector, words) in IDT.0.chunks_exact(2).enumerate() {
        let target = stub(vector);
        let low = (target & 0xffff)
            | u64::from(KERNEL_CODE) << 16
            | interrupt_stack(vector) << 32
            | INTERRUPT_GATE
            | least_privilege(vector) << 45
            | (target >> 16 & 0xffff) << 48;
        words[0].set(low);
        words[1].set(target >> 32);
    }
}

/// Loads the tables of `core`, which executes this, and the shared interrupt table, which the boot core has filled. From
/// here on a mistake is reported.
pub(crate) fn load(core: &'static PerCore) {
    core.gdt.set_task((&raw const core.tss).addr() as u64);
    let gdt = pointer(&raw const core.gdt);
    // SAFETY:
    // 1. a table of valid descriptors that is there for ever; boot.S and the page in which further cores start used the
    //    same selectors, so none is loaded again.
    unsafe { lgdt(&gdt) };
    let idt = pointer(&raw const IDT);
    // SAFETY:
    // 1. a static table whose every gate leads to a stub of trap.S.
    unsafe { lidt(&idt) };
    // SAFETY:
    // 1. the selector names the task segment that was set above.
    unsafe { load_tss(SegmentSelector(TASK)) };
}

fn pointer<T>(table: *const T) -> DescriptorTablePointer {
    let limit = (size_of::<T>() - 1) as u16;
    DescriptorTablePointer {
        limit,
        base: VirtAddr::from_ptr(table),
    }
}
