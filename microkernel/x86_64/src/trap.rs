//! Entry from user mode and from idle: which trap it is, who handles it, who runs next.
//!
//! The stubs (`trap.S`) save registers; the functions here turn vector and error code into a
//! [`Trap`], hand it to the kernel ([`System`]) and make the answer's thread the running one. They are made
//! once for the kernel's type and reached through pointers in the per-core area, so that this crate does
//! not depend on the core and the core's code is still inlined into them.

use core::arch::{asm, global_asm};
use core::mem::offset_of;
use core::ptr;

use weft_abi::{FaultKind, REGISTER_WORDS, Syscall};
use weft_early::stubs::{self, GENERAL, SAME, Sent, Stubs, turned};
use weft_early::{Range, System};
use weft_hal::{Context, IrqLine, Next, Trap};
use x86_64::registers::control::Cr0Flags;

use crate::descriptor::{KERNEL_CODE, USER_BASE, USER_CODE, USER_DATA};
use crate::machine::X86_64;
use crate::paging::reads_counter;
use crate::regs::{Format, Registers, is_canonical};
use crate::smp::{IST_BYTES, PerCore, WAYS};
use crate::{cpu, init};

const IA32_STAR: u32 = 0xc000_0081;
const IA32_LSTAR: u32 = 0xc000_0082;
const IA32_FMASK: u32 = 0xc000_0084;
const IA32_GS_BASE: u32 = 0xc000_0101;
const IA32_FS_BASE: u32 = 0xc000_0100;
/// Flags that SYSCALL clears: TF, IF, DF, NT, AC, and those that matter to nobody.
const CLEARED_FLAGS: u64 =
    1 << 8 | 1 << 9 | 1 << 10 | 1 << 14 | 1 << 18 | 0x8d5 | 3 << 12 | 1 << 16;
/// The first vector that is no exception.
const FIRST_INTERRUPT: u64 = 32;
const STUB_BYTES: usize = 16;
/// System calls with smaller numbers have a stub of their own in `trap.S`, in the order of its table.
pub(crate) const QUICK: usize = Syscall::SpaceMap as usize + 1;
const _: () = assert!(
    Syscall::Null as u64 == 0
        && Syscall::Call as u64 == 1
        && Syscall::ReplyRecv as u64 == 5
        && Syscall::Signal as u64 == 6
        && Syscall::Wait as u64 == 7
        && Syscall::Yield as u64 == 9
        && Syscall::SignalWait as u64 == 11
        && Syscall::SpaceMap as u64 > 11
);

