//! The GUID partition table (UEFI 2.10 §5.3).
//!
//! A header and an array of entries stand at the start of the disk and again at its end, each with
//! a checksum. The primary copy is used if all of it is right, else the backup.

use alloc::{string::String, vec::Vec};

use crate::{
    Disk, GptDamage, Guid, Kind, Problem, SECTOR_SIZE, Scheme, Sectors, TableError, Volume,
    bytes::{array, u16_at, u32_at, u64_at},
    checksum::Crc32,
    mbr::{PROTECTIVE, entries},
};

const SIGNATURE: &[u8; 8] = b"EFI PART";

/// Where the checksum of the header stands in it; it counts as zero in the sum.
const CHECKSUM: usize = 16;

/// The length of a header before any extension.
const SHORTEST_HEADER: usize = 92;

/// The largest array of entries that is read, in bytes. The usual one has 16 KiB.
const LARGEST_ARRAY: u64 = 256 * 1024;

const LINUX: Guid = Guid::new(0x0FC6_3DAF, 0x8483, 0x4772, 0x8E79, 0x3D69_D847_7DE4);
const SWAP: Guid = Guid::new(0x0657_FD6D, 0xA4AB, 0x43C4, 0x84E5, 0x0933_C84B_4F4F);
const EFI: Guid = Guid::new(0xC12A_7328, 0xF81F, 0x11D2, 0xBA4B, 0x00A0_C93E_C93B);
const MICROSOFT: Guid = Guid::new(0xEBD0_A0A2, 0xB9E5, 0x4433, 0x87C0, 0x68B6_B726_99C7);

/// What a header says.
#[derive(Clone, Copy)]
struct Header {
    /// Sectors that volumes may use: the first, and the one after the last.
    usable: (u64, u64),
    array: u64,
    entries: u64,
    entry_size: u64,
    array_checksum: u32,
}

/// Returns whether the disk says that it has a GPT: by its MBR or by the primary header.
pub(crate) fn is_announced<S: Sectors>(disk: &mut S, first: &[u8; SECTOR_SIZE]) -> bool {
    let protective =
        entries(first).is_some_and(|entries| entries.iter().any(|e| e.kind == PROTECTIVE));
    let mut second = [0; SECTOR_SIZE];
    protective || (disk.read(1, &mut second).is_ok() && second.starts_with(SIGNATURE))
}

/// Reads the table from its primary or its backup copy.
pub(crate) fn read<S: Sectors>(disk: &mut S) -> Result<Disk, TableError> {
    let primary = match read_copy(disk, 1) {
        Ok(found) => return Ok(found),
        Err(damage) => damage,
    };
    match read_copy(disk, disk.count() - 1) {
        Ok(mut found) => {
            found.complain(0, Problem::BackupUsed);
            Ok(found)
        }
        Err(backup) => Err(TableError::Gpt { primary, backup }),
    }
}

/// Reads the copy whose header is in the sector given.
fn read_copy<S: Sectors>(disk: &mut S, sector: u64) -> Result<Disk, GptDamage> {
    let mut bytes = [0; SECTOR_SIZE];
    disk.read(sector, &mut bytes)
        .map_err(|_| GptDamage::Unreadable)?;
    let header = Header::parse(&bytes, sector, disk.count())?;
    let array = header.read_array(disk)?;
    let mut found = Disk::new(Scheme::Gpt);
    for (entry, number) in array.chunks_exact(header.entry_size as usize).zip(1..) {
        if let Some(volume) = volume(entry, number) {
            found.add(volume, header.usable);
        }
    }
    Ok(found)
}

impl Header {
    fn parse(bytes: &[u8; SECTOR_SIZE], sector: u64, count: u64) -> Result<Self, GptDamage> {
        if !bytes.starts_with(SIGNATURE) {
            return Err(GptDamage::Missing);
        }
        let length = u32_at(bytes, 12) as usize;
        if !(SHORTEST_HEADER..=SECTOR_SIZE).contains(&length) {
            return Err(GptDamage::HeaderContent);
        }
        let mut sum = Crc32::new();
        sum.add(&bytes[..CHECKSUM]);
        sum.add(&[0; 4]);
        sum.add(&bytes[CHECKSUM + 4..length]);
        if sum.value() != u32_at(bytes, CHECKSUM) {
            return Err(GptDamage::HeaderChecksum);
        }
        let header = Self {
            usable: (u64_at(bytes, 40), u64_at(bytes, 48).saturating_add(1)),
            array: u64_at(bytes, 72),
            entries: u32_at(bytes, 80).into(),
            entry_size: u32_at(bytes, 84).into(),
            array_checksum: u32_at(bytes, 88),
        };
        let placed = u64_at(bytes, 24) == sector;
        if placed && header.is_possible(count) {
            Ok(header)
        } else {
            Err(GptDamage::HeaderContent)
        }
    }

    fn is_possible(&self, count: u64) -> bool {
        let size = self.array_bytes().filter(|size| *size <= LARGEST_ARRAY);
        let end = size.and_then(|size| self.array.checked_add(size.div_ceil(SECTOR_SIZE as u64)));
        // Shorter entries have no room for a name; the format wants a power of two from 128 on.
        self.entry_size.is_power_of_two()
            && self.entry_size >= 128
            && self.array >= 2
            && end.is_some_and(|end| end <= count)
            && self.usable.0 < self.usable.1
            && self.usable.1 <= count
    }

    fn array_bytes(&self) -> Option<u64> {
        self.entries.checked_mul(self.entry_size)
    }

    /// Reads all entries and checks their sum.
    fn read_array<S: Sectors>(&self, disk: &mut S) -> Result<Vec<u8>, GptDamage> {
        let length = self.array_bytes().ok_or(GptDamage::HeaderContent)? as usize;
        let mut array = Vec::with_capacity(length);
        let mut sector = self.array;
        while array.len() < length {
            let mut bytes = [0; SECTOR_SIZE];
            disk.read(sector, &mut bytes)
                .map_err(|_| GptDamage::Unreadable)?;
            let wanted = (length - array.len()).min(SECTOR_SIZE);
            array.extend_from_slice(&bytes[..wanted]);
            sector += 1;
        }
        let mut sum = Crc32::new();
        sum.add(&array);
        if sum.value() == self.array_checksum {
            Ok(array)
        } else {
            Err(GptDamage::EntriesChecksum)
        }
    }
}

/// Returns the volume of an entry, or nothing if it is not used.
fn volume(entry: &[u8], number: u32) -> Option<Volume> {
    let guid = Guid(array(entry, 0));
    if guid == Guid::UNUSED {
        return None;
    }
    let kind = match guid {
        LINUX => Kind::Linux,
        SWAP => Kind::Swap,
        EFI => Kind::Efi,
        MICROSOFT => Kind::Microsoft,
        other => Kind::Guid(other),
    };
    let (first, last) = (u64_at(entry, 32), u64_at(entry, 40));
    // An entry that ends before it begins has no sectors and is complained of for that.
    let count = last
        .checked_sub(first)
        .map_or(0, |distance| distance.saturating_add(1));
    Some(Volume {
        number,
        first,
        count,
        kind,
        content: None,
        name: name(entry),
    })
}

/// Returns the name of an entry: up to 36 units of UTF-16.
fn name(entry: &[u8]) -> String {
    let units = (0..36)
        .map(|n| u16_at(entry, 56 + 2 * n))
        .take_while(|unit| *unit != 0);
    char::decode_utf16(units)
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}
