//! Caches that do not follow by themselves: instructions that were written as data, and memory that is also
//! reached past the caches (Arm ARM D7.5).
//!
//! QEMU does without; processors such as the Cortex-A72 do not.

use core::arch::asm;
use core::sync::atomic::AtomicU64;

use weft_abi::cap::CacheMode;
use weft_early::DIRECT_MAP;
use weft_hal::PhysAddr;

use crate::cpu;

/// CTR_EL0: instruction fetches see the data cache.
const FETCH_SEES_DATA: u64 = 1 << 28;
/// CTR_EL0: the instruction cache forgets what was overwritten.
const FETCH_SEES_WRITES: u64 = 1 << 29;

/// Gets memory ready that is about to be mapped for execution, or past the caches. Device memory needs nothing: no cache
/// has it. Takes about four instructions a line.
#[inline(never)]
pub(crate) fn prepare(physical: PhysAddr, bytes: u64, mode: CacheMode) {
    let start = DIRECT_MAP.wrapping_add(physical.0);
    if !is_memory(start) {
        return;
    }
    let end = start + bytes;
    finish();
    if mode == CacheMode::Normal {
        prepare_code(start, end);
    } else {
        each_line(start, end, write_back_and_forget);
        finish();
    }
}

/// Writes what is at a place back, for a reader without caches.
pub(crate) fn write_back(place: &AtomicU64) {
    // SAFETY:
    // 1. the address can be read; no byte of memory changes.
    unsafe { asm!("dc cvac, {}", in(reg) place, options(nostack, preserves_flags)) };
    finish();
}

/// Writes memory of the kernel back, for a reader without caches; they keep nothing of it that could be written later.
pub(crate) fn write_back_all(start: u64, end: u64) {
    finish();
    each_line(start, end, write_back_and_forget);
    finish();
}

fn prepare_code(start: u64, end: u64) {
    let kind = cpu::cache_kind();
    if kind & FETCH_SEES_DATA == 0 {
        each_line(start, end, write_back_for_fetch);
        finish();
    }
    if kind & FETCH_SEES_WRITES == 0 {
        forget_instructions();
    }
    finish();
}

/// A range of steps would count them first, and look twice at each.
#[inline(always)]
fn each_line(start: u64, end: u64, act: impl Fn(u64)) {
    let (mut line, step) = (start, line_bytes());
    while line < end {
        act(line);
        line += step;
    }
}

/// Bytes in the shortest line of any data cache.
fn line_bytes() -> u64 {
    4 << (cpu::cache_kind() >> 16 & 0xf)
}

/// Whether the direct map has memory at an address; it has none for device memory.
fn is_memory(address: u64) -> bool {
    let result: u64;
    // SAFETY:
    // 1. translates without accessing; changes no state but PAR_EL1, which nothing else uses.
    unsafe {
        asm!("at s1e1r, {}", "isb", "mrs {}, par_el1", in(reg) address, lateout(reg) result, options(nostack));
    }
    result & 1 == 0
}

fn write_back_for_fetch(address: u64) {
    // SAFETY:
    // 1. the direct map has the address (`is_memory`); no byte of memory changes.
    unsafe { asm!("dc cvau, {}", in(reg) address, options(nostack, preserves_flags)) };
}

fn write_back_and_forget(address: u64) {
    // SAFETY:
    // 1. the direct map has the address (`is_memory`); no byte of memory changes.
    unsafe { asm!("dc civac, {}", in(reg) address, options(nostack, preserves_flags)) };
}

fn forget_instructions() {
    // SAFETY:
    // 1. what is forgotten is fetched again from memory.
    unsafe { asm!("ic ialluis", options(nostack, preserves_flags)) };
}

/// Waits until everything before is seen by all.
fn finish() {
    // SAFETY:
    // 1. barriers change no state that Rust knows of.
    unsafe { asm!("dsb sy", "isb", options(nostack, preserves_flags)) };
}