global_asm!(
    include_str!("trap.S"),
    include_str!("vectors.S"),
    CONTEXT = const offset_of!(PerCore, context),
    STACK_TOP = const offset_of!(PerCore, stack_top),
    ON_SYSCALL = const offset_of!(PerCore, on_syscall),
    ON_EXCEPTION = const offset_of!(PerCore, on_exception),
    ON_INTERRUPT = const offset_of!(PerCore, on_interrupt),
    FIRST_INTERRUPT = const FIRST_INTERRUPT,
    ON_CALL = const offset_of!(PerCore, on_call),
    ON_REPLY_RECV = const offset_of!(PerCore, on_reply_recv),
    ON_LONG_CALL = const offset_of!(PerCore, on_long_call),
    ON_LONG_REPLY_RECV = const offset_of!(PerCore, on_long_reply_recv),
    ON_SIGNAL = const offset_of!(PerCore, on_signal),
    REGISTER_WORDS = const REGISTER_WORDS,
    ON_NULL = const offset_of!(PerCore, on_null),
    ON_WAIT = const offset_of!(PerCore, on_wait),
    ON_SIGNAL_WAIT = const offset_of!(PerCore, on_signal_wait),
    ON_YIELD = const offset_of!(PerCore, on_yield),
    ON_MAP = const offset_of!(PerCore, on_map),
    SPACE_MAP = const Syscall::SpaceMap as u64,
    WAIT = const Syscall::Wait as u64,
    SIGNAL_WAIT = const Syscall::SignalWait as u64,
    YIELD = const Syscall::Yield as u64,
    GENERAL = const GENERAL,
    SAME = const SAME,
    SYSTEM = const offset_of!(PerCore, system),
    TABLE = const offset_of!(PerCore, table),
    FIRST_WAY = const offset_of!(PerCore, on_resume),
    PLAIN = const offset_of!(PerCore, plain),
    WAYS = const WAYS,
    VECTOR_STATE = const offset_of!(PerCore, vector_state),
    VECTORS = const offset_of!(Registers, vectors),
    SAVED = const offset_of!(Registers, saved),
    TASK_SWITCHED = const Cr0Flags::TASK_SWITCHED.bits(),
    KEPT = const offset_of!(PerCore, kept),
    CALL = const Syscall::Call as u64,
    REPLY_RECV = const Syscall::ReplyRecv as u64,
    SIGNAL = const Syscall::Signal as u64,
    QUICK = const QUICK,
    ARGUMENTS = const offset_of!(Registers, arguments),
    RAX = const offset_of!(Registers, rax),
    RBX = const offset_of!(Registers, rbx),
    RCX = const offset_of!(Registers, rcx),
    RBP = const offset_of!(Registers, rbp),
    R11 = const offset_of!(Registers, r11),
    R10 = const offset_of!(Registers, r10),
    RDX = const offset_of!(Registers, rdx),
    FS_BASE = const offset_of!(Registers, fs_base),
    RIP = const offset_of!(Registers, rip),
    RSP = const offset_of!(Registers, rsp),
    RFLAGS = const offset_of!(Registers, rflags),
    FORMAT = const offset_of!(Registers, format),
    FULL = const Format::Full as u64,
    SYSCALL = const Format::Syscall as u64,
    USER_DATA = const USER_DATA,
    USER_CODE = const USER_CODE,
    GS_BASE = const IA32_GS_BASE,
    IST_MASK = const IST_BYTES - 1,
    fatal = sym crate::report::fatal,
    nmi = sym crate::report::nmi,
);

unsafe extern "C" {
    fn weft_trap_stubs();
    fn weft_syscall_entry();
    fn weft_trap_resume_whoever();
    fn weft_vectors_left(next: *const Registers);
    fn weft_vectors_save(registers: *const Registers);
    static weft_syscall_table: [usize; QUICK];
}

/// Saves the vector registers of the thread that ran last, whose registers these are.
pub(crate) fn save_vectors(registers: &Registers) {
    // SAFETY:
    // 1. it wants the registers of the thread that ran last, and the vector mode, which its caller has seen.
    unsafe { weft_vectors_save(registers) };
}

/// The address of the stub of a vector.
pub(crate) fn stub(vector: usize) -> u64 {
    (weft_trap_stubs as *const ()).addr() as u64 + (vector * STUB_BYTES) as u64
}

/// Makes SYSCALL enter the kernel.
pub(crate) fn set_up_syscall() {
    cpu::set_msr(
        IA32_STAR,
        u64::from(USER_BASE) << 48 | u64::from(KERNEL_CODE) << 32,
    );
    cpu::set_msr(IA32_LSTAR, (weft_syscall_entry as *const ()).addr() as u64);
    cpu::set_msr(IA32_FMASK, CLEARED_FLAGS);
}

/// Starts to run threads on the boot core, for ever, when all others do. What runs only at boot is gone then: its memory
/// `init` is cleared.
pub fn run<S: System<X86_64>>(system: &'static mut S, init: Range) -> ! {
    init::leave(system.arch());
    init::clear(init);
    serve(system)
}

/// Starts to run threads on a further core, for ever.
pub(crate) fn join<S: System<X86_64>>(system: &'static mut S) -> ! {
    init::leave(system.arch());
    serve(system)
}

