use std::vec::Vec;

use super::*;
use crate::pvh::tests::Bytes;

const BASE: u64 = 0x1000;

/// A firmware with a root pointer, an XSDT or RSDT, and the given tables.
fn firmware(revision: u8, bodies: &[(&[u8; 4], Vec<u8>)]) -> Bytes {
    let mut bytes = std::vec![0u8; 64];
    let mut addresses = Vec::new();
    for (signature, body) in bodies {
        addresses.push(BASE + bytes.len() as u64);
        bytes.extend(table(signature, body));
    }
    let root = BASE + bytes.len() as u64;
    let body: Vec<u8> = if revision >= 2 {
        addresses
            .iter()
            .flat_map(|address| address.to_le_bytes())
            .collect()
    } else {
        addresses
            .iter()
            .flat_map(|address| (*address as u32).to_le_bytes())
            .collect()
    };
    bytes.extend(table(if revision >= 2 { b"XSDT" } else { b"RSDT" }, &body));
    bytes[..8].copy_from_slice(b"RSD PTR ");
    bytes[15] = revision;
    bytes[16..20].copy_from_slice(&(root as u32).to_le_bytes());
    bytes[24..32].copy_from_slice(&root.to_le_bytes());
    Bytes { base: BASE, bytes }
}

fn table(signature: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = std::vec![0u8; HEADER as usize];
    bytes[..4].copy_from_slice(signature);
    bytes.extend(body);
    let length = bytes.len() as u32;
    bytes[4..8].copy_from_slice(&length.to_le_bytes());
    let sum = bytes.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte));
    bytes[9] = sum.wrapping_neg();
    bytes
}

fn madt() -> Vec<u8> {
    let mut body = std::vec![0u8; 8];
    body.extend([0, 8, 0, 0, 1, 0, 0, 0]);
    body.extend([0, 8, 1, 1, 0, 0, 0, 0]);
    body.extend([1, 12, 0, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0]);
    body.extend([2, 10, 0, 0, 2, 0, 0, 0, 0, 0]);
    body.extend([2, 10, 0, 9, 9, 0, 0, 0, 0x0d, 0]);
    body
}

#[test]
fn the_madt_gives_io_apic_overrides_and_usable_cores() {
    for revision in [0, 2] {
        let firmware = firmware(revision, &[(b"APIC", madt())]);
        let found = Acpi::read(&firmware, BASE).madt;
        assert_eq!(
            found.io_apic,
            Some(IoApicEntry {
                address: 0xfec0_0000,
                first: 0
            })
        );
        assert_eq!(
            found.overrides[0],
            Some(Override {
                global: 2,
                flags: 0
            })
        );
        assert_eq!(
            found.overrides[9],
            Some(Override {
                global: 9,
                flags: 0x0d
            })
        );
        assert_eq!(found.overrides[1], None);
        assert_eq!(found.cores.iter().collect::<Vec<_>>(), [0]);
    }
}

/// The list that a MADT with these entries gives.
fn cores(entries: impl IntoIterator<Item = Vec<u8>>) -> Cores {
    let mut body = std::vec![0u8; 8];
    body.extend(entries.into_iter().flatten());
    let firmware = firmware(2, &[(b"APIC", body)]);
    Acpi::read(&firmware, BASE).madt.cores
}

fn short_entry(id: u8, flags: u8) -> Vec<u8> {
    Vec::from([0, 8, 0xaa, id, flags, 0, 0, 0])
}

fn long_entry(id: u32, flags: u8) -> Vec<u8> {
    let mut entry = Vec::from([9, 16, 0, 0]);
    entry.extend(id.to_le_bytes());
    entry.extend([flags, 0, 0, 0, 0xaa, 0, 0, 0]);
    entry
}

fn ids(cores: &Cores) -> Vec<u32> {
    cores.iter().collect()
}

