//! Bare disks and master boot records.

use partitions::{Complaint, FileSystem, Kind, Problem, Scheme, TableError, find};

use crate::build::Image;

#[test]
fn bare_file_system_is_one_volume() {
    let mut disk = Image::new(4096);
    disk.ext4_at(0);
    let found = find(&mut disk).unwrap();
    assert_eq!(found.scheme, Scheme::Bare);
    let [volume] = &found.volumes[..] else {
        panic!("{found:?}")
    };
    assert_eq!((volume.number, volume.first, volume.count), (0, 0, 4096));
    assert_eq!(
        (volume.kind, volume.content),
        (Kind::Whole, Some(FileSystem::Ext))
    );
}

#[test]
fn empty_disk_and_no_disk_have_no_volume() {
    for sectors in [0, 1, 2, 100] {
        let found = find(&mut Image::new(sectors)).unwrap();
        assert_eq!((found.scheme, found.volumes.len()), (Scheme::Unknown, 0));
    }
}

#[test]
fn primary_and_logical_partitions_are_found_and_numbered() {
    let mut disk = Image::new(10_000);
    disk.mbr_entry(0, 0, 0x83, 100, 1_000);
    disk.mbr_entry(0, 1, 0x0C, 2_000, 500);
    disk.mbr_entry(0, 3, 0x05, 4_000, 6_000);
    disk.mbr_entry(4_000, 0, 0x83, 10, 100);
    disk.mbr_entry(4_000, 1, 0x05, 500, 600);
    disk.mbr_entry(4_500, 0, 0x82, 20, 200);
    disk.ext4_at(100);
    let found = find(&mut disk).unwrap();
    assert_eq!(found.scheme, Scheme::Mbr);
    assert_eq!(found.complaints, []);
    let list: Vec<_> = found
        .volumes
        .iter()
        .map(|v| (v.number, v.first, v.count, v.kind))
        .collect();
    let expected = [
        (1, 100, 1_000, Kind::Linux),
        (2, 2_000, 500, Kind::Microsoft),
        (5, 4_010, 100, Kind::Linux),
        (6, 4_520, 200, Kind::Swap),
    ];
    assert_eq!(list, expected);
    assert_eq!(found.volumes[0].content, Some(FileSystem::Ext));
    assert_eq!(found.volumes[1].content, None);
}

#[test]
fn stale_superblock_does_not_hide_a_partition_table() {
    let mut disk = Image::new(4_000);
    disk.ext4_at(0);
    disk.mbr_entry(0, 0, 0x83, 2_048, 1_000);
    assert_eq!(find(&mut disk).unwrap().scheme, Scheme::Mbr);
}

#[test]
fn boot_sector_of_fat_is_no_partition_table() {
    let mut disk = Image::new(4_000);
    disk.mbr_entry(0, 0, 0x83, 100, 100);
    disk.put(0, 0, &[0xEB, 0x3C, 0x90]);
    disk.put(0, 11, &[0, 2, 4, 1, 0, 2, 0, 2, 0x40, 0x0F, 0xF8]);
    let found = find(&mut disk).unwrap();
    assert_eq!(
        (found.scheme, found.volumes[0].content),
        (Scheme::Bare, Some(FileSystem::Fat))
    );
}

#[test]
fn entry_beyond_the_disk_is_left_out_with_a_complaint() {
    let mut disk = Image::new(4_000);
    disk.mbr_entry(0, 0, 0x83, 100, 1_000);
    disk.mbr_entry(0, 1, 0x83, 3_000, 1_001);
    disk.mbr_entry(0, 2, 0x83, 500, 100);
    let found = find(&mut disk).unwrap();
    assert_eq!(found.volumes.len(), 1);
    let expected = [
        Complaint {
            number: 2,
            problem: Problem::OutOfRange,
        },
        Complaint {
            number: 3,
            problem: Problem::Overlap,
        },
    ];
    assert_eq!(found.complaints, expected);
    assert_eq!(
        found.complaints[0].to_string(),
        "partition 2 does not lie on the disk"
    );
}

#[test]
fn table_without_one_good_entry_is_an_error() {
    let mut disk = Image::new(4_000);
    disk.mbr_entry(0, 0, 0x83, 5_000, 1_000);
    assert_eq!(find(&mut disk), Err(TableError::Mbr));
}

#[test]
fn chain_that_leads_back_or_away_ends_with_a_complaint() {
    for target in [0, 100, 5_999, 6_000, u32::MAX] {
        let mut disk = Image::new(10_000);
        disk.mbr_entry(0, 0, 0x05, 4_000, 6_000);
        disk.mbr_entry(4_000, 0, 0x83, 10, 100);
        disk.mbr_entry(4_000, 1, 0x05, 200, 600);
        disk.mbr_entry(4_200, 0, 0x83, 10, 100);
        disk.mbr_entry(4_200, 1, 0x05, target, 600);
        let found = find(&mut disk).unwrap();
        assert_eq!(found.volumes.len(), 2, "{target}");
        assert_eq!(found.complaints.len(), 1, "{target}");
        assert_eq!(found.complaints[0].problem, Problem::BrokenChain);
    }
}

#[test]
fn unreadable_first_sector_is_an_error() {
    let mut disk = Image::new(100);
    disk.bad = vec![0];
    assert_eq!(find(&mut disk), Err(TableError::Read));
}

#[test]
fn volume_that_cannot_be_read_is_still_found() {
    let mut disk = Image::new(4_000);
    disk.mbr_entry(0, 0, 0x83, 100, 1_000);
    disk.bad = (100..200).collect();
    let found = find(&mut disk).unwrap();
    assert_eq!((found.volumes.len(), found.volumes[0].content), (1, None));
}
