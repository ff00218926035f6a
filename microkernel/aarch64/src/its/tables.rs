//! The memory of the ITS and of the boot core's redistributor, and how the ITS is told of it (Arm IHI 0069H §5.2, §12.19).
//!
//! | at | bytes | what |
//! |---|---|---|
//! | 0 | 2 KiB | which LPIs are pending: one bit each, those of lower interrupts too |
//! | 4 KiB | 8 KiB | what LPIs are configured as: one byte each |
//! | 64 KiB | 4 KiB | commands |
//! | 128 KiB | 64 KiB | the devices' tables of events, 1 KiB each |
//! | 192 KiB | 64 KiB | which device has which table of events |
//! | 256 KiB | 64 KiB | where collections go |
//!
//! Pending LPIs and commands must be at a multiple of 64 KiB, and the last two are whole pages of 4, 16 or 64 KiB, which only the
//! ITS says.

use super::lines::COUNT;
use super::{Access, write_long};

/// Bytes of all tables; they begin at a multiple of [`UNIT`].
pub const BYTES: u64 = 5 * UNIT;
/// Bytes that the strictest of the tables are aligned to.
pub const UNIT: u64 = 0x1_0000;

/// Bits of an interrupt's number. With 14, the fewest that there can be, there are 8,192 LPIs.
pub const ID_BITS: u8 = 14;
/// The first LPI.
pub(super) const FIRST_LPI: u32 = 8192;

/// Where pending LPIs are.
pub const PENDING: u64 = 0;
const PENDING_BYTES: u64 = (1 << ID_BITS) / 8;
/// Where LPIs are configured.
pub const CONFIGURATION: u64 = 0x1000;
const CONFIGURATION_BYTES: u64 = (1 << ID_BITS) - FIRST_LPI as u64;
/// Where commands are.
pub(super) const QUEUE: u64 = UNIT;
pub(super) const QUEUE_BYTES: u32 = 0x1000;
const EVENTS: u64 = 2 * UNIT;
/// Bytes of a table of events: no entry is longer than 16 (§12.19.17, ITT_entry_size).
pub(super) const EVENTS_BYTES: u64 = 16 * COUNT as u64;
const DEVICES: u64 = 3 * UNIT;
const COLLECTIONS: u64 = 4 * UNIT;

const _: () = assert!(
    PENDING_BYTES <= CONFIGURATION
        && CONFIGURATION + CONFIGURATION_BYTES <= UNIT
        && COUNT as u64 * EVENTS_BYTES <= UNIT
);

/// The registers that tell where tables are.
const FIRST_REGISTER: u16 = 0x100;
const REGISTERS: u16 = 8;

/// In registers that tell of memory: it holds.
const VALID: u64 = 1 << 63;
/// The ITS reads and writes past caches.
const UNCACHED: u64 = 1 << 59;

/// Devices that are to have room: those of a PCI bus.
const DEVICE_COUNT: u64 = 256;

/// Where the events of the table with this number are.
pub(super) const fn events(table: u8) -> u64 {
    EVENTS + EVENTS_BYTES * table as u64
}

/// What the queue's register is to hold.
pub(super) const fn queue(memory: u64) -> u64 {
    let pages = QUEUE_BYTES as u64 / 0x1000;
    VALID | UNCACHED | (memory + QUEUE) | (pages - 1)
}

/// The configuration of eight LPIs, of which those whose bits are set may fire; all are as urgent as other interrupts.
pub(super) fn configuration(open: u8) -> u64 {
    const MIDDLE: u64 = 0x80;
    // It is kept set (§5.1.1).
    const RESERVED: u64 = 2;
    (0..8).fold(0, |word, place| {
        let enabled = u64::from(open >> place & 1);
        word | (MIDDLE | RESERVED | enabled) << (8 * place)
    })
}

/// Clears what the redistributor reads.
pub fn clear(access: &impl Access) {
    access.clear(PENDING, PENDING_BYTES);
    access.clear(CONFIGURATION, CONFIGURATION_BYTES);
}

/// What a table holds, as its register says (§12.19.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TableKind {
    Devices = 1,
    Collections = 4,
}

impl TableKind {
    const fn offset(self) -> u64 {
        match self {
            Self::Devices => DEVICES,
            Self::Collections => COLLECTIONS,
        }
    }

    const fn wanted(self) -> u64 {
        match self {
            Self::Devices => DEVICE_COUNT,
            Self::Collections => 1,
        }
    }
}

/// A table that the ITS was told of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table {
    /// How many entries it has.
    pub(super) entries: u32,
}

impl Table {
    /// Tells the ITS where a table is; `None` if it has none of the kind, or wants more memory for it than there is. Nothing
    /// may be switched on.
    pub(super) fn set_up(access: &impl Access, memory: u64, kind: TableKind) -> Option<Self> {
        let mut all = (FIRST_REGISTER..).step_by(8).take(REGISTERS.into());
        let register = all.find(|register| {
            let upper = access.read(register + 4);
            upper >> 24 & 7 == kind as u32
        })?;
        let entry_bytes = u64::from(access.read(register + 4) >> 16 & 0x1f) + 1;
        // What it does not take shows in what it has afterwards: first the shortest pages.
        write_long(access, register, 0);
        let size = access.read(register) >> 8 & 3;
        let page = 0x1000_u64 << (2 * size.min(2));
        let bytes = (kind.wanted() * entry_bytes).next_multiple_of(page);
        if bytes > UNIT {
            return None;
        }
        access.clear(kind.offset(), bytes);
        let place = memory + kind.offset();
        let value = VALID | UNCACHED | place | u64::from(size) << 8 | (bytes / page - 1);
        write_long(access, register, value);
        let entries = (bytes / entry_bytes) as u32;
        (access.read(register) == value as u32).then_some(Self { entries })
    }
}