#[test]
fn cores_are_listed_by_their_controllers_and_disabled_ones_left_out() {
    let entries = [
        short_entry(4, 1),
        short_entry(6, 0),
        short_entry(2, 3),
        long_entry(0x1_0000, 1),
        long_entry(0x1_0001, 2),
        long_entry(2, 1),
    ];
    let found = cores(entries);
    assert_eq!(
        (ids(&found), found.count()),
        (Vec::from([4, 2, 0x1_0000]), 3)
    );
}

#[test]
fn the_core_that_runs_comes_first() {
    let found = cores([short_entry(4, 1), short_entry(2, 1), short_entry(0, 1)]);
    assert_eq!(ids(&found.with_first(2)), [2, 4, 0]);
}

#[test]
fn a_list_without_the_core_that_runs_gives_that_one_alone() {
    let found = cores([short_entry(4, 1), short_entry(2, 1)]);
    assert_eq!(
        (ids(&found.with_first(7)), found.with_first(7).count()),
        (Vec::from([7]), 1)
    );
    assert_eq!(ids(&Cores::default().with_first(3)), [3]);
}

#[test]
fn more_cores_than_can_be_used_are_counted_and_not_listed() {
    let found = cores((0..70).map(|id| short_entry(id, 1))).with_first(5);
    let listed = ids(&found);
    assert_eq!((listed.len(), found.count()), (weft_hal::CoreId::MAX, 70));
    assert_eq!(listed[..3], [5, 0, 1]);
}

#[test]
fn an_entry_of_length_0_does_not_loop() {
    let mut body = madt();
    body[8 + 1] = 0;
    let firmware = firmware(2, &[(b"APIC", body)]);
    assert_eq!(Acpi::read(&firmware, BASE).madt, Madt::default());
}

#[test]
fn an_entry_cut_off_by_the_tables_end_is_left_out() {
    let mut body = madt();
    body.truncate(body.len() - 3);
    let firmware = firmware(2, &[(b"APIC", body)]);
    assert_eq!(Acpi::read(&firmware, BASE).madt.overrides[9], None);
}

#[test]
fn a_wrong_checksum_hides_a_table() {
    let mut firmware = firmware(2, &[(b"APIC", madt())]);
    firmware.bytes[64 + 40] ^= 1;
    assert_eq!(Acpi::read(&firmware, BASE), Acpi::default());
}

#[test]
fn configuration_space_of_segment_0_is_found() {
    let mut body = std::vec![0u8; 8];
    body.extend(0xb000_0000u64.to_le_bytes());
    body.extend([0, 0, 0, 255, 0, 0, 0, 0]);
    let firmware = firmware(2, &[(b"MCFG", body)]);
    assert_eq!(
        Acpi::read(&firmware, BASE).ecam,
        Some(Range {
            start: 0xb000_0000,
            end: 0xc000_0000
        })
    );
}

#[test]
fn timer_and_soft_off_are_found() {
    let mut dsdt = std::vec![0x10u8, 0x20];
    dsdt.extend([
        8, b'_', b'S', b'5', b'_', 0x12, 6, 4, 0x0a, 5, 0x0a, 5, 0, 0, 0, 0,
    ]);
    let mut fadt = std::vec![0u8; 108];
    fadt[64 - 36..][..4].copy_from_slice(&0x604u32.to_le_bytes());
    fadt[76 - 36..][..4].copy_from_slice(&0x608u32.to_le_bytes());
    fadt[40 - 36..][..4].copy_from_slice(&(BASE as u32 + 64).to_le_bytes());
    let firmware = firmware(2, &[(b"DSDT", dsdt), (b"FACP", fadt)]);
    let power = Acpi::read(&firmware, BASE).power;
    assert_eq!(
        power,
        PowerPorts {
            timer: 0x608,
            control_a: 0x604,
            control_b: 0,
            off_type: 5
        }
    );
}

#[test]
fn no_root_pointer_gives_nothing() {
    let firmware = firmware(2, &[(b"APIC", madt())]);
    assert_eq!(Acpi::read(&firmware, 0), Acpi::default());
    assert_eq!(Acpi::read(&firmware, BASE + 4), Acpi::default());
    assert_eq!(Acpi::read(&firmware, u64::MAX - 4), Acpi::default());
}
