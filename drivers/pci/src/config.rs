//! Configuration space (PCI §6.1).

/// A function on bus 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// 0 to 31.
    pub device: u8,
    /// 0 to 7.
    pub function: u8,
}

impl Address {
    /// What the function calls itself when it reaches memory (PCIe §2.2.6.2): on bus 0.
    #[must_use]
    pub const fn id(self) -> u16 {
        (self.device as u16) << 3 | self.function as u16
    }
}

/// Access to configuration space.
pub trait Config {
    /// Reads 32 bits; all ones where nothing is. `offset` is a multiple of 4 below 4,096.
    fn read(&self, at: Address, offset: u16) -> u32;

    /// Writes 32 bits.
    fn write(&self, at: Address, offset: u16, value: u32);

    /// Waits.
    fn wait_ms(&self, milliseconds: u32);
}

pub(crate) mod register {
    pub(crate) const ID: u16 = 0x00;
    pub(crate) const COMMAND: u16 = 0x04;
    pub(crate) const CLASS: u16 = 0x08;
    pub(crate) const HEADER_TYPE: u16 = 0x0c;
    pub(crate) const BARS: u16 = 0x10;
    pub(crate) const SUBSYSTEM: u16 = 0x2c;
    pub(crate) const CAPABILITIES: u16 = 0x34;
    /// The pin in the second byte.
    pub(crate) const INTERRUPT: u16 = 0x3c;
}

pub(crate) mod command {
    pub(crate) const PORTS: u32 = 1;
    pub(crate) const MEMORY: u32 = 1 << 1;
    pub(crate) const MASTER: u32 = 1 << 2;
    /// No interrupts by wire.
    pub(crate) const NO_INTX: u32 = 1 << 10;
    /// In the same word: the function has a capability list.
    pub(crate) const HAS_CAPABILITIES: u32 = 1 << 20;
}

/// Changes bits of the command register. The status bits in the same word are cleared by writing
/// ones, so zeros are written there.
pub(crate) fn change_command(config: &impl Config, at: Address, clear: u32, set: u32) {
    let now = config.read(at, register::COMMAND) & 0xffff;
    config.write(at, register::COMMAND, now & !clear | set);
}

/// Finds a capability by its id: the offset of its first word (PCI §6.7).
pub(crate) fn find_capability(config: &impl Config, at: Address, id: u8) -> Option<u16> {
    /// More than fit into 192 bytes: the list goes round.
    const MOST: usize = 48;
    if config.read(at, register::COMMAND) & command::HAS_CAPABILITIES == 0 {
        return None;
    }
    let mut offset = (config.read(at, register::CAPABILITIES) & 0xfc) as u16;
    for _ in 0..MOST {
        if offset < 0x40 {
            return None;
        }
        let head = config.read(at, offset);
        if head as u8 == id {
            return Some(offset);
        }
        offset = ((head >> 8) & 0xfc) as u16;
    }
    None
}
