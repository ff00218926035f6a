//! The trap of x86_64: `syscall` with the number in rax and arguments in rdi rsi r12 r13 r14 r15 r8 r9; the
//! ninth is the upper half of rdi.
//!
//! The kernel destroys every register but rsp and FS base. rbx and rbp cannot be named as operands (the
//! compiler may keep them for itself), so they are pushed around the instruction; rcx and r11 are lost to
//! `syscall` itself (SDM 2B, SYSCALL). Vector registers are lost too, where the target has them.

use core::arch::{asm, naked_asm};

use crate::measure::CounterRate;

/// One trap: the operands are the call's, the clobbers are the same for every call.
macro_rules! syscall {
    ($($operands:tt)*) => {
        asm!(
            "push rbx", "push rbp", "syscall", "pop rbp", "pop rbx",
            $($operands)*
            clobber_abi("sysv64"),
        )
    };
}

/// A system call without arguments: status and `a0`, `a1`.
#[inline]
pub(crate) fn trap_bare(number: u64) -> (u64, [u64; 2]) {
    let status;
    let (r0, r1);
    // SAFETY: 1. the number is of a call that takes no argument and touches no user memory;
    // 2. every register the kernel destroys is an operand, a clobber or pushed; 3. the stack is balanced.
    unsafe {
        syscall!(
            inlateout("rax") number => status,
            lateout("rdi") r0, lateout("rsi") r1, lateout("r12") _, lateout("r13") _, lateout("r14") _,
            lateout("r15") _,
        );
    }
    (status, [r0, r1])
}

/// A system call with one or two arguments: status and `a0`, `a1`.
#[inline]
pub(crate) fn trap_short(number: u64, arguments: [u64; 2]) -> (u64, [u64; 2]) {
    let [a0, a1] = arguments;
    let status;
    let (r0, r1);
    // SAFETY: 1. the kernel reads and writes no user memory but the message page, which is only accessed
    // volatile; 2. every register it destroys is an operand, a clobber or pushed; 3. the stack is balanced.
    unsafe {
        syscall!(
            inlateout("rax") number => status,
            inlateout("rdi") a0 => r0, inlateout("rsi") a1 => r1, lateout("r12") _, lateout("r13") _,
            lateout("r14") _, lateout("r15") _,
        );
    }
    (status, [r0, r1])
}

/// A system call with up to six arguments: status and `a0 … a4`.
#[inline]
pub(crate) fn trap(number: u64, arguments: [u64; 6]) -> (u64, [u64; 5]) {
    let [a0, a1, a2, a3, a4, a5] = arguments;
    let status;
    let (r0, r1, r2, r3, r4);
    // SAFETY: 1. the kernel reads and writes no user memory but the message page, which is only accessed
    // volatile; 2. every register it destroys is an operand, a clobber or pushed; 3. the stack is balanced.
    unsafe {
        syscall!(
            inlateout("rax") number => status,
            inlateout("rdi") a0 => r0, inlateout("rsi") a1 => r1, inlateout("r12") a2 => r2,
            inlateout("r13") a3 => r3, inlateout("r14") a4 => r4, inlateout("r15") a5 => _,
        );
    }
    (status, [r0, r1, r2, r3, r4])
}

/// A system call of the message path: status and `a0 … a7`.
#[inline]
pub(crate) fn trap_message(number: u64, arguments: [u64; 9]) -> (u64, [u64; 8]) {
    let [a0, a1, a2, a3, a4, a5, a6, a7, a8] = arguments;
    let status;
    let (r0, r1, r2, r3, r4, r5, r6, r7);
    // SAFETY: 1. the kernel reads and writes no user memory but the message page, which is only accessed
    // volatile; 2. every register it destroys is an operand, a clobber or pushed; 3. the stack is balanced.
    unsafe {
        syscall!(
            inlateout("rax") number => status,
            inlateout("rdi") a0 | a8 << 32 => r0, inlateout("rsi") a1 => r1, inlateout("r12") a2 => r2,
            inlateout("r13") a3 => r3, inlateout("r14") a4 => r4, inlateout("r15") a5 => r5,
            inlateout("r8") a6 => r6, inlateout("r9") a7 => r7,
        );
    }
    (status, [r0, r1, r2, r3, r4, r5, r6, r7])
}

/// Stops the program by an undefined instruction, which its fault handler reports.
#[inline]
pub fn stop() -> ! {
    // SAFETY: 1. `ud2` raises an exception and is never passed.
    unsafe { asm!("ud2", options(noreturn, nomem, nostack)) }
}

/// See [`relax`](crate::relax).
#[inline(always)]
pub(crate) fn relax() {
    core::hint::spin_loop();
}

/// The time-stamp counter (SDM 2B, RDTSC). It is not ordered with what is around it on a real processor.
#[inline(always)]
pub(crate) fn counter() -> u64 {
    let (low, high): (u64, u64);
    // SAFETY: 1. the instruction reads a counter; where the kernel does not leave it open (CR4.TSD), that is a fault of this
    // program.
    unsafe { asm!("rdtsc", out("rax") low, out("rdx") high, options(nostack, preserves_flags)) };
    high << 32 | low
}

/// What the counter counts.
pub(crate) fn counter_rate() -> CounterRate {
    CounterRate::Processor
}

/// See `measure`.
#[inline(always)]
pub(crate) fn mark_begin(figure: u64) {
    // SAFETY: 1. the bytes are a NOP, whose operand is not accessed.
    unsafe {
        asm!(".byte 0x0f, 0x1f, 0x84, 0x00", ".long 0x57454601", in("rax") figure,
            options(nostack, preserves_flags));
    }
}

/// See `measure`.
#[inline(always)]
pub(crate) fn mark_end(figure: u64) {
    // SAFETY: 1. the bytes are a NOP, whose operand is not accessed.
    unsafe {
        asm!(".byte 0x0f, 0x1f, 0x84, 0x00", ".long 0x57454602", in("rax") figure,
            options(nostack, preserves_flags));
    }
}

/// See `measure`.
#[inline(always)]
pub(crate) fn use_vectors() {
    // SAFETY: 1. the instruction changes a register that is named as lost; without the right to use it, it is a fault of
    // this program.
    unsafe { asm!("pcmpeqd xmm0, xmm0", out("xmm0") _, options(nomem, nostack, preserves_flags)) };
}

/// Moves words, from the first on.
///
/// The instruction counts as one for each word. Where the processor moves more at once it does so in whole words: of what it stores
/// (SDM 3A §9.2.4) only the order is not that of the program.
///
/// # Safety
/// By accesses of whole words in any order, whoever uses them meanwhile,
/// 1. `count` words from `from` on may be read,
/// 2. `count` words from `to` on may be written.
#[inline(always)]
pub(crate) unsafe fn move_words(from: *const u64, to: *mut u64, count: usize) {
    // SAFETY: 1. and 2. as the caller promises; the direction flag is clear, as the C calling convention has it, and the
    // registers that change are named.
    unsafe {
        asm!("rep movsq", inout("rcx") count => _, inout("rsi") from => _, inout("rdi") to => _,
            options(nostack, preserves_flags));
    }
}

unsafe extern "C" {
    /// Made by the entry-point macros of `libipc`.
    fn weft_entry(argument: u64) -> !;
}

/// Where the kernel or the process server starts a program, with the argument in rdi.
///
/// # Safety
/// Only to be jumped to once, with rsp at the end of the program's stack.
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn _start() -> ! {
    naked_asm!("xor ebp, ebp", "and rsp, -16", "call {entry}", "ud2", entry = sym weft_entry)
}
