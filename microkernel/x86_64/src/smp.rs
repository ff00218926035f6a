//! What each processor core has of its own: stacks, descriptor tables, and the running thread.
//!
//! Reached through GS while in the kernel. Only one core is started so far, but everything a core touches
//! on its way in and out of the kernel is in its [`PerCore`], so that further cores need only their own.

use core::arch::asm;
use core::cell::{Cell, UnsafeCell};
use core::mem::offset_of;
use core::ptr;
use core::sync::atomic::{AtomicBool, Ordering};

use crate::cpu;
use crate::descriptor::{Gdt, Tss};
use crate::machine::X86_64;
use crate::regs::Registers;
use core::mem::MaybeUninit;
use weft_early::{Handover, System};

const IA32_GS_BASE: u32 = 0xc000_0101;
const IA32_KERNEL_GS_BASE: u32 = 0xc000_0102;

/// The interrupt stacks, in the order of their IST numbers from 1.
pub(crate) const IST_STACKS: usize = 4;
/// Size and alignment of an interrupt stack, its guard page included. `trap.S` relies on it.
pub(crate) const IST_BYTES: usize = 0x4000;
/// Size of the kernel stack, its guard page included.
pub(crate) const STACK_BYTES: usize = 0x10000;

/// A core's stacks. The lowest page of each is never mapped, so that an overflow is a double fault.
#[repr(C, align(0x4000))]
pub(crate) struct Stacks {
    interrupt: [UnsafeCell<[u8; IST_BYTES]>; IST_STACKS],
    kernel: UnsafeCell<[u8; STACK_BYTES]>,
}

/// Offset of the kernel stack's end in [`Stacks`].
pub(crate) const STACK_TOP: usize = offset_of!(Stacks, kernel) + STACK_BYTES;

/// A core's own data. `trap.S` knows the offsets of the first fields; the eight that messages need are one cache line.
#[repr(C, align(64))]
pub(crate) struct PerCore {
    this: Cell<*const PerCore>,
    /// Where the entry stubs save registers: the thread that ran last.
    pub(crate) context: Cell<*const Registers>,
    pub(crate) stack_top: Cell<u64>,
    /// The kernel's state, of the type that the functions below were made for.
    pub(crate) system: Cell<*mut ()>,
    pub(crate) on_call: Cell<usize>,
    pub(crate) on_reply_recv: Cell<usize>,
    /// Where the stubs of messages keep the word w4 meanwhile.
    pub(crate) kept: Cell<u64>,
    pub(crate) on_signal: Cell<usize>,
    pub(crate) on_long_call: Cell<usize>,
    pub(crate) on_long_reply_recv: Cell<usize>,
    pub(crate) on_null: Cell<usize>,
    pub(crate) on_wait: Cell<usize>,
    pub(crate) on_signal_wait: Cell<usize>,
    pub(crate) on_yield: Cell<usize>,
    pub(crate) on_map: Cell<usize>,
    pub(crate) on_interrupt: Cell<usize>,
    pub(crate) on_syscall: Cell<usize>,
    pub(crate) on_exception: Cell<usize>,
    pub(crate) fsgsbase: Cell<bool>,
    pub(crate) gdt: Gdt,
    pub(crate) tss: Tss,
}

// SAFETY:
// 1. used by its own core alone, which has no threads; interrupts are masked in the kernel.
unsafe impl Sync for PerCore {}

// SAFETY:
// 1. used by its own core alone, which has no threads; interrupts are masked in the kernel.
unsafe impl Sync for Stacks {}

static BOOT_CORE: PerCore = PerCore {
    this: Cell::new(ptr::null()),
    context: Cell::new(ptr::null()),
    stack_top: Cell::new(0),
    system: Cell::new(ptr::null_mut()),
    on_call: Cell::new(0),
    on_reply_recv: Cell::new(0),
    kept: Cell::new(0),
    on_signal: Cell::new(0),
    on_long_call: Cell::new(0),
    on_long_reply_recv: Cell::new(0),
    on_null: Cell::new(0),
    on_wait: Cell::new(0),
    on_signal_wait: Cell::new(0),
    on_yield: Cell::new(0),
    on_map: Cell::new(0),
    on_interrupt: Cell::new(0),
    on_syscall: Cell::new(0),
    on_exception: Cell::new(0),
    fsgsbase: Cell::new(false),
    gdt: Gdt::new(),
    tss: Tss::new(),
};

