//! GUID partition tables.

use partitions::{Complaint, FileSystem, GptDamage, Guid, Kind, Problem, Scheme, TableError, find};

use crate::build::{Image, crc32, gpt_entry};

const LINUX: [u8; 16] = Guid::new(0x0FC6_3DAF, 0x8483, 0x4772, 0x8E79, 0x3D69_D847_7DE4).0;
const EFI: [u8; 16] = Guid::new(0xC12A_7328, 0xF81F, 0x11D2, 0xBA4B, 0x00A0_C93E_C93B).0;

const LAST: u64 = 9_999;

fn disk() -> Image {
    let mut disk = Image::new(10_000);
    let unused = vec![0; 128];
    disk.gpt(&[
        gpt_entry(EFI, 34, 1_033, "EFI"),
        unused,
        gpt_entry(LINUX, 2_048, 4_047, "Größe 文字 🙂"),
        gpt_entry([9; 16], 5_000, 5_000, ""),
    ]);
    disk.ext4_at(2_048);
    disk
}

#[test]
fn volumes_have_number_range_type_and_name() {
    let found = find(&mut disk()).unwrap();
    assert_eq!(found.scheme, Scheme::Gpt);
    assert_eq!(found.complaints, []);
    let list: Vec<_> = found
        .volumes
        .iter()
        .map(|v| (v.number, v.first, v.count, v.kind, v.name.as_str()))
        .collect();
    let expected = [
        (1, 34, 1_000, Kind::Efi, "EFI"),
        (3, 2_048, 2_000, Kind::Linux, "Größe 文字 🙂"),
        (4, 5_000, 1, Kind::Guid(Guid([9; 16])), ""),
    ];
    assert_eq!(list, expected);
    assert_eq!(found.volumes[1].content, Some(FileSystem::Ext));
}

#[test]
fn backup_is_used_if_anything_of_the_primary_is_damaged() {
    let good = find(&mut disk()).unwrap();
    for (sector, offset) in [(1, 0), (1, 60), (1, 17), (2, 40), (33, 511)] {
        let mut disk = disk();
        let at = sector * 512 + offset;
        disk.bytes[at] ^= 1;
        let found = find(&mut disk).unwrap();
        assert_eq!(
            found.volumes, good.volumes,
            "byte {offset} of sector {sector}"
        );
        let expected = [Complaint {
            number: 0,
            problem: Problem::BackupUsed,
        }];
        assert_eq!(found.complaints, expected);
    }
    let mut unreadable = disk();
    unreadable.bad = vec![1];
    assert_eq!(find(&mut unreadable).unwrap().volumes, good.volumes);
}

#[test]
fn damage_to_both_copies_is_an_error_that_says_what() {
    let mut disk = disk();
    disk.put(1, 0, b"XFI PART");
    disk.put(LAST - 32, 0, &[1, 2, 3]);
    let damage = TableError::Gpt {
        primary: GptDamage::Missing,
        backup: GptDamage::EntriesChecksum,
    };
    assert_eq!(find(&mut disk), Err(damage));
    assert_eq!(
        damage.to_string(),
        "both copies of the GPT are damaged (primary: missing; backup: the checksum of the entries \
         is wrong)",
    );
}

#[test]
fn header_with_impossible_content_is_refused_despite_its_checksum() {
    for (offset, value) in [
        (24, 2_u64),
        (40, 9_990),
        (48, 10_000),
        (72, 9_999),
        (72, 0),
        (80, 0),
        (80, 128 << 32 | 4_000),
    ] {
        let mut disk = disk();
        disk.put(1, offset, &value.to_le_bytes());
        disk.put(1, 16, &[0; 4]);
        let sum = crc32(&disk.bytes[512..512 + 92]);
        disk.put(1, 16, &sum.to_le_bytes());
        disk.put(LAST, 0, &[0; 512]);
        let damage = TableError::Gpt {
            primary: GptDamage::HeaderContent,
            backup: GptDamage::Missing,
        };
        assert_eq!(find(&mut disk), Err(damage), "{value} at {offset}");
    }
}

#[test]
fn bad_entry_is_left_out_with_a_complaint() {
    let mut disk = Image::new(10_000);
    disk.gpt(&[
        gpt_entry(LINUX, 34, 133, "good"),
        gpt_entry(LINUX, 100, 200, "overlaps"),
        gpt_entry(LINUX, 300, 299, "negative"),
        gpt_entry(LINUX, 9_000, 9_990, "in the backup"),
        gpt_entry(LINUX, 0, u64::MAX, "all"),
    ]);
    let found = find(&mut disk).unwrap();
    assert_eq!(found.volumes.len(), 1);
    let problems: Vec<_> = found
        .complaints
        .iter()
        .map(|c| (c.number, c.problem))
        .collect();
    let expected = [
        (2, Problem::Overlap),
        (3, Problem::OutOfRange),
        (4, Problem::OutOfRange),
        (5, Problem::OutOfRange),
    ];
    assert_eq!(problems, expected);
}

#[test]
fn table_is_found_without_its_protective_record() {
    let mut disk = disk();
    disk.put(0, 0, &[0; 512]);
    assert_eq!(find(&mut disk).unwrap().scheme, Scheme::Gpt);
}
