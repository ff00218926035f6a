//! The end: a code by semihosting where a debugger or QEMU listens, else PSCI, else a halt.

use core::arch::asm;
use core::sync::atomic::{AtomicU8, Ordering};

use crate::board::Conduit;
use crate::cpu;
use crate::firmware::{self, SYSTEM_OFF};
use crate::smp::PerCore;

/// Arm Semihosting for AArch32 and AArch64, SYS_EXIT_EXTENDED.
const EXIT: u64 = 0x20;
/// ADP_Stopped_ApplicationExit.
const APPLICATION_EXIT: u64 = 0x2_0026;

/// The core that has begun to end the machine, counted from 1.
static ENDING: AtomicU8 = AtomicU8::new(0);

/// Whether this core has begun the end: where nobody listens to semihosting its instruction is an exception.
pub(crate) fn is_ending() -> bool {
    ENDING.load(Ordering::Acquire) == PerCore::current().id().0 + 1
}

/// Ends the machine. Who is not the first core to do so waits for that one, whose code it is.
pub(crate) fn off(code: u8, conduit: Option<Conduit>) -> ! {
    let own = PerCore::current().id().0 + 1;
    match ENDING.compare_exchange(0, own, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => {
            let block = [APPLICATION_EXIT, u64::from(code)];
            // SAFETY:
            // 1. reads the two words of the block, or raises an exception that comes back to `off`.
            unsafe {
                asm!("hlt #0xf000", in("x0") EXIT, in("x1") &raw const block, options(nostack));
            }
        }
        Err(other) if other != own => cpu::park(),
        Err(_) => {}
    }
    firmware::call(conduit, SYSTEM_OFF, [0; 3]);
    cpu::park()
}
