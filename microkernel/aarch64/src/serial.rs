//! Where the kernel's own text goes: the board's last PL011 (Arm DDI 0183G), by polling.
//!
//! Its rate is left as firmware set it; where firmware left it off it is switched on, for output only.

use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};

use crate::mmio::Mmio;

const DATA: u16 = 0x00;
const FLAGS: u16 = 0x18;
const TRANSMIT_FULL: u32 = 1 << 5;
const LINE: u16 = 0x2c;
/// Eight bits, no parity, one stop bit, with FIFO.
const EIGHT_BITS: u32 = 3 << 5 | 1 << 4;
const CONTROL: u16 = 0x30;
const ON: u32 = 1;
const TRANSMIT: u32 = 1 << 8;
/// Reads of the flags before a byte is written anyway.
const PATIENCE: u32 = 100_000;

static REGISTERS: AtomicU64 = AtomicU64::new(0);

/// Says where the registers are, once they are mapped.
pub(crate) fn set_registers(physical: u64) {
    let port = Mmio::new(physical);
    if port.read(CONTROL) & ON == 0 {
        port.write(LINE, EIGHT_BITS);
        port.write(CONTROL, ON | TRANSMIT);
    }
    REGISTERS.store(physical, Ordering::Release);
}

/// Writes a byte; nothing where no port is known.
pub(crate) fn byte(byte: u8) {
    let physical = REGISTERS.load(Ordering::Acquire);
    if physical == 0 {
        return;
    }
    let port = Mmio::new(physical);
    let _ = (0..PATIENCE).find(|_| port.read(FLAGS) & TRANSMIT_FULL == 0);
    port.write(DATA, u32::from(byte));
}

/// Text to the port.
#[derive(Clone, Copy)]
pub(crate) struct Serial;

impl fmt::Write for Serial {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for letter in text.bytes() {
            if letter == b'\n' {
                byte(b'\r');
            }
            byte(letter);
        }
        Ok(())
    }
}
