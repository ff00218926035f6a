//! What each processor core has of its own: stacks, descriptor tables, and the running thread.
//!
//! Reached through GS while in the kernel. Everything a core touches on its way in and out of the kernel is in its
//! [`PerCore`]. The boot core's is part of the kernel; further cores have an [`area`] each. Cores share nothing here but
//! how far each has come.

mod area;
mod start;

use core::arch::asm;
use core::cell::{Cell, UnsafeCell};
use core::mem::offset_of;
use core::ptr;
use core::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use weft_hal::CoreId;

pub(crate) use area::{Areas, is_alone};
pub use start::start_cores;
pub(crate) use start::{LeftOut, controller_of, plan, write_start_page};

use crate::cpu;
use crate::descriptor::{Gdt, Tss};
use crate::regs::Registers;
use crate::trap::{self, QUICK};

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

impl Stacks {
    /// Offsets of the guard pages: each stack begins with one.
    pub(crate) const GUARDS: [usize; IST_STACKS + 1] = {
        let mut guards = [0; IST_STACKS + 1];
        let mut stack = 0;
        while stack <= IST_STACKS {
            guards[stack] = stack * IST_BYTES;
            stack += 1;
        }
        guards
    };

    /// The stacks that an address is in, and the offset of its page.
    fn holding(address: u64) -> Option<(&'static PerCore, usize)> {
        let page = address & !0xfff;
        let boot = page.wrapping_sub((&raw const BOOT_STACKS).addr() as u64) as usize;
        if boot < size_of::<Self>() {
            return Some((&BOOT_CORE, boot));
        }
        let (area, offset) = area::holding(page)?;
        (offset < size_of::<Self>()).then(|| (area.core(), offset))
    }
}

const _: () = assert!(offset_of!(Stacks, kernel) == IST_STACKS * IST_BYTES);

/// How far a core has come; read by the core that starts it.
pub(crate) struct Stage(AtomicU8);

impl Stage {
    /// Has not been here.
    pub(crate) const ABSENT: u8 = 0;
    /// Runs threads, if it had any.
    pub(crate) const RUNS: u8 = 1;
    /// Has taken mail.
    pub(crate) const ANSWERS: u8 = 2;
    /// Is not the core that was to be started.
    pub(crate) const ANOTHER: u8 = 3;
    /// There is no memory for its area, or no page to start in.
    pub(crate) const NO_MEMORY: u8 = 4;
    /// Lacks what the boot core has: this, and which of the features it is.
    pub(crate) const LACKS: u8 = 16;

    pub(crate) fn is(&self) -> u8 {
        self.0.load(Ordering::Acquire)
    }

    pub(crate) fn set(&self, stage: u8) {
        self.0.store(stage, Ordering::Release);
    }

    /// Notes that mail was taken.
    #[inline(always)]
    pub(crate) fn answers(&self) {
        self.set(Self::ANSWERS);
    }
}

/// How many functions are others while user mode has vector registers: `on_resume` to `on_call`.
pub(crate) const WAYS: usize = 12;
const _: () = assert!(
    offset_of!(PerCore, on_call)
        == offset_of!(PerCore, on_resume) + (WAYS - 1) * size_of::<usize>()
        && offset_of!(PerCore, on_reply_recv).is_multiple_of(64)
        && offset_of!(PerCore, table)
            == offset_of!(PerCore, on_reply_recv) + 6 * size_of::<usize>()
);

/// A core's own data. `trap.S` knows the offsets of the first fields; the eight words that a call needs are one cache line.
#[repr(C, align(64))]
pub(crate) struct PerCore {
    this: Cell<*const PerCore>,
    pub(crate) on_null: Cell<usize>,
    pub(crate) on_map: Cell<usize>,
    /// Where a core goes that is started.
    pub(crate) on_start: Cell<usize>,
    /// What XSAVE is to save; 0: FXSAVE is used.
    pub(crate) vector_state: Cell<u64>,
    pub(crate) fsgsbase: Cell<bool>,
    pub(crate) id: Cell<CoreId>,
    pub(crate) stage: Stage,
    pub(crate) on_resume: Cell<usize>,
    pub(crate) on_exception: Cell<usize>,
    pub(crate) on_syscall: Cell<usize>,
    pub(crate) on_interrupt: Cell<usize>,
    pub(crate) on_yield: Cell<usize>,
    pub(crate) on_signal_wait: Cell<usize>,
    pub(crate) on_wait: Cell<usize>,
    pub(crate) on_long_reply_recv: Cell<usize>,
    pub(crate) on_long_call: Cell<usize>,
    pub(crate) on_signal: Cell<usize>,
    pub(crate) on_reply_recv: Cell<usize>,
    pub(crate) on_call: Cell<usize>,
    /// Where the entry stubs save registers: the thread that ran last.
    pub(crate) context: Cell<*const Registers>,
    pub(crate) stack_top: Cell<u64>,
    /// Where the stubs of messages keep the word w4 meanwhile.
    pub(crate) kept: Cell<u64>,
    /// The kernel's state, of the type that the functions were made for.
    pub(crate) system: Cell<*mut ()>,
    /// Where the stubs for system calls are. The first two, Null and Call, are still in the line.
    pub(crate) table: [Cell<usize>; QUICK],
    /// What `on_resume` to `on_call` are while user mode has no vector registers.
    pub(crate) plain: [Cell<usize>; WAYS],
    pub(crate) gdt: Gdt,
    pub(crate) tss: Tss,
}

