//! Whatever is on a disk: an answer, soon, with volumes that lie on it.

use partitions::{Sectors, find};
use proptest::prelude::*;

use crate::build::{Image, gpt_entry};

/// Sectors that an answer may take: a table of 256 KiB twice, chains, and the contents.
const READS: u64 = 2 * 512 + 4 * 128 + 10 * 2_100;

fn check(mut disk: Image) {
    let count = disk.count();
    if let Ok(found) = find(&mut disk) {
        for volume in &found.volumes {
            assert!(volume.count > 0, "{volume:?}");
            assert!(
                volume
                    .first
                    .checked_add(volume.count)
                    .is_some_and(|end| end <= count)
            );
        }
    }
    assert!(disk.reads <= READS, "{} reads", disk.reads);
}

/// A disk with tables that look right, so that the interesting places are reached.
fn plausible() -> Image {
    let mut disk = Image::new(400);
    disk.gpt(&[
        gpt_entry([1; 16], 34, 60, "a"),
        gpt_entry([2; 16], 70, 90, "b"),
    ]);
    disk
}

fn chained() -> Image {
    let mut disk = Image::new(400);
    disk.mbr_entry(0, 0, 0x83, 1, 50);
    disk.mbr_entry(0, 1, 0x05, 100, 300);
    for n in 0..5 {
        disk.mbr_entry(100 + 20 * n, 0, 0x83, 1, 10);
        disk.mbr_entry(100 + 20 * n, 1, 0x05, 20 * (n as u32 + 1), 20);
    }
    disk
}

proptest! {
    #[test]
    fn random_sectors_never_panic(
        first in prop::collection::vec(any::<u8>(), 512 * 4),
        size in 1..200_usize,
    ) {
        let mut disk = Image::new(size);
        let length = first.len().min(disk.bytes.len());
        disk.bytes[..length].copy_from_slice(&first[..length]);
        if length > 511 {
            disk.put(0, 510, &[0x55, 0xAA]);
            // Make all entries plausible by their flags.
            for at in [446, 462, 478, 494] {
                disk.put(0, at, &[0]);
            }
        }
        check(disk);
    }

    #[test]
    fn changed_bytes_of_good_tables_never_panic(
        changes in prop::collection::vec((0..6_usize, 0..512_usize, any::<u8>()), 1..12),
    ) {
        for (mut disk, places) in [
            (plausible(), [0, 1, 2, 3, 398, 399]),
            (chained(), [0, 100, 120, 140, 160, 180]),
        ] {
            for (place, offset, value) in &changes {
                disk.put(places[*place], *offset, &[*value]);
            }
            check(disk);
        }
    }

    #[test]
    fn impossible_headers_with_right_checksums_never_panic(
        fields in prop::collection::vec((0..9_usize, any::<u64>(), 0..64_u32), 1..4),
    ) {
        const OFFSETS: [usize; 9] = [8, 24, 32, 40, 48, 72, 80, 84, 88];
        let mut disk = plausible();
        for (field, value, shift) in fields {
            disk.put(1, OFFSETS[field], &(value >> shift).to_le_bytes()[..4]);
        }
        disk.put(1, 12, &92_u32.to_le_bytes());
        disk.put(1, 16, &[0; 4]);
        let sum = crate::build::crc32(&disk.bytes[512..512 + 92]);
        disk.put(1, 16, &sum.to_le_bytes());
        check(disk);
    }
}
