//! Entry from user mode and from idle: which trap it is, who handles it, who runs next.
//!
//! The stubs (`trap.S`) save registers; the functions here turn the syndrome into a [`Trap`], hand it to the
//! kernel ([`System`]) and make the answer's thread the running one. They are made once for the kernel's type
//! and reached through pointers in the per-core area, so that this crate does not depend on the core and the
//! core's code is still inlined into them.

use core::arch::{asm, global_asm};
use core::mem::offset_of;
use core::ptr;

use weft_abi::{REGISTER_WORDS, Syscall};
use weft_early::stubs::{self, GENERAL, SAME, Stubs};
use weft_early::{Range, System};
use weft_hal::{IrqLine, Next, Trap};

use crate::cause;
use crate::identify::{self, Question};
use crate::machine::Aarch64;
use crate::regs::{Format, Registers};
use crate::report::Frame;
use crate::smp::{PerCore, Seat};
use crate::{cpu, init};

// What `trap.S` takes for granted.
const _: () = assert!(
    Syscall::Null as u64 == 0
        && offset_of!(PerCore, on_call) == offset_of!(PerCore, system) + 8
        && offset_of!(PerCore, system) == offset_of!(PerCore, on_long_call) + 8
        && offset_of!(Registers, spsr) == offset_of!(Registers, elr) + 8
        && offset_of!(Registers, format).is_multiple_of(64)
        && offset_of!(Registers, sp) == offset_of!(Registers, format) + 8
        && offset_of!(Registers, thread_block) == offset_of!(Registers, sp) + 8
        && Format::Syscall as u64 == 0
);

global_asm!(
    include_str!("trap.S"),
    include_str!("vectors.S"),
    CONTEXT = const offset_of!(PerCore, context),
    ZEROS = const offset_of!(PerCore, zeros),
    STACK_TOP = const offset_of!(PerCore, stack_top),
    FATAL_TOP = const offset_of!(PerCore, fatal_top),
    ON_SYSCALL = const offset_of!(PerCore, on_syscall),
    ON_EXCEPTION = const offset_of!(PerCore, on_exception),
    ON_INTERRUPT = const offset_of!(PerCore, on_interrupt),
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
    CALL = const Syscall::Call as u64,
    REPLY_RECV = const Syscall::ReplyRecv as u64,
    SIGNAL = const Syscall::Signal as u64,
    THREAD_BLOCK = const offset_of!(Registers, thread_block),
    X = const offset_of!(Registers, x),
    SP = const offset_of!(Registers, sp),
    ELR = const offset_of!(Registers, elr),
    FORMAT = const offset_of!(Registers, format),
    FULL = const Format::Full as u64,
    WAYS = const offset_of!(PerCore, on_long_call),
    PLAIN = const offset_of!(PerCore, plain),
    VECTORS = const offset_of!(Registers, vectors),
    SAVED = const offset_of!(Registers, saved),
    USER_AND_KERNEL = const cpu::VECTORS_OF_USER_AND_KERNEL,
    FLOATING_POINT = const cause::FLOATING_POINT,
    SYSTEM_CALL = const cause::SYSTEM_CALL,
    FRAME_BYTES = const size_of::<Frame>(),
    fatal = sym crate::report::fatal,
);

unsafe extern "C" {
    fn weft_trap_vectors();
    fn weft_trap_resume_whoever();
    fn weft_vectors_save(registers: *const Registers);
}

/// Saves the vector registers of the thread that ran last, whose registers these are.
pub(crate) fn save_vectors(registers: &Registers) {
    // SAFETY:
    // 1. it wants the registers of the thread that ran last, and the vector mode, which its caller has seen.
    unsafe { weft_vectors_save(registers) };
}

/// Makes exceptions arrive in the stubs. From here on a mistake is reported.
pub(crate) fn set_up() {
    cpu::set_vectors((weft_trap_vectors as *const ()).addr() as u64);
    cpu::barrier();
}

/// Starts to run threads on the boot core, for ever, when all others do. What runs only at boot is gone then: its memory
/// `init` is cleared.
pub fn run<S: System<Aarch64>>(system: &'static mut S, init: Range) -> ! {
    init::leave();
    init::clear(init);
    serve(system)
}

/// Starts to run threads on the further core of a seat, for ever.
pub(crate) fn join<S: System<Aarch64>>(system: &'static mut S, seat: &Seat) -> ! {
    init::leave();
    seat.runs();
    serve(system)
}