/// The boot core's stacks.
pub(crate) static BOOT_STACKS: Stacks = Stacks {
    interrupt: [const { UnsafeCell::new([0; IST_BYTES]) }; IST_STACKS],
    kernel: UnsafeCell::new([0; STACK_BYTES]),
};

impl PerCore {
    /// Makes the boot core's area reachable through GS and describes its stacks.
    pub(crate) fn set_up_boot_core() -> &'static Self {
        let core = &BOOT_CORE;
        core.this.set(core);
        core.stack_top.set(top(&BOOT_STACKS.kernel));
        for (index, stack) in BOOT_STACKS.interrupt.iter().enumerate() {
            // The last words of an interrupt stack hold the core's address, for entries that cannot trust GS.
            let words = top(stack) - 16;
            let slot = ptr::with_exposed_provenance_mut::<u64>(words as usize);
            // SAFETY:
            // 1. valid and aligned: the last 16 bytes of a stack of this core, which is not in use yet.
            unsafe { slot.write((&raw const *core).expose_provenance() as u64) };
            core.tss.set_interrupt_stack(index, words);
        }
        core.tss.set_kernel_stack(core.stack_top.get());
        cpu::set_msr(IA32_GS_BASE, (&raw const *core).expose_provenance() as u64);
        cpu::set_msr(IA32_KERNEL_GS_BASE, 0);
        core
    }

    /// The area of the core that executes this.
    pub(crate) fn current() -> &'static Self {
        let this: *const Self;
        // SAFETY:
        // 1. in the kernel GS is this core's area, whose first field is its own address.
        unsafe {
            asm!("mov {}, gs:[0]", out(reg) this, options(nostack, preserves_flags, readonly));
        }
        // SAFETY:
        // 1. it points to a static of this type.
        unsafe { &*this }
    }

    /// The guard pages' addresses.
    pub(crate) fn guards() -> impl Iterator<Item = u64> {
        let stacks = &BOOT_STACKS;
        let kernel = top(&stacks.kernel) - STACK_BYTES as u64;
        stacks
            .interrupt
            .iter()
            .map(|stack| top(stack) - IST_BYTES as u64)
            .chain([kernel])
    }

    /// Whether `address` is in one of the stacks, guard pages left out.
    pub(crate) fn is_on_stack(address: u64) -> bool {
        let start = (&raw const BOOT_STACKS).addr() as u64;
        let end = start + size_of::<Stacks>() as u64;
        let page = address & !0xfff;
        (start..end).contains(&address) && !Self::guards().any(|guard| guard == page)
    }

    /// Whether `address` is in a guard page.
    pub(crate) fn is_guard(address: u64) -> bool {
        Self::guards().any(|guard| guard == address & !0xfff)
    }
}

fn top<const BYTES: usize>(stack: &UnsafeCell<[u8; BYTES]>) -> u64 {
    (stack.get().expose_provenance() + BYTES) as u64
}

/// The place of a core's kernel state: large, so a static that is made at compile time; taken once.
pub struct Place<S> {
    value: UnsafeCell<S>,
    taken: AtomicBool,
}

// SAFETY:
// 1. `take` gives the only reference away, at most once.
unsafe impl<S> Sync for Place<S> {}

impl<S> Place<S> {
    /// A place with a value.
    pub const fn new(value: S) -> Self {
        Self {
            value: UnsafeCell::new(value),
            taken: AtomicBool::new(false),
        }
    }

    /// The value; `None` if it was taken before.
    #[expect(
        clippy::mut_from_ref,
        reason = "given out once, so it is the only reference"
    )]
    pub fn take(&'static self) -> Option<&'static mut S> {
        if self.taken.swap(true, Ordering::AcqRel) {
            return None;
        }
        // SAFETY:
        // 1. the swap lets one caller in, so this reference is the only one.
        Some(unsafe { &mut *self.value.get() })
    }
}

/// Starts the machine's other cores. For each, `make` makes the kernel's state in its place, and the core runs that for
/// ever. Gives how many cores run now, this one included.
pub fn start_cores<S: System<X86_64>>(
    handover: &Handover<X86_64>,
    make: fn(&mut MaybeUninit<S>, X86_64) -> &mut S,
) -> u32 {
    let _ = (handover, make);
    1
}
