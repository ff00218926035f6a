//! The master boot record, with the chain of logical partitions.
//!
//! Layout: UEFI 2.10 §5.2.1. Four entries of 16 bytes at 446, `55 AA` at 510. A logical partition
//! is described by a sector of the same form, its start counted from that sector; the second entry
//! there leads to the next, counted from the start of the extended partition.

use alloc::string::String;

use crate::{
    Disk, Kind, Problem, SECTOR_SIZE, Scheme, Sectors, TableError, Volume,
    bytes::{u16_at, u32_at},
};

/// The entry of a disk that has a GPT.
pub(crate) const PROTECTIVE: u8 = 0xEE;

/// Longest chain of logical partitions that is followed; Linux stops at 60.
const LONGEST_CHAIN: u32 = 128;

/// The number of the first logical partition.
const FIRST_LOGICAL: u32 = 5;

/// One of the four entries.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    flags: u8,
    pub(crate) kind: u8,
    start: u32,
    count: u32,
}

impl Entry {
    fn is_used(self) -> bool {
        self.kind != 0
    }

    fn is_extended(self) -> bool {
        matches!(self.kind, 0x05 | 0x0F | 0x85)
    }

    fn is_plausible(self) -> bool {
        self.flags & 0x7F == 0
    }

    fn volume(self, number: u32, base: u64) -> Volume {
        let kind = match self.kind {
            0x83 => Kind::Linux,
            0x82 => Kind::Swap,
            0xEF => Kind::Efi,
            0x01 | 0x04 | 0x06 | 0x07 | 0x0B | 0x0C | 0x0E => Kind::Microsoft,
            other => Kind::Type(other),
        };
        let first = base.saturating_add(self.start.into());
        let count = self.count.into();
        Volume {
            number,
            first,
            count,
            kind,
            content: None,
            name: String::new(),
        }
    }
}

/// Returns the four entries, or nothing if the sector is no boot record.
pub(crate) fn entries(sector: &[u8; SECTOR_SIZE]) -> Option<[Entry; 4]> {
    if u16_at(sector, 510) != 0xAA55 {
        return None;
    }
    Some([446, 462, 478, 494].map(|at| Entry {
        flags: sector[at],
        kind: sector[at + 4],
        start: u32_at(sector, at + 8),
        count: u32_at(sector, at + 12),
    }))
}

/// Reads the table in the first sector; nothing if there is none.
pub(crate) fn read<S: Sectors>(
    disk: &mut S,
    first: &[u8; SECTOR_SIZE],
) -> Result<Option<Disk>, TableError> {
    let Some(entries) = entries(first) else {
        return Ok(None);
    };
    // Boot code of something else reaches into the entries.
    if !entries.iter().all(|entry| entry.is_plausible()) {
        return Ok(None);
    }
    let mut found = Disk::new(Scheme::Mbr);
    let whole = (1, disk.count());
    for (entry, number) in entries.into_iter().zip(1..) {
        if entry.is_used() && !entry.is_extended() {
            found.add(entry.volume(number, 0), whole);
        }
    }
    for (entry, number) in entries.into_iter().zip(1..) {
        if entry.is_extended() {
            read_chain(disk, entry, number, &mut found);
        }
    }
    Ok(Some(found))
}

/// Follows the logical partitions of an extended one.
fn read_chain<S: Sectors>(disk: &mut S, extended: Entry, number: u32, found: &mut Disk) {
    let start = u64::from(extended.start);
    let end = start + u64::from(extended.count);
    if start == 0 || end > disk.count() {
        found.complain(number, Problem::OutOfRange);
        return;
    }
    let mut here = start;
    for number in FIRST_LOGICAL..FIRST_LOGICAL + LONGEST_CHAIN {
        let mut sector = [0; SECTOR_SIZE];
        let entries = match disk.read(here, &mut sector) {
            Ok(()) => entries(&sector),
            Err(_) => None,
        };
        let Some([logical, link, ..]) = entries else {
            found.complain(number, Problem::BrokenChain);
            return;
        };
        if logical.is_used() {
            found.add(logical.volume(number, here), (start + 1, end));
        }
        if !link.is_extended() {
            return;
        }
        let next = start + u64::from(link.start);
        // Links that lead back would be followed for ever.
        if next <= here || next >= end {
            found.complain(number, Problem::BrokenChain);
            return;
        }
        here = next;
    }
}
