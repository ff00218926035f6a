//! What each processor core has of its own: stacks and the running thread.
//!
//! Reached through TPIDR_EL1. Everything that a core touches on its way in and out of the kernel is in its [`PerCore`],
//! so that no core touches another's. The boot core's is part of the kernel; what the others have is in `start`.

mod start;

use core::cell::{Cell, UnsafeCell};
use core::mem::offset_of;
use core::ptr;
use core::sync::atomic::{AtomicBool, Ordering};

use weft_early::region::PAGE;
use weft_hal::CoreId;

use crate::regs::Registers;
use crate::{board, cpu, trap};

pub(crate) use start::{
    PLACE_BYTES, SEATS, Seat, TAKEN, WAITS, list, parts, release_page, tables_for,
};

pub use start::start_cores;

/// Size of a stack, its guard page included.
const STACK_BYTES: usize = 0x10000;

/// A core's stacks. The lowest page of each is never mapped, so that an overflow is an exception, which is
/// reported on the second.
#[repr(C, align(0x1000))]
pub(crate) struct Stacks {
    kernel: UnsafeCell<[u8; STACK_BYTES]>,
    fatal: UnsafeCell<[u8; STACK_BYTES]>,
}

/// Offsets of the stacks' ends in [`Stacks`].
pub(crate) const STACK_TOP: usize = offset_of!(Stacks, kernel) + STACK_BYTES;
const FATAL_TOP: usize = offset_of!(Stacks, fatal) + STACK_BYTES;

/// How many words are from `on_long_call` to `on_resume`: functions that are others while user mode has vector registers,
/// and `system`.
const WAYS: usize = 13;
const _: () = assert!(
    offset_of!(PerCore, on_resume)
        == offset_of!(PerCore, on_long_call) + (WAYS - 1) * size_of::<usize>()
        && offset_of!(PerCore, system) == offset_of!(PerCore, on_long_call) + size_of::<usize>()
        && offset_of!(PerCore, on_signal) + size_of::<usize>() == 64
);

/// A core's own data. `trap.S` knows the offsets of the fields. What every message reads comes first: one cache line.
#[repr(C, align(64))]
pub(crate) struct PerCore {
    /// Where the entry stubs save registers: the thread that ran last.
    pub(crate) context: Cell<*const Registers>,
    /// Nothing but zeros, in the line of what is read on every way back.
    pub(crate) zeros: [u64; 2],
    pub(crate) on_long_call: Cell<usize>,
    /// The kernel's state, of the type that `on_syscall` and the others were made for.
    pub(crate) system: Cell<*mut ()>,
    pub(crate) on_call: Cell<usize>,
    pub(crate) on_reply_recv: Cell<usize>,
    pub(crate) on_signal: Cell<usize>,
    pub(crate) on_long_reply_recv: Cell<usize>,
    pub(crate) on_wait: Cell<usize>,
    pub(crate) on_signal_wait: Cell<usize>,
    pub(crate) on_yield: Cell<usize>,
    pub(crate) on_interrupt: Cell<usize>,
    pub(crate) on_syscall: Cell<usize>,
    pub(crate) on_exception: Cell<usize>,
    pub(crate) on_resume: Cell<usize>,
    pub(crate) on_null: Cell<usize>,
    pub(crate) on_map: Cell<usize>,
    /// What `on_long_call` to `on_resume` are while user mode has no vector registers; `system` has a place, too.
    pub(crate) plain: [Cell<usize>; WAYS],
    pub(crate) stack_top: Cell<u64>,
    pub(crate) fatal_top: Cell<u64>,
    id: Cell<CoreId>,
    /// The board's interrupt controller.
    pub(crate) gic: Cell<Option<board::Gic>>,
}

// SAFETY:
// 1. used by its own core alone, which has no threads; interrupts are masked in the kernel.
unsafe impl Sync for PerCore {}

// SAFETY:
// 1. used by its own core alone, which has no threads; interrupts are masked in the kernel.
unsafe impl Sync for Stacks {}

