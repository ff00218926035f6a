//! Random system calls: numbers and arguments from a seed.
//!
//! A number is mostly one that exists or nearly so, sometimes anything; an argument is a slot, a small
//! number, an address or anything. As hardly any such call would be accepted, every second one gets a
//! capability of the kind that it needs, and further arguments that make sense for some numbers. The thread keeps its state on its stack, which none of its capabilities can
//! reach; what it cannot survive is its own end, and then its supervisor starts it anew with another seed.

use core::arch::asm;

use test_script::Progress;

/// Slots that the supervisor fills, and some that stay empty.
const SLOTS: u64 = 28;
/// Numbers of system calls, and some behind them.
const NUMBERS: u64 = 81;
/// The slot for an interrupt's handler.
const HANDLER: u64 = 24;

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

    fn either(&mut self, two: [u64; 2]) -> u64 {
        two[self.below(2) as usize]
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

/// Two slots whose capabilities are of the kind that a system call is for; the supervisor fills them so.
fn suitable(number: u64) -> Option<[u64; 2]> {
    Some(match number {
        1 | 2 | 3 | 5 => [2, 3],
        4 => [6, 7],
        6..=8 => [4, 5],
        16 | 17 => [1, 1],
        20..=26 => [10, 16],
        30..=37 => [8, 17],
        40 | 43 => [20, 20],
        41 | 42 => [9, 18],
        44 | 46 => [13, 19],
        45 | 47 => [11, 12],
        50 | 51 => [21, 21],
        52 | 53 => [HANDLER, HANDLER],
        56 | 57 => [22, 22],
        61 => [23, 23],
        _ => return None,
    })
}

/// The arguments of a call.
fn arguments(generator: &mut Generator, number: u64) -> [u64; 9] {
    let mut all = core::array::from_fn(|_| generator.argument());
    let Some(slots) = suitable(number).filter(|_| generator.below(2) == 0) else {
        return all;
    };
    all[0] = generator.either(slots);
    match number {
        16 => {
            all[1] = 1 + generator.below(10);
            all[2] = 2 + generator.below(12);
            all[3] = generator.either([10, 16]);
            all[5] = 1 + generator.below(3);
        }
        30 => {
            all[1] = generator.either([10, 16]);
            all[2] = generator.either([13, 19]);
            all[3] = generator.either([0, 2]);
        }
        40 => {
            all[1] = generator.either([9, 18]);
            all[2] = generator.below(32);
            all[3] = 10_000 + generator.below(1 << 20);
            all[4] = all[3] + generator.below(1 << 20);
        }
        50 => [all[1], all[2], all[3], all[4]] = [generator.below(24), 0, 16, HANDLER],
        51 => [all[1], all[2]] = [16, HANDLER],
        52 => all[1] = generator.either([4, 5]),
        _ => {}
    }
    all
}

/// Makes system calls, tells its progress in a record at an address, and stops by an undefined instruction.
extern "C" fn random(seed: u64, record: u64) -> ! {
    let record = core::ptr::with_exposed_provenance_mut::<Progress>(record as usize);
    let mut generator = Generator(seed | 1);
    // SAFETY:
    // 1. the supervisor mapped a record there before it started this thread, and no reference to it exists.
    let mut progress = unsafe { record.read_volatile() };
    while progress.made < progress.wanted {
        let number = generator.number();
        let arguments = arguments(&mut generator, number);
        progress.made += 1;
        // SAFETY:
        // 1. as above; the record is writable.
        unsafe { record.write_volatile(progress) };
        if call(number, arguments) == 0 {
            progress.accepted += 1;
            progress.numbers |= 1_u64.checked_shl(number as u32).unwrap_or(0);
        }
    }
    // SAFETY:
    // 1. as above; the record is writable.
    unsafe { record.write_volatile(progress) };
    // SAFETY:
    // 1. the instruction raises an exception and is never passed.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        asm!("ud2", options(noreturn, nomem, nostack));
        #[cfg(target_arch = "aarch64")]
        asm!("udf #0", options(noreturn, nomem, nostack));
    }
}

/// Makes a system call; returns its status, which is the number itself if a fault was passed over.
fn call(number: u64, arguments: [u64; 9]) -> u64 {
    let [a0, a1, a2, a3, a4, a5, a6, a7, a8] = arguments;
    let status;
    // SAFETY:
    // 1. no capability of this thread reaches memory that Rust uses here: its stack and this program's pages
    //    are mapped through capabilities of others.
    // 2. every register that the kernel destroys is an operand, a clobber or pushed; the stack is balanced.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        asm!(
            "stp x19, x29, [sp, #-16]!", "svc #0", "ldp x19, x29, [sp], #16",
            inlateout("x8") number => status,
            inlateout("x0") a0 & 0xffff_ffff | a8 << 32 => _, inlateout("x1") a1 => _,
            inlateout("x20") a2 => _, inlateout("x21") a3 => _, inlateout("x22") a4 => _,
            inlateout("x23") a5 => _, inlateout("x24") a6 => _, inlateout("x25") a7 => _,
            lateout("x26") _, lateout("x27") _, lateout("x28") _,
            clobber_abi("C"),
        );
    }
    // SAFETY:
    // 1. and 2. as above.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        asm!(
            "push rbx", "push rbp", "syscall", "pop rbp", "pop rbx",
            inlateout("rax") number => status,
            inlateout("rdi") a0 & 0xffff_ffff | a8 << 32 => _, inlateout("rsi") a1 => _, inlateout("r12") a2 => _,
            inlateout("r13") a3 => _, inlateout("r14") a4 => _, inlateout("r15") a5 => _,
            inlateout("r8") a6 => _, inlateout("r9") a7 => _,
            clobber_abi("sysv64"),
        );
    }
    status
}
