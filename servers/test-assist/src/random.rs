//! Random system calls: numbers and arguments from a seed.
//!
//! A number is mostly one that exists or nearly so, sometimes anything; an argument is a slot, a small
//! number, an address or anything. The thread keeps its state on its stack, which none of its capabilities can
//! reach; what it cannot survive is its own end, and then its supervisor starts it anew with another seed.

use core::arch::asm;

/// Slots that the supervisor fills, and some that stay empty.
const SLOTS: u64 = 28;
/// Numbers of system calls, and some behind them.
const NUMBERS: u64 = 81;

/// Where a thread begins that makes random system calls.
pub(crate) fn entry() -> u64 {
    let entry: extern "C" fn(u64, u64) -> ! = random;
    (entry as *const ()).addr() as u64
}

/// A generator of numbers: xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift
/// generators, scrambled", 2016).
struct Generator(u64);

impl Generator {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Below `bound`.
    fn below(&mut self, bound: u64) -> u64 {
        (self.next() >> 32) % bound
    }

    fn number(&mut self) -> u64 {
        match self.below(32) {
            0 => self.next(),
            _ => self.below(NUMBERS),
        }
    }

    fn argument(&mut self) -> u64 {
        match self.below(8) {
            0..=3 => self.below(SLOTS),
            4 => self.below(64),
            5 => 0x3000_0000 + (self.below(64) << 12),
            6 => 1 << self.below(64),
            _ => self.next(),
        }
    }
}

/// Makes `count` system calls, then stops by an undefined instruction.
extern "C" fn random(seed: u64, count: u64) -> ! {
    let mut generator = Generator(seed | 1);
    for _ in 0..count {
        let number = generator.number();
        let arguments = core::array::from_fn(|_| generator.argument());
        call(number, arguments);
    }
    // SAFETY:
    // 1. the instruction raises an exception and is never passed.
    unsafe { asm!("ud2", options(noreturn, nomem, nostack)) }
}

/// Makes a system call and forgets what it returned.
fn call(number: u64, arguments: [u64; 9]) {
    let [a0, a1, a2, a3, a4, a5, a6, a7, a8] = arguments;
    // SAFETY:
    // 1. no capability of this thread reaches memory that Rust uses here: its stack and this program's pages
    //    are mapped through capabilities of others.
    // 2. every register that the kernel destroys is an operand, a clobber or pushed; the stack is balanced.
    unsafe {
        asm!(
            "push rbx", "push rbp", "syscall", "pop rbp", "pop rbx",
            inlateout("rax") number => _,
            inlateout("rdi") a0 => _, inlateout("rsi") a1 => _, inlateout("rdx") a2 => _,
            inlateout("r10") a3 => _, inlateout("r8") a4 => _, inlateout("r9") a5 => _,
            inlateout("r12") a6 => _, inlateout("r13") a7 => _, inlateout("r14") a8 => _,
            lateout("r15") _,
            clobber_abi("sysv64"),
        );
    }
}
