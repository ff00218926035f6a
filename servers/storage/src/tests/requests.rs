//! Reading, writing, and what happens when a driver dies.

use libipc::{Caller, Error, Message, Verdict};
use libipc_mock::PendingCall;
use proto::block::{self, Access, labels};

use super::drive::{drive, tie};
use super::house::{House, POOL, Tenant, house, house_with_drivers};
use super::volumes::partitioned;

fn refused(outcome: Result<(), Error<block::Error>>) -> Option<block::Error> {
    match outcome {
        Err(Error::Server(error)) => Some(error),
        _ => None,
    }
}

/// A disk without a table, and a client that has selected it.
fn bare() -> Vec<u8> {
    let mut bytes = vec![0; 1 << 20];
    bytes[1024 + 0x38..][..2].copy_from_slice(&[0x53, 0xEF]);
    bytes
}

/// Starts a read without waiting for it.
fn start_read(
    house: &House,
    tenant: &Tenant,
    sector: u64,
    sectors: u32,
    offset: u32,
) -> PendingCall {
    let mut message = Message::new(labels::READ);
    for bytes in [
        &sector.to_le_bytes()[..],
        &sectors.to_le_bytes(),
        &offset.to_le_bytes(),
    ] {
        message.append(bytes).expect("fits");
    }
    tenant.connection(house).start(&mut message)
}

#[test]
fn data_go_to_the_volumes_own_sectors_and_come_back() {
    let drive = drive(partitioned());
    let (_house, [mut a, b]) = house(&[&drive], POOL);
    assert_eq!(a.storage.select(1), Ok(()));
    assert_eq!(a.block.info().map(|info| info.sectors), Ok(512));
    a.put(1024, 7, 1024);
    assert_eq!(a.block.write(3, 2, 1024), Ok(()));
    let start = (1024 + 3) * 512;
    assert_eq!(drive.borrow().bytes[start..][..1024], [7; 1024]);
    assert_eq!(drive.borrow().bytes[start - 1], 0);
    assert_eq!(drive.borrow().bytes[start + 1024], 0);
    assert_eq!(a.block.read(4, 1, 512), Ok(()));
    assert_eq!(a.got(512, 512), [7; 512]);
    assert_eq!(b.storage.select(0), Ok(()), "another volume of the disk");
}

#[test]
fn what_is_not_on_the_volume_or_in_the_pool_is_refused() {
    let drive = drive(partitioned());
    let (_house, [a, _]) = house(&[&drive], POOL);
    assert_eq!(refused(a.block.read(0, 1, 0)), Some(block::Error::NoVolume));
    assert_eq!(a.storage.select(1), Ok(()));
    let tries = [
        ((512, 1, 0), block::Error::OutOfRange),
        ((511, 2, 0), block::Error::OutOfRange),
        ((u64::MAX, 1, 0), block::Error::OutOfRange),
        ((0, 0, 0), block::Error::BadLength),
        ((0, 17, 0), block::Error::BadLength),
        ((0, u32::MAX, 0), block::Error::BadLength),
        ((0, 1, 100), block::Error::BadBuffer),
        ((0, 1, POOL as u32), block::Error::BadBuffer),
        ((0, 2, POOL as u32 - 512), block::Error::BadBuffer),
        ((0, 1, u32::MAX - 511), block::Error::BadBuffer),
    ];
    let before = drive.borrow().batches.len();
    for ((sector, sectors, offset), error) in tries {
        assert_eq!(refused(a.block.read(sector, sectors, offset)), Some(error));
        assert_eq!(refused(a.block.write(sector, sectors, offset)), Some(error));
    }
    assert_eq!(
        drive.borrow().batches.len(),
        before,
        "the driver saw none of it"
    );
}

#[test]
fn what_was_asked_together_travels_together() {
    let drive = drive(bare());
    let (house, [a, _]) = house(&[&drive], POOL);
    assert_eq!(a.storage.select(0), Ok(()));
    drive.borrow_mut().bytes[10 * 512] = 9;
    drive.borrow_mut().batches.clear();
    let calls: Vec<_> = (0..8)
        .map(|i| start_read(&house, &a, 9 + u64::from(i), 1, i * 512))
        .collect();
    assert_eq!(a.block.flush(), Ok(()));
    assert_eq!(drive.borrow().batches, [9]);
    assert!(calls.iter().all(PendingCall::is_answered));
    assert_eq!(a.got(512, 1), [9]);
}

