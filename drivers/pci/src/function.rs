//! What is known of a function.

use heapless::Vec;

use crate::bars::{self, Bar, MAX_BARS};
use crate::config::{Address, Config, change_command, command, find_capability, register};
use crate::vectors::VectorTable;

const EXPRESS: u8 = 0x10;
/// Wires of a bus.
pub const WIRES: u8 = 4;
/// In the device capabilities: the function can be reset alone (PCIe §7.5.3.3).
const FUNCTION_RESET: u32 = 1 << 28;
/// In the device control: reset it now (PCIe §7.5.3.4).
const RESET_NOW: u32 = 1 << 15;
/// How long a function may take to come back (PCIe §6.6.2).
const RESET_MS: u32 = 100;

/// A vendor's number and that vendor's number for the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Id {
    /// Vendor.
    pub vendor: u16,
    /// Device.
    pub device: u16,
}

/// Functions that drivers may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// Those of this kind; they go to who asks for nothing else.
    Id(Id),
    /// Those of this class, its subclass in the lower byte; they go to who asks for the class.
    Class(u16),
}

impl Pattern {
    /// Reads `VENDOR:DEVICE` or `class:CLASS`, all hexadecimal.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let number = |text| u16::from_str_radix(text, 16).ok();
        match text.split_once(':')? {
            ("class", class) => Some(Self::Class(number(class)?)),
            (vendor, device) => Some(Self::Id(Id {
                vendor: number(vendor)?,
                device: number(device)?,
            })),
        }
    }
}

/// A function that is no bridge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Where it is.
    pub address: Address,
    /// What it is.
    pub id: Id,
    /// Vendor and number of the subsystem.
    pub subsystem: Id,
    /// Class, subclass and programming interface.
    pub class: u32,
    /// Revision.
    pub revision: u8,
    /// Its register blocks.
    pub bars: Vec<Bar, MAX_BARS>,
    /// Its MSI-X table, if it has one.
    pub vectors: Option<VectorTable>,
    /// Its pin for interrupts by wire: 1 to 4, or 0 if it has none.
    pub pin: u8,
    /// The PCI Express capability, if the function can be reset alone.
    express: Option<u16>,
}

impl Function {
    /// Reads what is at an address; `None` if there is nothing or a bridge.
    pub(crate) fn read(config: &impl Config, at: Address) -> Option<Self> {
        let id = config.read(at, register::ID);
        if id as u16 == u16::MAX || config.read(at, register::HEADER_TYPE) & 0x7f_0000 != 0 {
            return None;
        }
        let class = config.read(at, register::CLASS);
        Some(Self {
            address: at,
            id: numbers(id),
            subsystem: numbers(config.read(at, register::SUBSYSTEM)),
            class: class >> 8,
            revision: class as u8,
            bars: bars::read_all(config, at),
            vectors: VectorTable::find(config, at),
            pin: (config.read(at, register::INTERRUPT) >> 8) as u8,
            express: find_capability(config, at, EXPRESS)
                .filter(|express| config.read(at, express + 4) & FUNCTION_RESET != 0),
        })
    }

    /// The block with this number.
    #[must_use]
    pub fn bar(&self, index: u8) -> Option<&Bar> {
        self.bars.iter().find(|bar| bar.index == index)
    }

    /// Answers at its register blocks, by memory; raises no interrupt by wire.
    pub(crate) fn switch_on(&self, config: &impl Config) {
        change_command(config, self.address, 0, command::MEMORY | command::NO_INTX);
    }

    /// Which of the bus's four wires its pin is connected to: as slots of a bus are wired, one further each (PCI §2.2.6).
    #[must_use]
    pub fn wire(&self) -> Option<u8> {
        let pin = self.pin.checked_sub(1).filter(|pin| *pin < WIRES)?;
        Some((self.address.device + pin) % WIRES)
    }

    /// May raise its interrupt by wire.
    pub(crate) fn switch_wire_on(&self, config: &impl Config) {
        change_command(config, self.address, command::NO_INTX, 0);
    }

    /// Reaches memory by itself, or no longer.
    pub(crate) fn set_master(&self, config: &impl Config, wanted: Master) {
        let (clear, set) = match wanted {
            Master::On => (0, command::MASTER),
            Master::Off => (command::MASTER, 0),
        };
        change_command(config, self.address, clear, set);
    }

    /// Stops it: no bus mastering, no interrupts, and a reset if it can be reset alone. Returns
    /// whether it is quiet.
    pub(crate) fn quiesce(&self, config: &impl Config) -> Result<(), NotQuiet> {
        self.set_master(config, Master::Off);
        if let Some(vectors) = &self.vectors {
            vectors.mask_all(config, self.address);
        }
        if let Some(express) = self.express {
            let control = express + 8;
            let now = config.read(self.address, control) & 0xffff;
            config.write(self.address, control, now | RESET_NOW);
            config.wait_ms(RESET_MS);
            bars::restore(config, self.address, &self.bars);
            self.switch_on(config);
        }
        let state = config.read(self.address, register::COMMAND);
        if config.read(self.address, register::ID) as u16 == u16::MAX {
            return Err(NotQuiet);
        }
        if state & command::MASTER != 0 {
            Err(NotQuiet)
        } else {
            Ok(())
        }
    }
}

/// Whether a function may reach memory by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Master {
    On,
    Off,
}

/// The function does not come to rest, or is gone: its memory must not be used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotQuiet;

fn numbers(word: u32) -> Id {
    Id {
        vendor: word as u16,
        device: (word >> 16) as u16,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_two_hexadecimal_numbers_or_a_class() {
        let expected = Pattern::Id(Id {
            vendor: 0x1af4,
            device: 0x1042,
        });
        assert_eq!(Pattern::parse("1af4:1042"), Some(expected));
        assert_eq!(Pattern::parse("class:0805"), Some(Pattern::Class(0x0805)));
        for wrong in [
            "1af4",
            "1af4:",
            "x:1",
            "1af4:10420",
            "class:",
            "class:10805",
        ] {
            assert_eq!(Pattern::parse(wrong), None, "{wrong}");
        }
    }
}