// SAFETY:
// 1. used by its own core alone, which has no threads; interrupts are masked in the kernel.
// 2. before a core is started its area is the boot core's; starting it orders both uses.
// 3. other cores read what never changes afterwards (`id`) and what is atomic (`stage`).
unsafe impl Sync for PerCore {}

// SAFETY:
// 1. used by its own core alone, which has no threads; interrupts are masked in the kernel.
unsafe impl Sync for Stacks {}

static BOOT_CORE: PerCore = PerCore::new();

/// The boot core's stacks.
pub(crate) static BOOT_STACKS: Stacks = Stacks {
    interrupt: [const { UnsafeCell::new([0; IST_BYTES]) }; IST_STACKS],
    kernel: UnsafeCell::new([0; STACK_BYTES]),
};

impl PerCore {
    const fn new() -> Self {
        Self {
            this: Cell::new(ptr::null()),
            context: Cell::new(ptr::null()),
            stack_top: Cell::new(0),
            kept: Cell::new(0),
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
            on_syscall: Cell::new(0),
            on_exception: Cell::new(0),
            on_resume: Cell::new(0),
            table: [const { Cell::new(0) }; QUICK],
            plain: [const { Cell::new(0) }; WAYS],
            vector_state: Cell::new(0),
            fsgsbase: Cell::new(false),
            id: Cell::new(CoreId::BOOT),
            stage: Stage(AtomicU8::new(Stage::ABSENT)),
            on_start: Cell::new(0),
            gdt: Gdt::new(),
            tss: Tss::new(),
        }
    }

    /// Sets the boot core up.
    pub(crate) fn set_up_boot_core() -> &'static Self {
        BOOT_CORE.describe(&BOOT_STACKS);
        BOOT_CORE.enter();
        &BOOT_CORE
    }

    /// Describes its stacks.
    fn describe(&'static self, stacks: &Stacks) {
        let core = self;
        core.this.set(core);
        core.stack_top.set(top(&stacks.kernel));
        for (index, stack) in stacks.interrupt.iter().enumerate() {
            // The last words of an interrupt stack hold the core's address, for entries that cannot trust GS.
            let words = top(stack) - 16;
            let slot = ptr::with_exposed_provenance_mut::<u64>(words as usize);
            // SAFETY:
            // 1. valid and aligned: the last 16 bytes of a stack of this core, which is not in use yet.
            unsafe { slot.write((&raw const *core).expose_provenance() as u64) };
            core.tss.set_interrupt_stack(index, words);
        }
        core.tss.set_kernel_stack(core.stack_top.get());
    }

    /// Makes this area, which is that of the core that executes this, reachable through GS.
    pub(crate) fn enter(&'static self) {
        cpu::set_msr(IA32_GS_BASE, (&raw const *self).expose_provenance() as u64);
        cpu::set_msr(IA32_KERNEL_GS_BASE, 0);
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
        // 1. it points to an area that is there for ever.
        unsafe { &*this }
    }

    /// Notes the functions behind the entry stubs as they are, which is without vector registers.
    pub(crate) fn note_plain_ways(&self) {
        for (plain, now) in self.plain.iter().zip(self.ways()) {
            plain.set(now.get());
        }
    }

    /// The functions that are others while user mode has vector registers.
    fn ways(&self) -> [&Cell<usize>; WAYS] {
        [
            &self.on_resume,
            &self.on_exception,
            &self.on_syscall,
            &self.on_interrupt,
            &self.on_yield,
            &self.on_signal_wait,
            &self.on_wait,
            &self.on_long_reply_recv,
            &self.on_long_call,
            &self.on_signal,
            &self.on_reply_recv,
            &self.on_call,
        ]
    }

    /// Whether user mode has vector registers, which belong to the thread that ran last.
    pub(crate) fn has_vectors(&self) -> bool {
        let [plain, ..] = &self.plain;
        self.on_resume.get() != plain.get()
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

    /// The core on one of whose stacks an address is.
    pub(crate) fn of_stack(address: u64) -> Option<&'static Self> {
        Stacks::holding(address).map(|(core, _)| core)
    }

    /// The addresses of the boot core's guard pages.
    pub(crate) fn guards() -> impl Iterator<Item = u64> {
        let stacks = (&raw const BOOT_STACKS).addr();
        Stacks::GUARDS
            .iter()
            .map(move |guard| (stacks + guard) as u64)
    }

    /// Whether `address` is in one of the stacks, guard pages left out.
    pub(crate) fn is_on_stack(address: u64) -> bool {
        Stacks::holding(address).is_some_and(|(_, page)| !Stacks::GUARDS.contains(&page))
    }

    /// Whether `address` is in a guard page.
    pub(crate) fn is_guard(address: u64) -> bool {
        Stacks::holding(address).is_some_and(|(_, page)| Stacks::GUARDS.contains(&page))
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
