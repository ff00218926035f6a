//! The MADT: I/O APIC, rerouted ISA interrupts, cores (ACPI 6.5 §5.2.12).

use weft_hal::CoreId;

use super::{HEADER, Table};
use crate::pvh::Physical;

/// The number of ISA interrupts.
const ISA_LINES: usize = 16;

/// An I/O APIC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IoApicEntry {
    /// Physical address of its registers.
    pub address: u64,
    /// The global number of its first input.
    pub first: u32,
}

/// Where an ISA interrupt really arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Override {
    /// Its global number.
    pub global: u32,
    /// Polarity (bits 0..2) and trigger (bits 2..4) as MPS flags; 0 is what the bus says.
    pub flags: u16,
}

/// The cores that can be used, by the numbers of their interrupt controllers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cores {
    ids: [u32; CoreId::MAX],
    count: usize,
}

impl Default for Cores {
    fn default() -> Self {
        Self {
            ids: [0; CoreId::MAX],
            count: 0,
        }
    }
}

impl Cores {
    /// How many there are; more than [`CoreId::MAX`] are counted, but not listed.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The numbers of those that are listed.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.ids.iter().take(self.count).copied()
    }

    /// The same with the core that runs in front. A list that lacks it is of another machine: then that is the only one.
    pub fn with_first(&self, running: u32) -> Self {
        let mut cores = Self::default();
        cores.add(running);
        if self.iter().any(|id| id == running) {
            self.iter().for_each(|id| cores.add(id));
            cores.count = self.count;
        }
        cores
    }

    /// A core that both kinds of entries name is one.
    // One copy, for size.
    #[inline(never)]
    fn add(&mut self, id: u32) {
        if self.iter().any(|other| other == id) {
            return;
        }
        if let Some(place) = self.ids.get_mut(self.count) {
            *place = id;
        }
        self.count += 1;
    }
}

/// What the MADT says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Madt {
    /// The I/O APIC whose first input is number 0.
    pub io_apic: Option<IoApicEntry>,
    /// For each ISA interrupt, where it is rerouted to.
    pub overrides: [Option<Override>; ISA_LINES],
    /// The cores that can be used.
    pub cores: Cores,
}

impl Madt {
    /// Reads the table; entries that are cut off are left out.
    pub(super) fn read(memory: &impl Physical, table: Table) -> Self {
        let mut madt = Self::default();
        let mut at = HEADER + 8;
        while let Some(next) = madt.entry(memory, table, at) {
            at = next;
        }
        madt
    }

    fn entry(&mut self, memory: &impl Physical, table: Table, at: u64) -> Option<u64> {
        let kind = table.u8(memory, at)?;
        let length = u64::from(table.u8(memory, at + 1)?);
        if length < 2 {
            return None;
        }
        match (kind, length) {
            (0, 8..) => self.core(table.u8(memory, at + 3)?.into(), table.u32(memory, at + 4)?),
            (1, 12..) => self.io_apic(memory, table, at)?,
            (2, 10..) => self.rerouted(memory, table, at)?,
            (9, 16..) => self.core(table.u32(memory, at + 4)?, table.u32(memory, at + 8)?),
            _ => {}
        }
        at.checked_add(length)
    }

    fn core(&mut self, id: u32, flags: u32) {
        if flags & 1 == 1 {
            self.cores.add(id);
        }
    }

    fn io_apic(&mut self, memory: &impl Physical, table: Table, at: u64) -> Option<()> {
        let address = u64::from(table.u32(memory, at + 4)?);
        let first = table.u32(memory, at + 8)?;
        if first == 0 {
            self.io_apic = Some(IoApicEntry { address, first });
        }
        Some(())
    }

    fn rerouted(&mut self, memory: &impl Physical, table: Table, at: u64) -> Option<()> {
        let source = usize::from(table.u8(memory, at + 3)?);
        let global = table.u32(memory, at + 4)?;
        let [low, high] = [table.u8(memory, at + 8)?, table.u8(memory, at + 9)?];
        if let Some(slot) = self.overrides.get_mut(source) {
            *slot = Some(Override {
                global,
                flags: u16::from_le_bytes([low, high]),
            });
        }
        Some(())
    }
}
