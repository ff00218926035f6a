//! What clients are told about disks and volumes.

use libipc::{Caller, Error};
use proto::block;
use proto::storage::{self, Purpose, Table};

use super::drive::{attach, drive};
use super::house::{POOL, house, house_with_slot};

/// A disk of 1 MiB with an MBR: a Linux partition of sectors 512 to 1023, one of 1024 to 1535, and
/// swap space after it.
pub(crate) fn partitioned() -> Vec<u8> {
    let mut bytes = vec![0; 1 << 20];
    for (index, (kind, start)) in [(0x83, 512_u32), (0x83, 1024), (0x82, 1536)]
        .into_iter()
        .enumerate()
    {
        let entry = &mut bytes[446 + 16 * index..][..16];
        entry[4] = kind;
        entry[8..12].copy_from_slice(&start.to_le_bytes());
        entry[12..16].copy_from_slice(&512_u32.to_le_bytes());
    }
    bytes[510..512].copy_from_slice(&[0x55, 0xAA]);
    bytes
}

/// A disk that says it has a GPT, of which nothing is left.
fn damaged() -> Vec<u8> {
    let mut bytes = vec![0; 1 << 20];
    bytes[446 + 4] = 0xEE;
    bytes[446 + 8] = 1;
    bytes[446 + 12..446 + 16].copy_from_slice(&2047_u32.to_le_bytes());
    bytes[510..512].copy_from_slice(&[0x55, 0xAA]);
    bytes
}

#[test]
fn volumes_are_numbered_over_all_disks() {
    let (first, second) = (drive(partitioned()), drive(partitioned()));
    let (_house, [a, _]) = house(&[&first, &second], POOL);
    let found = a.storage.volumes(1).expect("it answers");
    let seen: Vec<_> = found
        .iter()
        .map(|v| (v.volume, v.disk, v.partition, v.start))
        .collect();
    assert_eq!(
        seen,
        [
            (1, 0, 2, 1024),
            (2, 0, 3, 1536),
            (3, 1, 1, 512),
            (4, 1, 2, 1024),
            (5, 1, 3, 1536)
        ]
    );
    assert_eq!(found[0].purpose, Purpose::Files);
    assert_eq!(found[1].purpose, Purpose::Other);
    assert_eq!(found[0].kind, "Linux");
    assert!(a.storage.volumes(6).expect("it answers").is_empty());
}

#[test]
fn a_disk_whose_table_is_damaged_says_why_it_has_no_volumes() {
    let drive = drive(damaged());
    let (_house, [a, _]) = house(&[&drive], POOL);
    let disks = a.storage.disks(0).expect("it answers");
    assert_eq!((disks[0].table, disks[0].volumes), (Table::Unreadable, 0));
    let problem = &disks[0].problem;
    assert!(
        problem.starts_with("both copies of the GPT are damaged"),
        "{problem}"
    );
}

#[test]
fn a_disk_on_which_nothing_is_found_is_one_volume() {
    let drive = drive(vec![0; 1 << 20]);
    let (_house, [a, _]) = house(&[&drive], POOL);
    let disks = a.storage.disks(0).expect("it answers");
    assert_eq!((disks[0].table, disks[0].volumes), (Table::Bare, 1));
    assert_eq!(
        disks[0].problem,
        "neither a partition table nor a file system was found"
    );
    let volumes = a.storage.volumes(0).expect("it answers");
    assert_eq!(
        (volumes[0].sectors, volumes[0].purpose),
        (2048, Purpose::Files)
    );
}

#[test]
fn a_disk_that_cannot_be_read_is_listed_with_its_problem() {
    let dead = drive(partitioned());
    dead.borrow_mut().dies = true;
    let (_house, [a, _]) = house(&[&dead], POOL);
    let disks = a.storage.disks(0).expect("it answers");
    assert_eq!(disks[0].problem, "the partition table cannot be read");
    assert_eq!(
        a.storage.select(0),
        Err(Error::Server(storage::Error::UnknownVolume))
    );
}

#[test]
fn a_volume_belongs_to_one_client() {
    let drive = drive(partitioned());
    let (_house, [a, b]) = house(&[&drive], POOL);
    assert_eq!(a.storage.select(0), Ok(()));
    assert_eq!(
        b.storage.select(0),
        Err(Error::Server(storage::Error::Taken))
    );
    assert_eq!(a.storage.select(1), Ok(()), "it may change its mind");
    assert_eq!(b.storage.select(0), Ok(()));
}

#[test]
fn the_volume_of_a_client_that_is_gone_is_anothers_to_have() {
    let drive = drive(partitioned());
    let (house, [a, b]) = house(&[&drive], POOL);
    assert_eq!(a.storage.select(0), Ok(()));
    house.client_gone(Caller::new(1, 1));
    assert_eq!(b.storage.select(0), Ok(()));
    assert_eq!(
        a.block.read(0, 8, 0),
        Err(Error::Server(block::Error::NoVolume))
    );
}

#[test]
fn a_disk_that_is_found_later_comes_behind_the_others_and_is_used() {
    let (first, second) = (drive(partitioned()), drive(partitioned()));
    let (_house, [a, mut b], later) = house_with_slot(&[&first]);
    a.storage.select(1).expect("there");
    assert_eq!(a.storage.look(), Ok(1));
    assert_eq!(a.storage.volumes(3).expect("answered").len(), 0);
    let (disk, _driver) = attach(&second, POOL, 1);
    later.borrow_mut().push(disk);
    assert_eq!(a.storage.volumes(3).expect("answered").len(), 0);
    assert_eq!(a.storage.look(), Ok(2));
    assert_eq!(a.storage.look(), Ok(2));
    let found = a.storage.volumes(3).expect("answered");
    let seen: Vec<_> = found.iter().map(|v| (v.volume, v.disk, v.start)).collect();
    assert_eq!(seen, [(3, 1, 512), (4, 1, 1024), (5, 1, 1536)]);
    b.storage.select(4).expect("there");
    b.put(0, 0x5a, 512);
    b.block.write(1, 1, 0).expect("written");
    assert_eq!(second.borrow().bytes[1025 * 512..][..512], [0x5a; 512]);
    a.block.read(0, 1, 0).expect("the first is used as before");
}
