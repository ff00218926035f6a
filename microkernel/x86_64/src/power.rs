//! The end: a code for QEMU, or ACPI soft-off, or a halt.

use weft_hal::Width;
use x86_64::instructions::hlt;

use crate::acpi::PowerPorts;
use crate::port;

/// QEMU's `isa-debug-exit`: a written value `v` ends QEMU with the status `(v << 1) | 1`.
const DEBUG_EXIT: u16 = 0xf4;
const SLEEP_ENABLE: u32 = 1 << 13;

/// Ends the machine; `power` may be unknown if the end comes early.
pub(crate) fn off(code: u8, power: PowerPorts) -> ! {
    port::write(DEBUG_EXIT, Width::Byte, u32::from(code));
    let sleep = (u32::from(power.off_type) << 10) | SLEEP_ENABLE;
    for control in [power.control_a, power.control_b] {
        if control != 0 {
            port::write(control, Width::Word, sleep);
        }
    }
    loop {
        hlt();
    }
}