#[inline(never)]
fn serve<S: System<X86_64>>(system: &'static mut S) -> ! {
    let core = PerCore::current();
    // SAFETY:
    // 1. `trap.S` has so many words there, which nobody writes.
    let table = unsafe { &weft_syscall_table };
    core.table
        .iter()
        .zip(table)
        .for_each(|(place, stub)| place.set(*stub));
    core.on_syscall.set((on_syscall::<S> as *const ()).addr());
    core.on_exception
        .set((on_exception::<S> as *const ()).addr());
    core.on_interrupt
        .set((on_interrupt::<S> as *const ()).addr());
    core.on_null
        .set((stubs::on_null::<X86_64, S> as *const ()).addr());
    core.on_map
        .set((stubs::on_map::<X86_64, S> as *const ()).addr());
    let fsgsbase = system.arch().features().fsgsbase;
    core.fsgsbase.set(fsgsbase);
    // The stubs that go on in another thread set its bases by the instructions of FSGSBASE.
    let functions = if fsgsbase {
        [
            stubs::on_call::<X86_64, S> as *const (),
            stubs::on_reply_recv::<X86_64, S> as *const (),
            stubs::on_long_call::<X86_64, S> as *const (),
            stubs::on_long_reply_recv::<X86_64, S> as *const (),
            stubs::on_signal::<X86_64, S> as *const (),
            stubs::on_wait::<X86_64, S> as *const (),
            stubs::on_signal_wait::<X86_64, S> as *const (),
            stubs::on_yield::<X86_64, S> as *const (),
        ]
    } else {
        let (message, turn) = (decline::<S> as *const (), decline_turn::<S> as *const ());
        [message, message, message, message, turn, turn, turn, turn]
    };
    let places = [
        &core.on_call,
        &core.on_reply_recv,
        &core.on_long_call,
        &core.on_long_reply_recv,
        &core.on_signal,
        &core.on_wait,
        &core.on_signal_wait,
        &core.on_yield,
    ];
    for (place, function) in places.into_iter().zip(functions) {
        place.set(function.addr());
    }
    core.on_resume
        .set((weft_trap_resume_whoever as *const ()).addr());
    core.note_plain_ways();
    let system = ptr::from_mut(system);
    core.system.set(system.cast());
    // SAFETY:
    // 1. made from the reference above, which is not used any more.
    resume(leave(core, unsafe { &mut *system }.first()))
}

impl Stubs for X86_64 {
    // The stubs make the thread the running one themselves: where FSGSBASE is missing, nobody comes here.
    #[inline(always)]
    fn leave(registers: &Registers) -> *const Registers {
        registers
    }

    #[inline(always)]
    fn resume(registers: &Registers) -> ! {
        resume(registers)
    }
}

/// Gives up this frame and goes on with these registers, or waits if they are null. A function of its own, so that those
/// that mostly return save no more registers for it.
#[inline(never)]
fn resume(registers: *const Registers) -> ! {
    // SAFETY:
    // 1. weft_trap_resume_whoever wants an empty kernel stack and registers, or null, in rax; this frame is given up.
    unsafe {
        asm!(
            "mov rsp, gs:[{top}]",
            "jmp qword ptr gs:[{resume}]",
            top = const offset_of!(PerCore, stack_top),
            resume = const offset_of!(PerCore, on_resume),
            in("rax") registers,
            options(noreturn),
        )
    }
}

extern "C" fn on_syscall<S: System<X86_64>>(system: &mut S) -> *const Registers {
    match system.syscall() {
        Next::Caller => ptr::without_provenance(SAME),
        next => leave(PerCore::current(), next),
    }
}

/// As `decline`, for stubs that may give the processor away.
extern "C" fn decline_turn<S: System<X86_64>>(_: u64, _: &mut S, _: u64) -> *const Registers {
    turned(None, ptr::from_ref)
}

/// Leaves it to the general path.
extern "C" fn decline<S: System<X86_64>>(_: u64, _: &mut S, _: u64) -> Sent<Registers> {
    Sent::new(None)
}

