//! The few ACPI tables that the kernel itself needs: MADT, FADT, MCFG.
//!
//! A small reader instead of a crate: the published ones need an allocator or a nightly compiler, and the
//! kernel wants seven numbers. Tables are firmware's word: every length is checked, nothing is trusted to
//! end. AML is not interpreted; of the DSDT only the `_S5_` package is looked for (ACPI 6.5 §7.4.2).

use crate::pvh::Physical;
use weft_early::region::Range;

mod fadt;
mod madt;

pub use fadt::PowerPorts;
pub use madt::{Cores, IoApicEntry, Madt, Override};

/// The header that every table begins with.
const HEADER: u64 = 36;
/// Longest table that is read.
const MAX_TABLE: u64 = 1 << 20;
/// Greatest number of tables that are looked at.
const MAX_TABLES: u64 = 64;

/// What the kernel needs to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Acpi {
    /// Interrupt controllers and cores.
    pub madt: Madt,
    /// Timer and power ports.
    pub power: PowerPorts,
    /// Memory-mapped PCI configuration space of segment 0.
    pub ecam: Option<Range>,
}

impl Acpi {
    /// Reads what hangs off the root pointer at `rsdp`; what is missing keeps its default.
    pub fn read(memory: &impl Physical, rsdp: u64) -> Self {
        let mut found = Self::default();
        for table in tables(memory, rsdp) {
            match &table.signature {
                b"APIC" => found.madt = Madt::read(memory, table),
                b"FACP" => found.power = PowerPorts::read(memory, table),
                b"MCFG" => found.ecam = ecam(memory, table),
                _ => {}
            }
        }
        found
    }
}

/// A table whose length and checksum are right.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table {
    signature: [u8; 4],
    range: Range,
}

impl Table {
    fn read(memory: &impl Physical, address: u64) -> Option<Self> {
        let signature = memory.u32(address)?.to_le_bytes();
        let length = u64::from(memory.u32(address.checked_add(4)?)?);
        if !(HEADER..=MAX_TABLE).contains(&length) {
            return None;
        }
        let range = Range::sized(address, length);
        let sum = (range.start..range.end)
            .try_fold(0u8, |sum, at| Some(sum.wrapping_add(memory.u8(at)?)))?;
        (sum == 0).then_some(Self { signature, range })
    }

    /// The address of `bytes` bytes at `offset`, if they lie inside.
    fn at(&self, offset: u64, bytes: u64) -> Option<u64> {
        let address = self.range.start.checked_add(offset)?;
        (address.checked_add(bytes)? <= self.range.end).then_some(address)
    }

    #[inline(never)]
    fn u8(&self, memory: &impl Physical, offset: u64) -> Option<u8> {
        memory.u8(self.at(offset, 1)?)
    }

    #[inline(never)]
    fn u32(&self, memory: &impl Physical, offset: u64) -> Option<u32> {
        memory.u32(self.at(offset, 4)?)
    }

    // One copy, for size.
    #[inline(never)]
    fn u64(&self, memory: &impl Physical, offset: u64) -> Option<u64> {
        memory.u64(self.at(offset, 8)?)
    }
}

/// The tables that the XSDT, or else the RSDT, lists (ACPI 6.5 §5.2.5 to §5.2.8).
fn tables(memory: &impl Physical, rsdp: u64) -> impl Iterator<Item = Table> + '_ {
    let root = root(memory, rsdp);
    (0..MAX_TABLES)
        .map_while(move |index| entry(memory, root?, index))
        .flatten()
}

#[derive(Clone, Copy)]
struct Root {
    table: Table,
    entry_bytes: u64,
}

fn root(memory: &impl Physical, rsdp: u64) -> Option<Root> {
    let is_pointer = rsdp != 0 && memory.u64(rsdp)? == u64::from_le_bytes(*b"RSD PTR ");
    if !is_pointer {
        return None;
    }
    if memory.u8(rsdp + 15)? >= 2
        && let Some(table) = Table::read(memory, memory.u64(rsdp + 24)?)
    {
        return Some(Root {
            table,
            entry_bytes: 8,
        });
    }
    let table = Table::read(memory, u64::from(memory.u32(rsdp + 16)?))?;
    Some(Root {
        table,
        entry_bytes: 4,
    })
}

fn entry(memory: &impl Physical, root: Root, index: u64) -> Option<Option<Table>> {
    let offset = HEADER + index * root.entry_bytes;
    let address = if root.entry_bytes == 8 {
        root.table.u64(memory, offset)?
    } else {
        u64::from(root.table.u32(memory, offset)?)
    };
    Some(Table::read(memory, address))
}

/// The configuration space of segment 0 (PCI Firmware 3.3 §4.1.2).
fn ecam(memory: &impl Physical, table: Table) -> Option<Range> {
    let base = table.u64(memory, 44)?;
    let segment_and_buses = table.u32(memory, 52)?.to_le_bytes();
    let [0, 0, first, last] = segment_and_buses else {
        return None;
    };
    let start = base.checked_add(u64::from(first) << 20)?;
    let end = base.checked_add((u64::from(last) + 1) << 20)?;
    Some(Range { start, end })
}

#[cfg(test)]
mod tests;
