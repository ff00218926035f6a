//! The two 8259 interrupt controllers: moved out of the way and masked.

use crate::port;

const FIRST_COMMAND: u16 = 0x20;
const SECOND_COMMAND: u16 = 0xa0;
/// Where their interrupts would arrive: behind the message vectors, taken as spurious.
const BASE: u8 = 0xf0;

/// Initialises both controllers (a spurious interrupt can come even from a masked one) and masks all inputs.
pub(crate) fn silence() {
    const INITIALISE: u8 = 0x11;
    const MODE_8086: u8 = 0x01;
    for (command, base, wiring) in [(FIRST_COMMAND, BASE, 4), (SECOND_COMMAND, BASE + 8, 2)] {
        let data = command + 1;
        port::write_byte(command, INITIALISE);
        port::write_byte(data, base);
        port::write_byte(data, wiring);
        port::write_byte(data, MODE_8086);
        port::write_byte(data, 0xff);
    }
}
