//! The controller's registers, as offsets in bytes (SDHC §2.1, table 2-1).
//!
//! The standard has registers of 8 and 16 bits. They are used in words of 32, two or more at a time, because the older
//! of the two controllers of the Raspberry Pi takes no other accesses; where a register acts when it is written, its
//! neighbours in the word are those that are to be written with it.

/// A word of registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Register {
    /// Bytes in a block, and from bit 16 on how many blocks.
    Blocks = 0x04,
    /// The next command's argument.
    Argument = 0x08,
    /// How data is transferred, and from bit 16 on the command, which is sent when it is written.
    Command = 0x0c,
    /// Bits 0 to 31 of the answer.
    Response0 = 0x10,
    /// Bits 32 to 63 of it.
    Response1 = 0x14,
    /// Bits 64 to 95.
    Response2 = 0x18,
    /// Bits 96 to 119.
    Response3 = 0x1c,
    /// Data.
    Buffer = 0x20,
    /// What controller and card are doing.
    State = 0x24,
    /// Width and way of transfers, and from bit 8 on the card's power.
    Control = 0x28,
    /// The card's clock, from bit 16 on how long data may take, from bit 24 on resets.
    Clock = 0x2c,
    /// What has happened; writing ones takes it back.
    Status = 0x30,
    /// What is shown in [`Status`](Self::Status).
    StatusEnable = 0x34,
    /// What of it raises the interrupt.
    SignalEnable = 0x38,
    /// What the controller can do.
    Capabilities = 0x40,
    /// What is written to it happens (SDHC §2.2, offsets 50h and 52h): errors, in the places that they have in
    /// [`Status`](Self::Status).
    ForceEvents = 0x50,
    /// Where the descriptors of a transfer are.
    TableAddress = 0x58,
    /// From bit 16 on, the version.
    Version = 0xfc,
}

/// Access to the registers.
pub trait Registers {
    /// Reads a word.
    fn read(&self, register: Register) -> u32;

    /// Writes a word.
    fn write(&self, register: Register, value: u32);
}

/// Bits of [`Register::Command`] (SDHC §2.2.5, §2.2.6).
pub(crate) mod mode {
    pub(crate) const DMA: u32 = 1 << 0;
    pub(crate) const COUNTS: u32 = 1 << 1;
    /// The controller itself ends the transfer, by CMD12.
    pub(crate) const STOPS: u32 = 0b01 << 2;
    pub(crate) const READ: u32 = 1 << 4;
    pub(crate) const MANY: u32 = 1 << 5;
}

/// Bits of [`Register::State`] (SDHC §2.2.9).
pub(crate) mod state {
    pub(crate) const COMMAND_INHIBIT: u32 = 1 << 0;
    pub(crate) const DATA_INHIBIT: u32 = 1 << 1;
    /// There is a card, as far as the slot can tell.
    pub(crate) const INSERTED: u32 = 1 << 16;
    /// The switch at the card's side does not protect it.
    pub(crate) const WRITABLE: u32 = 1 << 19;
}

/// Bits of [`Register::Control`] (SDHC §2.2.10, §2.2.11).
pub(crate) mod control {
    pub(crate) const FOUR_LINES: u32 = 1 << 1;
    pub(crate) const ADMA2: u32 = 0b10 << 3;
    /// Power of 3.3 V, switched on.
    pub(crate) const POWER: u32 = (0b111 << 1 | 1) << 8;
}

/// Bits of [`Register::Clock`] (SDHC §2.2.14 to §2.2.16).
pub(crate) mod clock {
    pub(crate) const INTERNAL: u32 = 1 << 0;
    pub(crate) const STABLE: u32 = 1 << 1;
    pub(crate) const CARD: u32 = 1 << 2;
    /// The longest that the controller can wait for data.
    pub(crate) const PATIENCE: u32 = 0xe << 16;
    pub(crate) const RESET_ALL: u32 = 1 << 24;
    pub(crate) const RESET_COMMAND: u32 = 1 << 25;
    pub(crate) const RESET_DATA: u32 = 1 << 26;
}

/// Bits of [`Register::Status`] (SDHC §2.2.17, §2.2.18).
pub(crate) mod status {
    pub(crate) const COMMAND_COMPLETE: u32 = 1 << 0;
    pub(crate) const TRANSFER_COMPLETE: u32 = 1 << 1;
    pub(crate) const WRITE_READY: u32 = 1 << 4;
    pub(crate) const READ_READY: u32 = 1 << 5;
    /// A card was put in.
    pub(crate) const INSERTED: u32 = 1 << 6;
    pub(crate) const COMMAND_TIMEOUT: u32 = 1 << 16;
    pub(crate) const COMMAND_CRC: u32 = 1 << 17;
    pub(crate) const COMMAND_END: u32 = 1 << 18;
    pub(crate) const COMMAND_INDEX: u32 = 1 << 19;
    pub(crate) const DATA_TIMEOUT: u32 = 1 << 20;
    pub(crate) const DATA_CRC: u32 = 1 << 21;
    pub(crate) const DATA_END: u32 = 1 << 22;
    pub(crate) const ADMA: u32 = 1 << 25;
    /// All errors of commands.
    pub(crate) const COMMAND_ERRORS: u32 = 0xf << 16;
    /// All errors.
    pub(crate) const ERRORS: u32 = 0x3ff << 16;
    /// All that the driver looks at while it has a card.
    pub(crate) const ALL: u32 =
        COMMAND_COMPLETE | TRANSFER_COMPLETE | WRITE_READY | READ_READY | ERRORS;
}

/// Bits of [`Register::Capabilities`] (SDHC §2.2.26).
pub(crate) mod capability {
    pub(crate) const ADMA2: u32 = 1 << 19;
    /// The clock from which the card's is made, in MHz; 0 if the controller does not know.
    pub(crate) const fn base_mhz(word: u32) -> u32 {
        word >> 8 & 0xff
    }
}
