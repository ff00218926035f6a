//! The registers that the driver uses, as offsets in bytes (TRM §3.2, table 3-1).

/// A register of 32 bits, of which at most 16 are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Register {
    /// Read: received byte with its errors. Write: byte to send.
    Data = 0x00,
    /// State of both directions.
    Flags = 0x18,
    /// Frame format, and whether there are FIFOs.
    LineControl = 0x2c,
    /// What is switched on.
    Control = 0x30,
    /// At which levels of the FIFOs interrupts come.
    Levels = 0x34,
    /// Which interrupts are let out.
    InterruptEnable = 0x38,
    /// Which interrupts are let out and wanted.
    InterruptStatus = 0x40,
    /// Ends interrupts.
    InterruptClear = 0x44,
    /// Low byte of the part's number.
    Part0 = 0xfe0,
    /// High digit of the part's number, in the low four bits.
    Part1 = 0xfe4,
}

/// Access to the registers.
pub trait Registers {
    /// Reads a register.
    fn read(&mut self, register: Register) -> u32;

    /// Writes a register.
    fn write(&mut self, register: Register, value: u32);
}
