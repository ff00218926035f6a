//! Random system calls, in a thread of its own.
//!
//! The thread keeps its state on its stack, which none of its capabilities can
//! reach; what it cannot survive is its own end, and then its supervisor starts it anew with another seed.

use core::arch::asm;

use test_script::Progress;
use test_script::random::Generator;

/// Where a thread begins that makes random system calls.
pub(crate) fn entry() -> u64 {
    let entry: extern "C" fn(u64, u64) -> ! = random;
    (entry as *const ()).addr() as u64
}

/// Makes system calls, tells its progress in a record at an address, and stops by an undefined instruction.
extern "C" fn random(seed: u64, record: u64) -> ! {
    let record = core::ptr::with_exposed_provenance_mut::<Progress>(record as usize);
    let mut generator = Generator::new(seed);
    // SAFETY:
    // 1. the supervisor mapped a record there before it started this thread, and no reference to it exists.
    let mut progress = unsafe { record.read_volatile() };
    while progress.made < progress.wanted {
        let (number, arguments) = generator.call();
        progress.made += 1;
        // SAFETY:
        // 1. as above; the record is writable.
        unsafe { record.write_volatile(progress) };
        if weft_sys::any(number, arguments) == 0 {
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