#[test]
fn more_than_the_pool_holds_goes_in_several_batches() {
    let drive = drive(bare());
    let (house, [a, _]) = house(&[&drive], 16 << 10);
    assert_eq!(a.storage.select(0), Ok(()));
    drive.borrow_mut().batches.clear();
    let calls: Vec<_> = (0..4)
        .map(|i| start_read(&house, &a, 0, 16, i * 8192))
        .collect();
    assert_eq!(a.block.flush(), Ok(()));
    assert_eq!(drive.borrow().batches, [2, 3]);
    assert!(calls.iter().all(PendingCall::is_answered));
}

#[test]
fn an_error_of_the_device_concerns_one_request() {
    let drive = drive(bare());
    let (_house, [a, _]) = house(&[&drive], POOL);
    assert_eq!(a.storage.select(0), Ok(()));
    drive.borrow_mut().bytes.truncate(1024 * 512);
    assert_eq!(
        refused(a.block.read(1024, 1, 0)),
        Some(block::Error::Device)
    );
    assert_eq!(a.block.read(0, 1, 0), Ok(()));
}

#[test]
fn a_read_only_disk_takes_no_writes() {
    let drive = drive(bare());
    drive.borrow_mut().access = Access::ReadOnly;
    let (_house, [a, _]) = house(&[&drive], POOL);
    assert_eq!(a.storage.select(0), Ok(()));
    assert_eq!(
        refused(a.block.write(0, 1, 0)),
        Some(block::Error::ReadOnly)
    );
    assert_eq!(a.block.read(0, 1, 0), Ok(()));
}

#[test]
fn a_driver_that_died_is_gone_for_ever_and_others_work_on() {
    let (first, second) = (drive(bare()), drive(bare()));
    let (house, [a, b]) = house(&[&first, &second], POOL);
    assert_eq!(a.storage.select(0), Ok(()));
    assert_eq!(b.storage.select(1), Ok(()));
    first.borrow_mut().dies = true;
    let mut answer = Message::new(0);
    let pending = start_read(&house, &a, 0, 1, 0);
    assert_eq!(b.block.read(0, 1, 0), Ok(()));
    assert!(!pending.is_answered(), "nobody has told that it is dead");
    house.client_gone(tie(1));
    assert_eq!(b.block.flush(), Err(Error::Server(block::Error::Gone)));
    assert!(!pending.is_answered(), "another one is");
    house.client_gone(tie(0));
    house.server().server_mut().work();
    assert_eq!(refused(a.block.flush()), Some(block::Error::Gone));
    assert_eq!(pending.take(&mut answer), Some(Ok(Verdict::Failed)));
    first.borrow_mut().dies = false;
    assert_eq!(refused(a.block.read(0, 1, 0)), Some(block::Error::Gone));
    let again = a.storage.select(0);
    assert_eq!(again, Err(Error::Server(proto::storage::Error::Gone)));
}

#[test]
fn a_slow_disk_delays_nobody_but_those_who_asked_for_it() {
    let (slow, fast) = (drive(bare()), drive(bare()));
    let (house, [a, b], drivers) = house_with_drivers(&[&slow, &fast], POOL);
    assert_eq!(a.storage.select(0), Ok(()));
    assert_eq!(b.storage.select(1), Ok(()));
    slow.borrow_mut().bytes[0] = 7;
    slow.borrow_mut().is_slow = true;
    let waits = start_read(&house, &a, 0, 1, 0);
    for _ in 0..3 {
        assert_eq!(b.block.read(0, 1, 0), Ok(()));
    }
    assert!(!waits.is_answered());
    drivers[0].release();
    assert_eq!(b.block.flush(), Ok(()));
    assert!(waits.is_answered());
    assert_eq!(a.got(0, 1), [7]);
}

#[test]
fn what_a_client_asked_that_is_gone_is_cancelled_and_its_room_stays_taken_until_it_ends() {
    let disk = drive(bare());
    let (house, [a, b], drivers) = house_with_drivers(&[&disk], 8 << 10);
    assert_eq!(a.storage.select(0), Ok(()));
    disk.borrow_mut().is_slow = true;
    let _left = start_read(&house, &a, 0, 16, 0);
    house.server().server_mut().work();
    house.client_gone(Caller::new(1, 1));
    assert_eq!(b.storage.select(0), Ok(()), "the volume is free");
    let waits = start_read(&house, &b, 0, 1, 0);
    house.server().server_mut().work();
    assert_eq!(disk.borrow().cancelled, 1);
    assert_eq!(disk.borrow().batches.last(), Some(&1), "all room is taken");
    assert!(!waits.is_answered());
    drivers[0].release();
    assert_eq!(b.block.flush(), Ok(()));
    assert!(waits.is_answered());
}
