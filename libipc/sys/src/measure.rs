//! Measuring: the finest counter that user mode can read, and marks that an onlooker outside the machine sees.
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

use crate::arch;

/// What the counter of [`counter`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CounterRate {
    /// With each of the processor's own ticks; where an emulator gives each instruction one tick, with each instruction.
    Processor,
    /// Programs cannot read one.
    Absent,
}

/// The counter's value.
#[inline(always)]
pub fn counter() -> u64 {
    arch::counter()
}

/// What it counts.
pub fn counter_rate() -> CounterRate {
    arch::counter_rate()
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
