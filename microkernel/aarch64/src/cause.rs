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
        SYSTEM_REGISTER if reads_counter(syndrome) => (FaultKind::Counter, 0),
        SYSTEM_REGISTER => (FaultKind::Privileged, 0),
        FETCH | MISALIGNED_IP => (FaultKind::Execute, far),
        DATA if syndrome & WRITE != 0 => (FaultKind::Write, far),
        DATA => (FaultKind::Read, far),
        BREAKPOINT | STEP | WATCHPOINT | BRK => (FaultKind::Breakpoint, 0),
        _ => (FaultKind::Other, 0),
    }
}

/// Whether the trapped access to a system register (Arm ARM D24.2.40, ISS of MSR, MRS or System instruction execution) is a
/// read of a counter of time or of the performance unit, or of the former's rate, which the processor closes with it.
const fn reads_counter(syndrome: u64) -> bool {
    const READ: u64 = 1;
    let (op0, op1) = (bits(syndrome, 20, 2), bits(syndrome, 14, 3));
    if syndrome & READ == 0 || op0 != 3 || op1 != 3 {
        return false;
    }
    let (n, m) = (bits(syndrome, 10, 4), bits(syndrome, 1, 4));
    let op2 = bits(syndrome, 17, 3);
    match (n, m, op2) {
        // CNTFRQ_EL0, CNTPCT_EL0, CNTVCT_EL0, CNTPCTSS_EL0, CNTVCTSS_EL0.
        (14, 0, 0 | 1 | 2 | 5 | 6) => true,
        // PMCCNTR_EL0, PMXEVCNTR_EL0, PMEVCNTR0_EL0 to PMEVCNTR30_EL0.
        (9, 13, 0 | 2) | (14, 8..=11, _) => true,
        _ => false,
    }
}

/// So many bits of a word from one on.
const fn bits(word: u64, first: u32, count: u32) -> u64 {
    word >> first & ((1 << count) - 1)
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

    /// The syndrome of `mrs` (1) or `msr` (0) x9 of a register.
    fn access(read: u64, [op0, op1, n, m, op2]: [u64; 5]) -> u64 {
        SYSTEM_REGISTER << 26
            | 1 << 25
            | op0 << 20
            | op2 << 17
            | op1 << 14
            | n << 10
            | 9 << 5
            | m << 1
            | read
    }

    #[test]
    fn reads_of_counters_are_told_from_other_registers_and_from_writes() {
        let counters = [
            [3, 3, 14, 0, 0],  // CNTFRQ_EL0
            [3, 3, 14, 0, 1],  // CNTPCT_EL0
            [3, 3, 14, 0, 2],  // CNTVCT_EL0
            [3, 3, 9, 13, 0],  // PMCCNTR_EL0
            [3, 3, 14, 11, 6], // PMEVCNTR30_EL0
        ];
        for counter in counters {
            assert_eq!(fault(access(1, counter), 16), (FaultKind::Counter, 0));
            assert_eq!(fault(access(0, counter), 16).0, FaultKind::Privileged);
        }
        let others = [
            [3, 3, 14, 2, 1], // CNTP_CTL_EL0
            [3, 3, 4, 2, 1],  // DAIF
            [3, 0, 14, 0, 2],
            [3, 3, 9, 13, 1], // PMXEVTYPER_EL0
        ];
        for other in others {
            assert_eq!(fault(access(1, other), 16).0, FaultKind::Privileged);
        }
    }

    #[test]
    fn system_registers_are_privileged_and_unknown_classes_other() {
        assert_eq!(fault(SYSTEM_REGISTER << 26, 0).0, FaultKind::Privileged);
        assert_eq!(fault(0x3f << 26, 0).0, FaultKind::Other);
    }
}
