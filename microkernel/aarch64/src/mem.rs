//! The functions by which the compiler fills and copies memory (`mem.S`).
//!
//! Its own, those of `compiler_builtins`, are made for processors that check alignment: a word at a time, and single
//! bytes where source and destination are not aligned alike. Pages are cleared by `DC ZVA`, which takes a block instead
//! of a word, where the processor allows it and its blocks have 64 bytes; else by pairs of words.

use core::arch::global_asm;

/// DCZID_EL0 of a processor that allows DC ZVA, with blocks of 2^4 words of 4 bytes (Arm ARM D19.2.37).
const BLOCKS_OF_64: u64 = 4;
/// From how many bytes on blocks are cleared: what one turn of the loop does.
const LEAST: usize = 512;

global_asm!(
    include_str!("mem.S"),
    BLOCKS_OF_64 = const BLOCKS_OF_64,
    LEAST = const LEAST,
);
