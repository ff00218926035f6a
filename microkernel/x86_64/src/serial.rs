//! Where the kernel's own text goes: the debug port, and in distress COM1.
//!
//! The debug port (0xe9, Bochs and QEMU) needs no set-up and no waiting. COM1 belongs to its driver, so
//! the kernel writes to it only when nothing else will run any more, and before anything else does: the letters of boot's stages.

use core::fmt;

use crate::port;

const DEBUG: u16 = 0xe9;
const COM1: u16 = 0x3f8;
const LINE_STATUS: u16 = COM1 + 5;
const TRANSMITTER_EMPTY: u8 = 1 << 5;
/// Reads of the line status before a byte is written anyway.
const PATIENCE: u32 = 10_000;

/// Writes a byte to the debug port.
pub(crate) fn debug_byte(byte: u8) {
    port::write_byte(DEBUG, byte);
}

/// Text to the debug port.
pub(crate) struct DebugPort;

impl fmt::Write for DebugPort {
    // One copy, for size.
    #[inline(never)]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.bytes().for_each(debug_byte);
        Ok(())
    }
}

/// Text to the debug port and COM1.
#[derive(Clone, Copy)]
pub(crate) struct Distress;

impl fmt::Write for Distress {
    // One copy, for size.
    #[inline(never)]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            debug_byte(byte);
            if byte == b'\n' {
                serial_byte(b'\r');
            }
            serial_byte(byte);
        }
        Ok(())
    }
}

/// Tells that a [stage](weft_early::stage) of boot is reached: COM1's driver does not run yet.
pub fn stage(letter: u8) {
    serial_byte(letter);
}

fn serial_byte(byte: u8) {
    let ready = |_: &u32| port::read_byte(LINE_STATUS) & TRANSMITTER_EMPTY != 0;
    let _ = (0..PATIENCE).find(ready);
    port::write_byte(COM1, byte);
}
