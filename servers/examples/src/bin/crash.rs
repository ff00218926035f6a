//! `crash KIND [LINES]`: does one thing that a program must not do, to see that it is stopped, that it is told why,
//! and that everything else goes on; if wanted, in the middle of its output, with so many lines before it. `loop`
//! does nothing wrong; it never ends by itself.
//!
//! All of it is written as instructions, because Rust would be free to leave out what is undefined.

#![no_std]
#![no_main]
#![allow(unsafe_code, reason = "its purpose is to do what the hardware refuses")]

use core::arch::asm;
use core::fmt::Write;
use core::hint::{black_box, spin_loop};

use examples::{Terminal, count};
use libipc::{ExitCode, Startup};

/// The exit status for arguments that make no sense, as shells have it.
const USAGE: ExitCode = ExitCode(2);

/// The first address of the kernel's half of the address space that any kernel uses.
const KERNEL: u64 = 0xffff_ffff_8000_0000;

/// What can be done wrong, by the name of its kind.
const KINDS: [(&str, fn()); 9] = [
    ("null", || read(0)),
    ("divide", divide),
    ("execute-data", || jump(&raw const DATA as u64)),
    ("stack", || recurse(0)),
    ("loop", spin),
    ("kernel-read", || read(KERNEL)),
    ("kernel-jump", || jump(KERNEL)),
    ("privileged", privileged),
    ("counter", counter),
];

/// Instructions (`ret`) where no instructions may be.
static DATA: [u32; 4] = [RETURN; 4];

#[cfg(target_arch = "x86_64")]
const RETURN: u32 = 0xc3c3_c3c3;
#[cfg(target_arch = "aarch64")]
const RETURN: u32 = 0xd65f_03c0;

#[libipc::main]
fn main(env: Startup) -> ExitCode {
    let mut terminal = Terminal::new(&env);
    let mut args = env.args();
    let wanted = args.next().unwrap_or("");
    let lines = args.next().and_then(|lines| lines.parse().ok());
    // Whoever does not get the lines sees how far they came.
    let _ = count(&mut terminal, lines.unwrap_or(0));
    if let Some((_, act)) = KINDS.iter().find(|(kind, _)| *kind == wanted) {
        act();
        // Whoever does not see this line knows as much.
        let _ = writeln!(terminal, "{wanted}: nothing happened");
        return ExitCode::FAILURE;
    }
    let _ = write!(terminal, "usage: crash KIND [LINES], with one of");
    for (kind, _) in KINDS {
        let _ = write!(terminal, " {kind}");
    }
    let _ = writeln!(terminal);
    USAGE
}

fn read(address: u64) {
    // SAFETY:
    // 1. the instruction only reads; if it is not refused, nothing has changed but the register.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        asm!("mov {0}, [{0}]", inout(reg) address => _, options(nostack, readonly));
        #[cfg(target_arch = "aarch64")]
        asm!("ldr {0}, [{0}]", inout(reg) address => _, options(nostack, readonly));
    }
}

fn jump(address: u64) {
    // SAFETY:
    // 1. the program is to be stopped at the target; a `ret` there comes back with nothing changed.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        asm!("call {0}", in(reg) address, clobber_abi("C"));
        #[cfg(target_arch = "aarch64")]
        asm!("blr {0}", in(reg) address, clobber_abi("C"));
    }
}

/// Of the two processors one refuses it; the other's quotient is 0.
fn divide() {
    // SAFETY:
    // 1. division by zero changes nothing but the registers named here.
    unsafe {
        #[cfg(target_arch = "aarch64")]
        asm!("udiv {0}, {0}, xzr", inout(reg) 1_u64 => _, options(nomem, nostack));
        #[cfg(target_arch = "x86_64")]
        asm!("div {0}", in(reg) 0_u64, inout("rax") 1_u64 => _, inout("rdx") 0_u64 => _);
    }
}

fn privileged() {
    // SAFETY:
    // 1. user mode must neither stop the processor nor mask interrupts; if it may, the program goes on.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        asm!("hlt", options(nomem, nostack));
        #[cfg(target_arch = "aarch64")]
        asm!("msr daifset, #2", options(nomem, nostack));
    }
}

/// Reads a counter of the processor.
fn counter() {
    // SAFETY:
    // 1. the instruction only reads; if it is not refused, nothing has changed but registers.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        asm!("rdtsc", out("eax") _, out("edx") _, options(nomem, nostack));
        #[cfg(target_arch = "aarch64")]
        asm!("mrs {}, cntvct_el0", out(reg) _, options(nomem, nostack));
    }
}

fn recurse(depth: u64) {
    let page = black_box([depth; 64]);
    if black_box(true) {
        recurse(depth.wrapping_add(1));
    }
    black_box(page);
}

fn spin() {
    while black_box(true) {
        spin_loop();
    }
}
