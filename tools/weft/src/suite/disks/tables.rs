//! Partition tables, written around one volume: MBR and GPT (UEFI 2.10 §5.2 and §5.3).

use crc32fast::hash as crc32;

/// Bytes in a sector.
const SECTOR: usize = 512;

/// The sector at which the volume begins: a mebibyte, as everywhere today.
const START: u32 = 2048;

/// The entry's type in an MBR: Linux.
pub(super) const LINUX: u8 = 0x83;

/// The entry's type in an MBR: FAT32.
pub(super) const FAT: u8 = 0x0c;

/// The entry's type in an MBR that protects a GPT.
const PROTECTIVE: u8 = 0xee;

/// The type of Linux files, 0FC63DAF-8483-4772-8E79-3D69D8477DE4, as GPT stores it.
const LINUX_TYPE: [u8; 16] = [
    0xaf, 0x3d, 0xc6, 0x0f, 0x83, 0x84, 0x72, 0x47, 0x8e, 0x79, 0x3d, 0x69, 0xd8, 0x47, 0x7d, 0xe4,
];

/// Sectors of the array of entries: 128 of them, 128 bytes each.
const ENTRY_SECTORS: u32 = 32;

/// A disk with the volume in the one partition of an MBR.
pub(super) fn mbr(volume: &[u8], kind: u8) -> Vec<u8> {
    let mut bytes = first_sector(kind, START, sectors(volume));
    bytes.resize(START as usize * SECTOR, 0);
    bytes.extend(volume);
    bytes
}

/// A disk with the volume in the one partition of a GPT.
pub(super) fn gpt(volume: &[u8]) -> Vec<u8> {
    let end = START + sectors(volume);
    let last = end + ENTRY_SECTORS;
    let mut entries = entry(u64::from(START), u64::from(end - 1));
    entries.resize(ENTRY_SECTORS as usize * SECTOR, 0);
    let checksum = crc32(&entries);
    let mut bytes = first_sector(PROTECTIVE, 1, last);
    bytes.extend(header(1, last, 2, last, checksum));
    bytes.extend(&entries);
    bytes.resize(START as usize * SECTOR, 0);
    bytes.extend(volume);
    bytes.resize(end as usize * SECTOR, 0);
    bytes.extend(&entries);
    bytes.extend(header(last, 1, end, last, checksum));
    bytes
}

fn sectors(volume: &[u8]) -> u32 {
    u32::try_from(volume.len() / SECTOR).unwrap_or(u32::MAX)
}

fn first_sector(kind: u8, start: u32, length: u32) -> Vec<u8> {
    let mut entry = [0; 16];
    entry[4] = kind;
    entry[8..12].copy_from_slice(&start.to_le_bytes());
    entry[12..].copy_from_slice(&length.to_le_bytes());
    let mut bytes = vec![0; SECTOR];
    bytes[446..462].copy_from_slice(&entry);
    bytes[510..].copy_from_slice(&[0x55, 0xaa]);
    bytes
}

fn entry(first: u64, last: u64) -> Vec<u8> {
    let mut bytes = LINUX_TYPE.to_vec();
    bytes.extend(*b"weft-test-volume");
    bytes.extend(first.to_le_bytes());
    bytes.extend(last.to_le_bytes());
    bytes.extend([0; 8]);
    bytes.extend("files".encode_utf16().flat_map(u16::to_le_bytes));
    bytes.resize(128, 0);
    bytes
}

/// A header at sector `own`, whose copy is at `other`, with the entries from sector `table` on.
fn header(own: u32, other: u32, table: u32, last: u32, entries_checksum: u32) -> Vec<u8> {
    let mut bytes = b"EFI PART".to_vec();
    let usable = (2 + ENTRY_SECTORS, last - ENTRY_SECTORS - 1);
    let mut words = |list: &[u32]| {
        list.iter()
            .for_each(|word| bytes.extend(word.to_le_bytes()))
    };
    words(&[0x1_0000, 92, 0, 0]);
    words(&[own, 0, other, 0, usable.0, 0, usable.1, 0]);
    words(&[0x7765_6674, 1, 2, 3]);
    words(&[table, 0, 128, 128, entries_checksum]);
    let checksum = crc32(&bytes);
    bytes[16..20].copy_from_slice(&checksum.to_le_bytes());
    bytes.resize(SECTOR, 0);
    bytes
}
