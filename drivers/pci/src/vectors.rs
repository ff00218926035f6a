//! MSI-X: where a function's table is, and how it is switched (PCI §6.8.2).

use crate::config::{Address, Config, find_capability};

const MSI_X: u8 = 0x11;
const ENABLE: u32 = 1 << 31;
const MASK_ALL: u32 = 1 << 30;

/// Bytes of a table entry.
pub(crate) const ENTRY_BYTES: u64 = 16;

/// A function's MSI-X table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VectorTable {
    /// Where the capability is in configuration space.
    capability: u16,
    /// The register block that holds the table.
    pub bar: u8,
    /// Where it begins in the block.
    pub offset: u32,
    /// How many entries it has.
    pub count: u16,
}

impl VectorTable {
    /// Finds the table.
    pub(crate) fn find(config: &impl Config, at: Address) -> Option<Self> {
        let capability = find_capability(config, at, MSI_X)?;
        let control = config.read(at, capability) >> 16;
        let place = config.read(at, capability + 4);
        Some(Self {
            capability,
            bar: (place & 7) as u8,
            offset: place & !7,
            count: (control & 0x7ff) as u16 + 1,
        })
    }

    /// Switches message-signalled interrupts on; entries that were not set up stay masked.
    pub(crate) fn enable(&self, config: &impl Config, at: Address) {
        self.change(config, at, MASK_ALL, ENABLE);
    }

    /// Masks every entry.
    pub(crate) fn mask_all(&self, config: &impl Config, at: Address) {
        self.change(config, at, 0, MASK_ALL);
    }

    fn change(&self, config: &impl Config, at: Address, clear: u32, set: u32) {
        let now = config.read(at, self.capability);
        config.write(at, self.capability, now & !clear | set);
    }
}