#[inline(never)]
fn serve<S: System<Aarch64>>(system: &'static mut S) -> ! {
    let core = PerCore::current();
    core.on_syscall.set((on_syscall::<S> as *const ()).addr());
    core.on_exception
        .set((on_exception::<S> as *const ()).addr());
    core.on_interrupt
        .set((on_interrupt::<S> as *const ()).addr());
    core.on_call
        .set((stubs::on_call::<Aarch64, S> as *const ()).addr());
    core.on_reply_recv
        .set((stubs::on_reply_recv::<Aarch64, S> as *const ()).addr());
    core.on_long_call
        .set((stubs::on_long_call::<Aarch64, S> as *const ()).addr());
    core.on_long_reply_recv
        .set((stubs::on_long_reply_recv::<Aarch64, S> as *const ()).addr());
    core.on_signal
        .set((stubs::on_signal::<Aarch64, S> as *const ()).addr());
    core.on_wait
        .set((stubs::on_wait::<Aarch64, S> as *const ()).addr());
    core.on_signal_wait
        .set((stubs::on_signal_wait::<Aarch64, S> as *const ()).addr());
    core.on_yield
        .set((stubs::on_yield::<Aarch64, S> as *const ()).addr());
    core.on_null
        .set((stubs::on_null::<Aarch64, S> as *const ()).addr());
    core.on_map
        .set((stubs::on_map::<Aarch64, S> as *const ()).addr());
    core.on_resume
        .set((weft_trap_resume_whoever as *const ()).addr());
    core.note_plain_ways();
    let system = ptr::from_mut(system);
    core.system.set(system.cast());
    // SAFETY:
    // 1. made from the reference above, which is not used any more.
    let first = unsafe { &mut *system }.first();
    resume(core, leave(first))
}

impl Stubs for Aarch64 {
    // The stubs make the thread the running one.
    #[inline(always)]
    fn leave(registers: &Registers) -> *const Registers {
        registers
    }

    #[inline(always)]
    fn resume(registers: &Registers) -> ! {
        resume(PerCore::current(), registers)
    }
}

/// Gives up this frame and goes on with these registers, or waits if they are null.
fn resume(core: &PerCore, registers: *const Registers) -> ! {
    // SAFETY:
    // 1. weft_trap_resume_whoever wants an empty kernel stack and registers, or null, in x0; this frame is given up.
    unsafe {
        asm!(
            "mov sp, {top}",
            "br {resume}",
            top = in(reg) core.stack_top.get(),
            resume = in(reg) core.on_resume.get(),
            in("x0") registers,
            options(noreturn),
        )
    }
}

extern "C" fn on_syscall<S: System<Aarch64>>(system: &mut S) -> *const Registers {
    leave(system.syscall())
}

extern "C" fn on_exception<S: System<Aarch64>>(
    system: &mut S,
    syndrome: u64,
    far: u64,
) -> *const Registers {
    let core = PerCore::current();
    if identified(core, syndrome) == Question::Answered {
        return core.context.get();
    }
    let (kind, address) = cause::fault(syndrome, far);
    leave(system.fault((kind, address, syndrome)))
}

extern "C" fn on_interrupt<S: System<Aarch64>>(system: &mut S) -> *const Registers {
    match system.arch().acknowledge() {
        Trap::Interrupt(line) => match system.interrupt(line).map(ptr::from_ref) {
            Some(registers) => registers,
            None => on_line(system, line),
        },
        Trap::Timer => on_timer(system),
        Trap::Mail => on_mail(system),
        _ => on_nothing(system),
    }
}

// What the fast path does not take is left to functions of their own, so that it needs no room on the stack.

/// An interrupt that the fast path did not take.
#[inline(never)]
fn on_line<S: System<Aarch64>>(system: &mut S, line: IrqLine) -> *const Registers {
    leave(system.trap(Trap::Interrupt(line)))
}

#[inline(never)]
fn on_timer<S: System<Aarch64>>(system: &mut S) -> *const Registers {
    leave(system.trap(Trap::Timer))
}

#[inline(never)]
fn on_mail<S: System<Aarch64>>(system: &mut S) -> *const Registers {
    leave(system.trap(Trap::Mail))
}

#[inline(never)]
fn on_nothing<S: System<Aarch64>>(system: &mut S) -> *const Registers {
    leave(system.trap(Trap::Spurious))
}

/// Answers the running thread if it asked what the processor has.
fn identified(core: &PerCore, syndrome: u64) -> Question {
    // SAFETY:
    // 1. exceptions come from the thread that runs, whose registers stay where they are while it does.
    let running = unsafe { core.context.get().as_ref() };
    running.map_or(Question::Other, |registers| {
        identify::answer(registers, syndrome, &cpu::Own)
    })
}

/// What the stubs get, which make the answer's thread the running one.
const fn leave(next: Next<'_, Registers>) -> *const Registers {
    match next {
        Next::Idle => ptr::null(),
        Next::Caller => ptr::without_provenance(SAME),
        Next::User(registers) => registers,
    }
}
