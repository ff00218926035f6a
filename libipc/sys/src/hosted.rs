//! No trap: what a host that runs unit tests gets in place of a kernel.
//!
//! Every call is refused, so that a test that reaches the kernel by mistake fails with a clear error instead
//! of making some other kernel's system call of the same number.

use weft_abi::Refusal;

use crate::measure::CounterRate;

const STATUS: u64 = Refusal::Unsupported as u64;

/// Refuses.
pub(crate) fn trap_bare(_number: u64) -> (u64, [u64; 2]) {
    (STATUS, [0; 2])
}

/// Refuses.
pub(crate) fn trap_short(_number: u64, _arguments: [u64; 2]) -> (u64, [u64; 2]) {
    (STATUS, [0; 2])
}

/// Refuses.
pub(crate) fn trap(_number: u64, _arguments: [u64; 6]) -> (u64, [u64; 5]) {
    (STATUS, [0; 5])
}

/// Refuses.
pub(crate) fn trap_message(_number: u64, _arguments: [u64; 9]) -> (u64, [u64; 8]) {
    (STATUS, [0; 8])
}

/// Ends the test with a panic.
pub fn stop() -> ! {
    panic!("the program stopped itself")
}

/// See [`relax`](crate::relax).
pub(crate) fn relax() {
    core::hint::spin_loop();
}

/// Stands still.
pub(crate) fn counter() -> u64 {
    0
}

/// There is no counter.
pub(crate) fn counter_rate() -> CounterRate {
    CounterRate::Absent
}

/// Nobody looks on.
pub(crate) fn mark_begin(_figure: u64) {}

/// Nobody looks on.
pub(crate) fn mark_end(_figure: u64) {}

/// A host's programs always have vector registers.
pub(crate) const fn use_vectors() {}

/// Moves words one by one.
///
/// # Safety
/// By accesses of whole words in any order, whoever uses them meanwhile,
/// 1. `count` words from `from` on may be read,
/// 2. `count` words from `to` on may be written.
pub(crate) unsafe fn move_words(from: *const u64, to: *mut u64, count: usize) {
    for index in 0..count {
        // SAFETY: 1. as the caller promises.
        let word = unsafe { from.wrapping_add(index).read_volatile() };
        // SAFETY: 2. as the caller promises.
        unsafe { to.wrapping_add(index).write_volatile(word) };
    }
}