static BOOT_CORE: PerCore = PerCore::new();

/// The boot core's stacks.
pub(crate) static BOOT_STACKS: Stacks = Stacks {
    kernel: UnsafeCell::new([0; STACK_BYTES]),
    fatal: UnsafeCell::new([0; STACK_BYTES]),
};

impl PerCore {
    /// That of a core that has not begun.
    const fn new() -> Self {
        Self {
            context: Cell::new(ptr::null()),
            zeros: [0; 2],
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
            on_resume: Cell::new(0),
            plain: [const { Cell::new(0) }; WAYS],
            id: Cell::new(CoreId::BOOT),
            gic: Cell::new(None),
        }
    }

    /// Makes the boot core's data reachable and describes its stacks.
    pub(crate) fn set_up_boot_core() {
        let stacks = (&raw const BOOT_STACKS).expose_provenance();
        BOOT_CORE.set_up(CoreId::BOOT, stacks as u64);
    }

    /// Makes the data of the core that executes this reachable, and describes its stacks, which are at an address.
    fn set_up(&'static self, id: CoreId, stacks: u64) {
        self.id.set(id);
        self.stack_top.set(stacks + STACK_TOP as u64);
        self.fatal_top.set(stacks + FATAL_TOP as u64);
        cpu::set_own_data((&raw const *self).expose_provenance() as u64);
    }

    /// The data of the core that executes this.
    pub(crate) fn current() -> &'static Self {
        let own = ptr::with_exposed_provenance::<Self>(cpu::own_data() as usize);
        // SAFETY:
        // 1. in the kernel TPIDR_EL1 points to the core's own, which lives for ever.
        unsafe { &*own }
    }

    /// Notes the functions behind the entry stubs as they are, which is without vector registers.
    pub(crate) fn note_plain_ways(&self) {
        let system = Cell::new(0);
        let ways = [
            &self.on_long_call,
            &system,
            &self.on_call,
            &self.on_reply_recv,
            &self.on_signal,
            &self.on_long_reply_recv,
            &self.on_wait,
            &self.on_signal_wait,
            &self.on_yield,
            &self.on_interrupt,
            &self.on_syscall,
            &self.on_exception,
            &self.on_resume,
        ];
        for (plain, now) in self.plain.iter().zip(ways) {
            plain.set(now.get());
        }
    }

    /// No thread's registers are in the processor if they were this one's.
    pub(crate) fn forget(&self, context: &Registers) {
        if ptr::eq(self.context.get(), context) {
            self.context.set(ptr::null());
        }
    }

    /// As `forget`, but what the processor still holds is kept.
    pub(crate) fn put_away(&self, context: &Registers) {
        if ptr::eq(self.context.get(), context) {
            if self.has_vectors() {
                trap::save_vectors(context);
            }
            self.context.set(ptr::null());
        }
    }

    /// Whether user mode has vector registers, which belong to the thread that ran last.
    fn has_vectors(&self) -> bool {
        let [plain, ..] = &self.plain;
        self.on_long_call.get() != plain.get()
    }

    /// Which core it is.
    pub(crate) fn id(&self) -> CoreId {
        self.id.get()
    }

    /// The guard pages' addresses.
    pub(crate) fn guards(&self) -> [u64; 2] {
        [&self.stack_top, &self.fatal_top].map(|top| top.get() - STACK_BYTES as u64)
    }

    /// Whether `address` is in one of the stacks, guard pages left out.
    pub(crate) fn is_on_stack(&self, address: u64) -> bool {
        self.guards()
            .into_iter()
            .any(|guard| (guard + PAGE..guard + STACK_BYTES as u64).contains(&address))
    }

    /// Whether `address` is in a guard page.
    pub(crate) fn is_guard(&self, address: u64) -> bool {
        self.guards().contains(&(address & !(PAGE - 1)))
    }
}

/// The place of the boot core's kernel state: large, so a static that is made at compile time; taken once.
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
