//! What each processor core has of its own: stacks and the running thread.
//!
//! Reached through TPIDR_EL1. Only one core is started so far, but everything a core touches on its way in
//! and out of the kernel is in its [`PerCore`], so that further cores need only their own.

use core::cell::{Cell, UnsafeCell};
use core::mem::offset_of;
use core::ptr;
use core::sync::atomic::{AtomicBool, Ordering};

use crate::cpu;
use crate::machine::Aarch64;
use crate::regs::Registers;
use core::mem::MaybeUninit;
use weft_early::{Handover, System};

/// Size of a stack, its guard page included.
const STACK_BYTES: usize = 0x10000;

/// A core's stacks. The lowest page of each is never mapped, so that an overflow is an exception, which is
/// reported on the second.
#[repr(C, align(0x1000))]
pub(crate) struct Stacks {
    kernel: UnsafeCell<[u8; STACK_BYTES]>,
    fatal: UnsafeCell<[u8; STACK_BYTES]>,
}

/// Offset of the kernel stack's end in [`Stacks`].
pub(crate) const STACK_TOP: usize = offset_of!(Stacks, kernel) + STACK_BYTES;

/// A core's own data. `trap.S` knows the offsets of the fields.
#[repr(C)]
pub(crate) struct PerCore {
    /// Where the entry stubs save registers: the thread that ran last.
    pub(crate) context: Cell<*const Registers>,
    pub(crate) stack_top: Cell<u64>,
    pub(crate) fatal_top: Cell<u64>,
    pub(crate) on_syscall: Cell<usize>,
    pub(crate) on_exception: Cell<usize>,
    pub(crate) on_long_call: Cell<usize>,
    /// The kernel's state, of the type that `on_syscall` and the others were made for.
    pub(crate) system: Cell<*mut ()>,
    pub(crate) on_call: Cell<usize>,
    pub(crate) on_reply_recv: Cell<usize>,
    pub(crate) on_signal: Cell<usize>,
    pub(crate) on_long_reply_recv: Cell<usize>,
    pub(crate) on_null: Cell<usize>,
    pub(crate) on_wait: Cell<usize>,
    pub(crate) on_signal_wait: Cell<usize>,
    pub(crate) on_yield: Cell<usize>,
    pub(crate) on_map: Cell<usize>,
    pub(crate) on_interrupt: Cell<usize>,
}

// SAFETY:
// 1. used by its own core alone, which has no threads; interrupts are masked in the kernel.
unsafe impl Sync for PerCore {}

// SAFETY:
// 1. used by its own core alone, which has no threads; interrupts are masked in the kernel.
unsafe impl Sync for Stacks {}

static BOOT_CORE: PerCore = PerCore {
    context: Cell::new(ptr::null()),
    stack_top: Cell::new(0),
    fatal_top: Cell::new(0),
    on_syscall: Cell::new(0),
    on_exception: Cell::new(0),
    system: Cell::new(ptr::null_mut()),
    on_call: Cell::new(0),
    on_reply_recv: Cell::new(0),
    on_signal: Cell::new(0),
    on_long_call: Cell::new(0),
    on_long_reply_recv: Cell::new(0),
    on_null: Cell::new(0),
    on_wait: Cell::new(0),
    on_signal_wait: Cell::new(0),
    on_yield: Cell::new(0),
    on_map: Cell::new(0),
    on_interrupt: Cell::new(0),
};

/// The boot core's stacks.
pub(crate) static BOOT_STACKS: Stacks = Stacks {
    kernel: UnsafeCell::new([0; STACK_BYTES]),
    fatal: UnsafeCell::new([0; STACK_BYTES]),
};

impl PerCore {
    /// Makes the boot core's data reachable and describes its stacks.
    pub(crate) fn set_up_boot_core() {
        let core = &BOOT_CORE;
        core.stack_top.set(top(&BOOT_STACKS.kernel));
        core.fatal_top.set(top(&BOOT_STACKS.fatal));
        cpu::set_own_data((&raw const *core).expose_provenance() as u64);
    }

    /// The data of the core that executes this.
    pub(crate) fn current() -> &'static Self {
        let own = ptr::with_exposed_provenance::<Self>(cpu::own_data() as usize);
        // SAFETY:
        // 1. in the kernel TPIDR_EL1 points to a static of this type.
        unsafe { &*own }
    }

    /// The guard pages' addresses.
    pub(crate) fn guards() -> [u64; 2] {
        [&BOOT_STACKS.kernel, &BOOT_STACKS.fatal].map(|stack| top(stack) - STACK_BYTES as u64)
    }

    /// Whether `address` is in one of the stacks, guard pages left out.
    pub(crate) fn is_on_stack(address: u64) -> bool {
        let start = (&raw const BOOT_STACKS).addr() as u64;
        let end = start + size_of::<Stacks>() as u64;
        (start..end).contains(&address) && !Self::is_guard(address)
    }

    /// Whether `address` is in a guard page.
    pub(crate) fn is_guard(address: u64) -> bool {
        Self::guards().contains(&(address & !0xfff))
    }
}

fn top(stack: &UnsafeCell<[u8; STACK_BYTES]>) -> u64 {
    (stack.get().expose_provenance() + STACK_BYTES) as u64
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
pub fn start_cores<S: System<Aarch64>>(
    handover: &Handover<Aarch64>,
    make: fn(&mut MaybeUninit<S>, Aarch64) -> &mut S,
) -> u32 {
    let _ = (handover, make);
    1
}
