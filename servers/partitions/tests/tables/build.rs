//! Builds disks, after the specifications and not with the code under test.

use partitions::{ReadError, SECTOR_SIZE, Sectors};

/// A disk in memory.
#[derive(Clone)]
pub(crate) struct Image {
    pub(crate) bytes: Vec<u8>,
    /// Sectors that cannot be read.
    pub(crate) bad: Vec<u64>,
    /// Sectors read so far.
    pub(crate) reads: u64,
}

impl Image {
    pub(crate) fn new(sectors: usize) -> Self {
        Self {
            bytes: vec![0; sectors * SECTOR_SIZE],
            bad: Vec::new(),
            reads: 0,
        }
    }

    pub(crate) fn put(&mut self, sector: u64, offset: usize, bytes: &[u8]) {
        let at = sector as usize * SECTOR_SIZE + offset;
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// Writes one of the four entries of a boot record, and its signature.
    pub(crate) fn mbr_entry(&mut self, sector: u64, slot: usize, kind: u8, start: u32, count: u32) {
        let at = 446 + 16 * slot;
        self.put(sector, at + 4, &[kind]);
        self.put(sector, at + 8, &start.to_le_bytes());
        self.put(sector, at + 12, &count.to_le_bytes());
        self.put(sector, 510, &[0x55, 0xAA]);
    }

    /// Puts the magic number of ext4 where a volume begins.
    pub(crate) fn ext4_at(&mut self, sector: u64) {
        self.put(sector + 2, 0x38, &[0x53, 0xEF]);
    }

    /// Writes a protective record and both copies of a table with the entries given.
    pub(crate) fn gpt(&mut self, entries: &[Vec<u8>]) {
        let last = self.count() - 1;
        self.mbr_entry(0, 0, 0xEE, 1, last as u32);
        let mut array = entries.concat();
        array.resize(128 * 128, 0);
        for (header, other, start) in [(1, last, 2), (last, 1, last - 32)] {
            self.put(start, 0, &array);
            self.put(header, 0, &gpt_header(header, other, start, last, &array));
        }
    }
}

impl Sectors for Image {
    fn count(&self) -> u64 {
        (self.bytes.len() / SECTOR_SIZE) as u64
    }

    fn read(&mut self, sector: u64, output: &mut [u8; SECTOR_SIZE]) -> Result<(), ReadError> {
        self.reads += 1;
        if sector >= self.count() || self.bad.contains(&sector) {
            return Err(ReadError);
        }
        let at = sector as usize * SECTOR_SIZE;
        output.copy_from_slice(&self.bytes[at..at + SECTOR_SIZE]);
        Ok(())
    }
}

/// Returns a header with the right checksums.
fn gpt_header(here: u64, other: u64, array_at: u64, last: u64, array: &[u8]) -> Vec<u8> {
    let mut header = Vec::new();
    header.extend(b"EFI PART");
    header.extend(0x0001_0000_u32.to_le_bytes());
    header.extend(92_u32.to_le_bytes());
    header.extend([0; 8]);
    for number in [here, other, 34, last - 33] {
        header.extend(number.to_le_bytes());
    }
    header.extend([0x42; 16]);
    header.extend(array_at.to_le_bytes());
    header.extend(128_u32.to_le_bytes());
    header.extend(128_u32.to_le_bytes());
    header.extend(crc32(array).to_le_bytes());
    let sum = crc32(&header);
    header[16..20].copy_from_slice(&sum.to_le_bytes());
    header
}

/// Returns an entry of a table: type, range and name.
pub(crate) fn gpt_entry(kind: [u8; 16], first: u64, last: u64, name: &str) -> Vec<u8> {
    let mut entry = Vec::new();
    entry.extend(kind);
    entry.extend([7; 16]);
    entry.extend(first.to_le_bytes());
    entry.extend(last.to_le_bytes());
    entry.extend([0; 8]);
    entry.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
    entry.resize(128, 0);
    entry
}

/// The checksum by polynomial division, bit by bit from the front.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let mut rest = u32::MAX;
    for byte in bytes {
        rest ^= u32::from(byte.reverse_bits()) << 24;
        for _ in 0..8 {
            rest = if rest >> 31 == 1 {
                rest << 1 ^ 0x04C1_1DB7
            } else {
                rest << 1
            };
        }
    }
    !rest.reverse_bits()
}
