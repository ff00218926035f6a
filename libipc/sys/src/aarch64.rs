//! The trap of aarch64: `svc #0` with the number in x8 and arguments in x0, x1, x20 … x25; the ninth is
//! the upper half of x0.
//!
//! The kernel destroys every register but sp and TPIDR_EL0. x19 and x29 cannot be named as operands (the
//! compiler may keep them for itself), so they are pushed around the instruction. Vector registers are lost
//! too, where the target has them: the C calling convention's clobbers and the halves it would preserve.

use core::arch::{asm, global_asm, naked_asm};

use crate::measure::CounterRate;

global_asm!(include_str!("aarch64_mem.S"));

/// One trap: the operands are the call's, the clobbers are the same for every call.
macro_rules! svc {
    ($($operands:tt)*) => {
        asm!(
            "stp x19, x29, [sp, #-16]!", "svc #0", "ldp x19, x29, [sp], #16",
            $($operands)*
            lateout("x26") _, lateout("x27") _, lateout("x28") _,
            lateout("v8") _, lateout("v9") _, lateout("v10") _, lateout("v11") _,
            lateout("v12") _, lateout("v13") _, lateout("v14") _, lateout("v15") _,
            clobber_abi("C"),
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
        svc!(
            inlateout("x8") number => status, lateout("x0") r0, lateout("x1") r1,
            lateout("x20") _, lateout("x21") _, lateout("x22") _, lateout("x23") _, lateout("x24") _,
            lateout("x25") _,
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
        svc!(
            inlateout("x8") number => status,
            inlateout("x0") a0 => r0, inlateout("x1") a1 => r1,
            lateout("x20") _, lateout("x21") _, lateout("x22") _, lateout("x23") _, lateout("x24") _,
            lateout("x25") _,
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
        svc!(
            inlateout("x8") number => status,
            inlateout("x0") a0 => r0, inlateout("x1") a1 => r1, inlateout("x20") a2 => r2,
            inlateout("x21") a3 => r3, inlateout("x22") a4 => r4, inlateout("x23") a5 => _,
            lateout("x24") _, lateout("x25") _,
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
        svc!(
            inlateout("x8") number => status,
            inlateout("x0") a0 | a8 << 32 => r0, inlateout("x1") a1 => r1, inlateout("x20") a2 => r2,
            inlateout("x21") a3 => r3, inlateout("x22") a4 => r4, inlateout("x23") a5 => r5,
            inlateout("x24") a6 => r6, inlateout("x25") a7 => r7,
        );
    }
    (status, [r0, r1, r2, r3, r4, r5, r6, r7])
}

/// Stops the program by an undefined instruction, which its fault handler reports.
#[inline]
pub fn stop() -> ! {
    // SAFETY: 1. `udf` raises an exception and is never passed.
    unsafe { asm!("udf #0", options(noreturn, nomem, nostack)) }
}

/// See [`relax`](crate::relax). The compiler takes ISB for it, which is a delay where YIELD is none; an emulator knows YIELD only.
#[inline(always)]
pub(crate) fn relax() {
    core::hint::spin_loop();
    // SAFETY: 1. the instruction is a hint.
    unsafe { asm!("yield", options(nomem, nostack, preserves_flags)) };
}

/// The cycle counter (Arm ARM D13.8). The barrier keeps it from being read early.
#[inline(always)]
pub(crate) fn counter() -> u64 {
    let value;
    // SAFETY: 1. where the kernel does not leave the register open, reading it is a fault of this program.
    unsafe {
        asm!("isb", "mrs {}, pmccntr_el0", out(reg) value, options(nostack, preserves_flags));
    }
    value
}

/// Whether it may be read: PMUSERENR_EL0 says so to programs, too.
pub(crate) fn counter_rate() -> CounterRate {
    const READ_CYCLES: u64 = 1 << 2;
    let access: u64;
    // SAFETY: 1. the register is readable wherever the counter is, else this is a fault of this program.
    unsafe {
        asm!("mrs {}, pmuserenr_el0", out(reg) access, options(nomem, nostack, preserves_flags));
    }
    if access & READ_CYCLES == 0 {
        return CounterRate::Absent;
    }
    CounterRate::Processor
}

/// See `measure`.
#[inline(always)]
pub(crate) fn mark_begin(figure: u64) {
    // SAFETY: 1. the instruction writes the zero register.
    unsafe { asm!("movz xzr, #0x5745", in("x0") figure, options(nostack, preserves_flags)) };
}

/// See `measure`.
#[inline(always)]
pub(crate) fn mark_end(figure: u64) {
    // SAFETY: 1. the instruction writes the zero register.
    unsafe { asm!("movz xzr, #0x5746", in("x0") figure, options(nostack, preserves_flags)) };
}

/// See `measure`.
#[inline(always)]
pub(crate) fn use_vectors() {
    // SAFETY: 1. the instruction (MOVI V0.2D, all ones) changes a register that is named as lost; without the right to use
    // it, it is a fault of this program.
    unsafe {
        asm!(".inst 0x6f07e7e0", out("v0") _, options(nomem, nostack, preserves_flags));
    }
}

/// Words that are moved in a row of the loop of [`move_words`].
const ROW: usize = 16;

/// Moves words, from the first on: whole rows by pairs of registers, of which each half is one access (Arm ARM B2.2.1), then the
/// rest one by one.
///
/// # Safety
/// By accesses of whole words in any order, whoever uses them meanwhile,
/// 1. `count` words from `from` on may be read,
/// 2. `count` words from `to` on may be written.
#[inline]
pub(crate) unsafe fn move_words(from: *const u64, to: *mut u64, count: usize) {
    let (rows, rest) = (count / ROW, count % ROW);
    let (mut from, mut to) = (from, to);
    if rows != 0 {
        // SAFETY: 1. and 2. as the caller promises, of `rows` rows, which are no more than `count` words; the registers and flags
        // that change are named.
        unsafe {
            asm!(
                "2:",
                "ldp {a}, {b}, [{from}], #128",
                "ldp {c}, {d}, [{from}, #-112]",
                "ldp {e}, {f}, [{from}, #-96]",
                "ldp {g}, {h}, [{from}, #-80]",
                "stp {a}, {b}, [{to}], #128",
                "stp {c}, {d}, [{to}, #-112]",
                "stp {e}, {f}, [{to}, #-96]",
                "stp {g}, {h}, [{to}, #-80]",
                "ldp {a}, {b}, [{from}, #-64]",
                "ldp {c}, {d}, [{from}, #-48]",
                "ldp {e}, {f}, [{from}, #-32]",
                "ldp {g}, {h}, [{from}, #-16]",
                "stp {a}, {b}, [{to}, #-64]",
                "stp {c}, {d}, [{to}, #-48]",
                "stp {e}, {f}, [{to}, #-32]",
                "stp {g}, {h}, [{to}, #-16]",
                "subs {rows}, {rows}, #1",
                "b.ne 2b",
                from = inout(reg) from, to = inout(reg) to, rows = inout(reg) rows => _,
                a = out(reg) _, b = out(reg) _, c = out(reg) _, d = out(reg) _,
                e = out(reg) _, f = out(reg) _, g = out(reg) _, h = out(reg) _,
                options(nostack),
            );
        }
    }
    for index in 0..rest {
        // SAFETY: 1. as the caller promises, of the words behind the rows.
        let word = unsafe { from.wrapping_add(index).read_volatile() };
        // SAFETY: 2. as the caller promises, of the words behind the rows.
        unsafe { to.wrapping_add(index).write_volatile(word) };
    }
}

unsafe extern "C" {
    /// Made by the entry-point macros of `libipc`.
    fn weft_entry(argument: u64) -> !;
}

/// Where the kernel or the process server starts a program, with the argument in x0.
///
/// # Safety
/// Only to be jumped to once, with sp at the end of the program's stack, 16-byte aligned.
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn _start() -> ! {
    naked_asm!("mov x29, #0", "mov x30, #0", "b {entry}", entry = sym weft_entry)
}
