//! Calls of the firmware: PSCI (Arm DEN 0022 §5) by the calling convention of Arm DEN 0028.

use core::arch::asm;

use crate::board::Conduit;

/// Ends the machine.
pub(crate) const SYSTEM_OFF: u64 = 0x8400_0008;
/// Starts a core: its affinity, the physical address of its first instruction, and a word for it.
pub(crate) const CPU_ON: u64 = 0xc400_0003;
/// What it answers if it knows no such call.
const NOT_SUPPORTED: i64 = -1;

/// Asks the firmware; less than 0 is a refusal.
pub(crate) fn call(conduit: Option<Conduit>, function: u64, arguments: [u64; 3]) -> i64 {
    let [first, second, third] = arguments;
    let mut answer = function;
    match conduit {
        // SAFETY:
        // 1. firmware ends the machine or starts a core of the kernel's own; it keeps the calling convention.
        Some(Conduit::Hypervisor) => unsafe {
            asm!(
                "hvc #0", inlateout("x0") answer, in("x1") first, in("x2") second, in("x3") third,
                clobber_abi("C"), options(nostack),
            );
        },
        // SAFETY:
        // 1. firmware ends the machine or starts a core of the kernel's own; it keeps the calling convention.
        Some(Conduit::SecureMonitor) => unsafe {
            asm!(
                "smc #0", inlateout("x0") answer, in("x1") first, in("x2") second, in("x3") third,
                clobber_abi("C"), options(nostack),
            );
        },
        None => return NOT_SUPPORTED,
    }
    answer.cast_signed()
}
