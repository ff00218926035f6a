//! The least program there is: what a new process runs that is only made to be measured.

use core::arch::global_asm;

use libipc::abi::Syscall;
use proto::bench_peer::{SIGNALS, WAITS};

#[cfg(target_arch = "x86_64")]
global_asm!(
    ".pushsection .rodata.bare, \"a\", @progbits",
    ".global bench_bare_begin",
    ".global bench_bare_end",
    "bench_bare_begin:",
    "mov eax, {SIGNAL}",
    "mov edi, {SIGNALS}",
    "syscall",
    "mov eax, {WAIT}",
    "mov edi, {WAITS}",
    "mov rsi, -1",
    "syscall",
    "ud2",
    "bench_bare_end:",
    ".popsection",
    SIGNAL = const Syscall::Signal as u32,
    WAIT = const Syscall::Wait as u32,
    SIGNALS = const SIGNALS,
    WAITS = const WAITS,
);

#[cfg(target_arch = "aarch64")]
global_asm!(
    ".pushsection .rodata.bare, \"a\", @progbits",
    ".global bench_bare_begin",
    ".global bench_bare_end",
    "bench_bare_begin:",
    "mov x8, #{SIGNAL}",
    "mov x0, #{SIGNALS}",
    "svc #0",
    "mov x8, #{WAIT}",
    "mov x0, #{WAITS}",
    "mov x1, #-1",
    "svc #0",
    "udf #0",
    "bench_bare_end:",
    ".popsection",
    SIGNAL = const Syscall::Signal as u32,
    WAIT = const Syscall::Wait as u32,
    SIGNALS = const SIGNALS,
    WAITS = const WAITS,
);

unsafe extern "C" {
    static bench_bare_begin: u8;
    static bench_bare_end: u8;
}

/// Writes it to the start of a page.
pub(crate) fn write(page: u64) {
    let begin = &raw const bench_bare_begin;
    let end = &raw const bench_bare_end;
    let target = core::ptr::with_exposed_provenance_mut::<u8>(page as usize);
    for index in 0..end.addr() - begin.addr() {
        let from = begin.wrapping_add(index);
        // SAFETY:
        // 1. the byte is between the program's first and the one behind its last, in constant memory.
        let byte = unsafe { from.read() };
        // SAFETY:
        // 1. the benchmark mapped a page there, writable, before it asked; no reference to it exists.
        // 2. the program is shorter than a page.
        unsafe { target.wrapping_add(index).write_volatile(byte) };
    }
}
