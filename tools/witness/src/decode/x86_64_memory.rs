//! Which instructions of x86_64 access memory whenever they retire.
//!
//! Only what is certain is said: an execution of such an instruction without an access was a fault. A
//! repeated string instruction may have nothing to do; of vector instructions with VEX or EVEX encodings
//! nothing is said, and those that fault count as retired.

use super::x86_64_parts::{Map, Parts, Prefix};
use crate::class::Memory;

/// Says whether an instruction is one of these.
pub(super) fn memory(parts: &Parts) -> Memory {
    let certain = match parts.map {
        Map::One => one(parts),
        Map::Two => parts.is_memory() && two(parts.opcode),
        Map::Three38 => false,
    };
    if certain {
        Memory::Always
    } else {
        Memory::Unknown
    }
}

fn one(parts: &Parts) -> bool {
    let repeated = matches!(parts.prefix, Prefix::Rep | Prefix::Repne);
    match parts.opcode {
        // push, pop, pushf, popf, ret, leave, call, and moves from and to absolute addresses.
        0x50..=0x5f | 0x68 | 0x6a | 0x9c | 0x9d => true,
        0xc2 | 0xc3 | 0xc9 | 0xe8 | 0xa0..=0xa3 => true,
        0xa4..=0xa7 | 0xaa..=0xaf => !repeated,
        // call and push, of a register or of memory.
        0xff if matches!(parts.field(), Some(2 | 6)) => true,
        opcode => parts.is_memory() && one_with_modrm(opcode),
    }
}

/// Opcodes of one byte whose operand in memory is accessed.
fn one_with_modrm(opcode: u8) -> bool {
    match opcode {
        // add, or, adc, sbb, and, sub, xor, cmp
        0x00..=0x3f => opcode & 7 < 4,
        // movsxd, imul, the same with immediates, test, xchg, mov
        0x63 | 0x69 | 0x6b | 0x80 | 0x81 | 0x83..=0x8b => true,
        // pop, shifts, mov of immediates, groups 3 to 5
        0x8f | 0xc0 | 0xc1 | 0xc6 | 0xc7 | 0xd0..=0xd3 | 0xf6 | 0xf7 | 0xfe | 0xff => true,
        _ => false,
    }
}

/// Opcodes after `0f` whose operand in memory is accessed.
fn two(opcode: u8) -> bool {
    match opcode {
        // moves of vectors, ucomis, comis
        0x10..=0x17 | 0x28 | 0x29 | 0x2e | 0x2f | 0x6e | 0x6f | 0x7e | 0x7f | 0xd6 | 0xe7 => true,
        // cmov, setcc, imul
        0x40..=0x4f | 0x90..=0x9f | 0xaf => true,
        // bt, bts, btr, btc, shld, shrd, cmpxchg, movzx, movsx, xadd
        0xa3..=0xa5 | 0xab..=0xad | 0xb0 | 0xb1 | 0xb3 | 0xb6 | 0xb7 | 0xba | 0xbb => true,
        0xbe | 0xbf | 0xc0 | 0xc1 | 0xc3 => true,
        _ => false,
    }
}
