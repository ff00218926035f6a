//! Reads and writes registers of a PHY (802.3 §22.2.4.5).

use device_wait::Pace;

use crate::registers::{Registers, mdio};

/// Between two looks whether it is done: a transfer takes about 30 µs.
const LOOK_NS: u64 = 20_000;
/// The longest that a transfer may take.
const PATIENCE_NS: u64 = 10_000_000;

/// Reads a register; `None` if nobody answers.
pub(crate) fn read(
    (registers, pace): (&impl Registers, &impl Pace),
    phy: u8,
    register: u8,
) -> Option<u16> {
    let done = transfer((registers, pace), mdio::READ, place(phy, register))?;
    (done & mdio::FAILED == 0).then_some(done as u16)
}

/// Writes a register; `None` if the controller does not do so.
pub(crate) fn write(
    (registers, pace): (&impl Registers, &impl Pace),
    phy: u8,
    (register, value): (u8, u16),
) -> Option<()> {
    let what = place(phy, register) | u32::from(value);
    transfer((registers, pace), mdio::WRITE, what).map(|_| ())
}

fn place(phy: u8, register: u8) -> u32 {
    u32::from(phy & 0x1f) << mdio::PHY_SHIFT | u32::from(register & 0x1f) << mdio::REGISTER_SHIFT
}

fn transfer(
    (registers, pace): (&impl Registers, &impl Pace),
    direction: u32,
    what: u32,
) -> Option<u32> {
    // One that never ended is not disturbed.
    if registers.read(mdio::COMMAND) & mdio::BUSY != 0 {
        return None;
    }
    registers.write(mdio::COMMAND, direction | what);
    registers.write(mdio::COMMAND, mdio::BUSY | direction | what);
    let deadline = pace.now_ns() + PATIENCE_NS;
    loop {
        let now = registers.read(mdio::COMMAND);
        if now & mdio::BUSY == 0 {
            return Some(now);
        }
        if pace.now_ns() >= deadline {
            return None;
        }
        pace.sleep(LOOK_NS);
    }
}