extern "C" fn on_exception<S: System<X86_64>>(
    vector: u64,
    error: u64,
    cr2: u64,
) -> *const Registers {
    let core = PerCore::current();
    // SAFETY:
    // 1. `run` stored a reference of this type that it gave up; entries do not nest, so it is the only one.
    let system = unsafe { &mut *core.system.get().cast::<S>() };
    // SAFETY:
    // 1. the stub saved the registers there, so it points to a thread's; nobody else writes them now.
    let fault = fault(unsafe { &*core.context.get() }, vector, error, cr2);
    leave(core, system.fault(fault))
}

extern "C" fn on_interrupt<S: System<X86_64>>(vector: u64, system: &mut S) -> *const Registers {
    let Some(line) = system.arch().acknowledge_input(vector as u8) else {
        return on_other(system, vector);
    };
    let next = system.interrupt(line).map(Next::User);
    match next.map(|next| leave(PerCore::current(), next)) {
        Some(registers) => registers,
        None => on_line(system, line),
    }
}

/// An input that the fast path did not take.
#[inline(never)]
fn on_line<S: System<X86_64>>(system: &mut S, line: IrqLine) -> *const Registers {
    leave(PerCore::current(), system.trap(Trap::Interrupt(line)))
}

/// What is no input. A function of its own, so that inputs do without the registers that it takes.
#[inline(never)]
fn on_other<S: System<X86_64>>(system: &mut S, vector: u64) -> *const Registers {
    let trap = system.arch().acknowledge(vector as u8);
    leave(PerCore::current(), system.trap(trap))
}

/// Makes the answer's thread the running one.
fn leave(core: &PerCore, next: Next<'_, Registers>) -> *const Registers {
    match next {
        Next::Idle => ptr::null(),
        Next::Caller => ptr::without_provenance(SAME),
        Next::User(registers) => {
            // Where FSGSBASE exists, the stub does it.
            if !core.fsgsbase.get() && !ptr::eq(core.context.get(), registers) {
                switch(core, registers);
            }
            registers
        }
    }
}

/// Does what the stubs do where FSGSBASE exists.
#[inline(never)]
fn switch(core: &PerCore, registers: &Registers) {
    if core.has_vectors() {
        // SAFETY:
        // 1. it wants the registers of the thread that goes on, and the vector mode.
        unsafe { weft_vectors_left(registers) };
    }
    core.context.set(registers);
    switch_segments(registers.fs_base.get());
}

/// Gives the next thread its thread block, and nothing of what the last one left in segment registers.
fn switch_segments(fs_base: u64) {
    // SAFETY:
    // 1. null selectors are allowed in 64-bit mode; GS is swapped so that the kernel's base stays.
    unsafe {
        asm!(
            "mov ds, {zero:x}",
            "mov es, {zero:x}",
            "mov fs, {zero:x}",
            "swapgs",
            "mov gs, {zero:x}",
            "swapgs",
            zero = in(reg) 0,
            options(nostack, preserves_flags),
        );
    }
    cpu::set_msr(IA32_FS_BASE, fs_base);
}

/// What an exception of user mode means (SDM 3A §6.15).
fn fault(registers: &Registers, vector: u64, error: u64, cr2: u64) -> (FaultKind, u64, u64) {
    const WRITE: u64 = 1 << 1;
    const RESERVED_BIT: u64 = 1 << 3;
    const FETCH: u64 = 1 << 4;
    let ip = registers.ip();
    registers.sanitise_ip();
    let (kind, address) = match vector {
        0 => (FaultKind::Divide, 0),
        1 | 3 => (FaultKind::Breakpoint, 0),
        6 | 7 => (FaultKind::Undefined, 0),
        13 if !is_canonical(ip) => (FaultKind::Execute, ip),
        13 if error == 0 && reads_counter(ip) => (FaultKind::Counter, 0),
        13 => (FaultKind::Privileged, 0),
        14 if error & RESERVED_BIT != 0 => panic!("page tables are damaged at {cr2:#x}"),
        14 if error & FETCH != 0 => (FaultKind::Execute, cr2),
        14 if error & WRITE != 0 => (FaultKind::Write, cr2),
        14 => (FaultKind::Read, cr2),
        _ => (FaultKind::Other, 0),
    };
    (kind, address, vector | error << 8)
}
