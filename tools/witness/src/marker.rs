//! The instructions by which a guest marks a stretch: they do nothing, on any processor.
//!
//! No compiler emits them, and the translator shows them byte for byte. The number of the stretch is
//! in a register rather than in the instruction, so that one piece of code can mark many stretches.
//!
//! | | x86_64 | aarch64 |
//! |---|---|---|
//! | begin | `0f 1f 84 00 01 46 45 57`: `nop dword [rax+rax+0x57454601]` | `movz xzr, #0x5745`: `bf e8 8a d2` |
//! | end | `0f 1f 84 00 02 46 45 57`: `nop dword [rax+rax+0x57454602]` | `movz xzr, #0x5746`: `df e8 8a d2` |
//! | number in | `rax` | `x0` |
//!
//! An end with the number 0 ends whatever stretch is open on its core, for the side of an operation that
//! does not know who measures it. A begin of the open stretch begins it anew, and one with the number 0 takes it back,
//! for what waits for an event that it does not know the moment of. Hints (`hint #n`) were not taken on aarch64, because later
//! architectures give them meanings.

/// What a marker says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// The stretch begins with the next instruction.
    Begin,
    /// The stretch ended with the instruction before.
    End,
}

/// The begin marker on x86_64 (Intel SDM 2B, NOP).
pub const X86_64_BEGIN: [u8; 8] = [0x0f, 0x1f, 0x84, 0x00, 0x01, 0x46, 0x45, 0x57];
/// The end marker on x86_64.
pub const X86_64_END: [u8; 8] = [0x0f, 0x1f, 0x84, 0x00, 0x02, 0x46, 0x45, 0x57];
/// The begin marker on aarch64 (Arm ARM C6.2, MOVZ to register 31).
pub const AARCH64_BEGIN: u32 = 0xd28a_e8bf;
/// The end marker on aarch64.
pub const AARCH64_END: u32 = 0xd28a_e8df;

/// The number by which an end marker ends any stretch, and a begin marker takes back the open one.
pub const ANY: u64 = 0;

/// Says whether an instruction of x86_64 is a marker.
pub fn x86_64(bytes: &[u8]) -> Option<Marker> {
    match bytes {
        bytes if bytes == X86_64_BEGIN => Some(Marker::Begin),
        bytes if bytes == X86_64_END => Some(Marker::End),
        _ => None,
    }
}

/// Says whether an instruction of aarch64 is a marker.
pub fn aarch64(word: u32) -> Option<Marker> {
    match word {
        AARCH64_BEGIN => Some(Marker::Begin),
        AARCH64_END => Some(Marker::End),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_no_marker() {
        assert_eq!(x86_64(&[0x0f, 0x1f, 0x84, 0x00, 0, 0, 0, 0]), None);
        assert_eq!(x86_64(&X86_64_BEGIN[..7]), None);
        assert_eq!(x86_64(&X86_64_END), Some(Marker::End));
    }

    #[test]
    fn markers_of_aarch64_move_to_the_zero_register() {
        for (word, marker) in [(AARCH64_BEGIN, Marker::Begin), (AARCH64_END, Marker::End)] {
            assert_eq!(word & 0xffe0_001f, 0xd280_001f);
            assert_eq!(aarch64(word), Some(marker));
        }
        assert_eq!(aarch64(0xd280_001f), None);
    }
}
