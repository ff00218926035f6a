//! Measuring: the finest counter that a program can read that was granted it (`counters = true` in the manifest), and marks
//! that an onlooker outside the machine sees.
//!
//! A mark is an instruction that does nothing and that no compiler makes; the figure's number is in the first
//! register that the architecture has for it. An emulator's plugin that meets one counts from there to the
//! other, so that what a program says of itself has a witness. The numbers are odd on purpose: the bytes
//! `FE WT` and 1 or 2.
//!
//! | | begin | end | figure |
//! |---|---|---|---|
//! | x86_64 | `0f 1f 84 00 01 46 45 57` | `0f 1f 84 00 02 46 45 57` (a NOP of 8 bytes, SDM 2B, NOP) | rax |
//! | aarch64 | `movz xzr, #0x5745` | `movz xzr, #0x5746` | x0 |

use core::sync::atomic::{AtomicBool, Ordering};

use weft_abi::startup::Granted;

use crate::{arch, clock_ns};

/// What the counter of [`counter`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CounterRate {
    /// With each of the processor's own ticks; where an emulator gives each instruction one tick, with each instruction.
    Processor,
    /// The processor has none that programs can read.
    Absent,
}

/// Whether this program may read the counter.
static MAY_READ: AtomicBool = AtomicBool::new(false);

/// Notes what the program was given. Called once, before its `main`, with what its start-up page says.
pub fn begin_with(granted: Granted) {
    MAY_READ.store(granted.contains(Granted::COUNTERS), Ordering::Relaxed);
}

/// The counter's value. A fault of a program that [may not](may_read) read it.
#[inline(always)]
pub fn counter() -> u64 {
    arch::counter()
}

/// Whether this program may read the counter, where the processor has one.
#[inline]
pub fn may_read() -> bool {
    MAY_READ.load(Ordering::Relaxed)
}

/// What it counts, for a program that [may read](may_read) it.
pub fn counter_rate() -> CounterRate {
    arch::counter_rate()
}

/// The counter's value for a program that may read it, else nanoseconds since boot, by a system call.
pub fn ticks() -> u64 {
    if may_read() { counter() } else { clock_ns() }
}

/// Marks the beginning of the stretch that a figure is about.
#[inline(always)]
pub fn mark_begin(figure: u64) {
    arch::mark_begin(figure);
}

/// Begins a marked run as a sample begins: with the counter.
#[inline(always)]
pub fn begin(figure: u64) {
    mark_begin(figure);
    let _ = counter();
}

/// Ends one likewise.
#[inline(always)]
pub fn end(figure: u64) {
    let _ = counter();
    mark_end(figure);
}

/// Takes back the beginning that was marked last, if its stretch has not ended: for a loop that marks in every turn and
/// is left when somebody else has marked the end.
#[inline(always)]
pub fn mark_none() {
    arch::mark_begin(0);
}

/// Marks its end.
#[inline(always)]
pub fn mark_end(figure: u64) {
    arch::mark_end(figure);
}

/// Uses a vector register, which is a fault of a thread that may not.
#[inline(always)]
pub fn use_vectors() {
    arch::use_vectors();
}
