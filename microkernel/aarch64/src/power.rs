//! The end: a code by semihosting where a debugger or QEMU listens, else PSCI, else a halt.

use core::arch::asm;
use core::sync::atomic::{AtomicBool, Ordering};

use crate::board::Conduit;

/// Arm Semihosting for AArch32 and AArch64, SYS_EXIT_EXTENDED.
const EXIT: u64 = 0x20;
/// ADP_Stopped_ApplicationExit.
const APPLICATION_EXIT: u64 = 0x2_0026;
/// Arm DEN 0022 §5.10.
const SYSTEM_OFF: u64 = 0x8400_0008;

static ENDING: AtomicBool = AtomicBool::new(false);

/// Whether the end was begun: where nobody listens to semihosting its instruction is an exception.
pub(crate) fn is_ending() -> bool {
    ENDING.load(Ordering::Acquire)
}

/// Ends the machine.
pub(crate) fn off(code: u8, conduit: Option<Conduit>) -> ! {
    if !ENDING.swap(true, Ordering::AcqRel) {
        let block = [APPLICATION_EXIT, u64::from(code)];
        // SAFETY:
        // 1. reads the two words of the block, or raises an exception that comes back to `off`.
        unsafe { asm!("hlt #0xf000", in("x0") EXIT, in("x1") &raw const block, options(nostack)) };
    }
    call_firmware(conduit);
    loop {
        // SAFETY:
        // 1. waits with interrupts masked; nothing is left to do.
        unsafe { asm!("wfi", options(nomem, nostack)) };
    }
}

fn call_firmware(conduit: Option<Conduit>) {
    match conduit {
        // SAFETY:
        // 1. firmware ends the machine; if it comes back it has kept the calling convention.
        Some(Conduit::Hypervisor) => unsafe {
            asm!("hvc #0", in("x0") SYSTEM_OFF, clobber_abi("C"), options(nostack));
        },
        // SAFETY:
        // 1. firmware ends the machine; if it comes back it has kept the calling convention.
        Some(Conduit::SecureMonitor) => unsafe {
            asm!("smc #0", in("x0") SYSTEM_OFF, clobber_abi("C"), options(nostack));
        },
        None => {}
    }
}
