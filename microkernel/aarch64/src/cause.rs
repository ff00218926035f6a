//! What an exception of user mode means (Arm ARM D24.2.40, ESR_EL1).

use weft_abi::FaultKind;

/// The exception class of a system call; `trap.S` knows it too.
pub const SYSTEM_CALL: u64 = 0x15;

pub(crate) const UNKNOWN: u64 = 0x00;
/// The exception class of vector and floating-point instructions that are trapped; `vectors.S` knows it too.
pub const FLOATING_POINT: u64 = 0x07;
const ILLEGAL_STATE: u64 = 0x0e;
pub(crate) const SYSTEM_REGISTER: u64 = 0x18;
const SVE: u64 = 0x19;
const SME: u64 = 0x1d;
const FETCH: u64 = 0x20;
const MISALIGNED_IP: u64 = 0x22;
const DATA: u64 = 0x24;
const BREAKPOINT: u64 = 0x30;
const STEP: u64 = 0x32;
const WATCHPOINT: u64 = 0x34;
const BRK: u64 = 0x3c;

/// What it is, and the address concerned: `far` where it holds one, else 0.
pub const fn fault(syndrome: u64, far: u64) -> (FaultKind, u64) {
    const WRITE: u64 = 1 << 6;
    match class(syndrome) {
        UNKNOWN | FLOATING_POINT | SVE | SME | ILLEGAL_STATE => (FaultKind::Undefined, 0),
        SYSTEM_REGISTER => (FaultKind::Privileged, 0),
        FETCH | MISALIGNED_IP => (FaultKind::Execute, far),
        DATA if syndrome & WRITE != 0 => (FaultKind::Write, far),
        DATA => (FaultKind::Read, far),
        BREAKPOINT | STEP | WATCHPOINT | BRK => (FaultKind::Breakpoint, 0),
        _ => (FaultKind::Other, 0),
    }
}

/// The exception class.
pub const fn class(syndrome: u64) -> u64 {
    syndrome >> 26 & 0x3f
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loads_stores_and_fetches_are_told_apart() {
        assert_eq!(fault(DATA << 26 | 0x07, 16), (FaultKind::Read, 16));
        assert_eq!(fault(DATA << 26 | 0x47, 16), (FaultKind::Write, 16));
        assert_eq!(fault(FETCH << 26 | 0x0f, 16), (FaultKind::Execute, 16));
    }

    #[test]
    fn floating_point_without_the_right_is_an_undefined_instruction() {
        assert_eq!(fault(FLOATING_POINT << 26, 16), (FaultKind::Undefined, 0));
        assert_eq!(fault(0, 16), (FaultKind::Undefined, 0));
    }

    #[test]
    fn system_registers_are_privileged_and_unknown_classes_other() {
        assert_eq!(fault(SYSTEM_REGISTER << 26, 0).0, FaultKind::Privileged);
        assert_eq!(fault(0x3f << 26, 0).0, FaultKind::Other);
    }
}
