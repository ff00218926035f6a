//! The eight registers, as offsets from the first port (DS §8, table II).

/// A register. Some offsets are different registers for reads and writes, or with the divisor latch
/// open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Register {
    /// Read: received byte. Write: byte to send. Divisor latch: low byte.
    Data = 0,
    /// Which interrupts are enabled. Divisor latch: high byte.
    InterruptEnable = 1,
    /// Read: which interrupt is pending. Write: FIFO control.
    Fifo = 2,
    /// Frame format, and the divisor latch bit.
    LineControl = 3,
    /// Modem outputs; OUT2 lets the interrupt out to the bus.
    ModemControl = 4,
    /// State of both directions.
    LineStatus = 5,
    /// Modem inputs.
    ModemStatus = 6,
    /// A byte without meaning; shows whether a chip is there.
    Scratch = 7,
}

/// Access to the registers.
pub trait Registers {
    /// Reads a register.
    fn read(&mut self, register: Register) -> u8;

    /// Writes a register.
    fn write(&mut self, register: Register, value: u8);
}
