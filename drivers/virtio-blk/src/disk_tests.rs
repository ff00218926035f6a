//! The disk against the model of the device.

use std::rc::Rc;
use std::vec::Vec;

use super::*;
use crate::model::{
    FLUSH, Kind, Machine, ModelMemory, ModelRegisters, PHYSICAL, QUEUE_BYTES, READ_ONLY, SECTOR,
    SEG_MAX, SIZE_MAX, VERSION_1,
};

type TestDisk = Disk<ModelRegisters, ModelMemory>;

/// Where buffers may be.
const POOL: u64 = PHYSICAL + QUEUE_BYTES as u64;

fn try_disk(kind: Kind) -> (Rc<Machine>, Result<TestDisk, SetupError>) {
    let machine = Machine::new(kind);
    let disk = Disk::new(
        ModelRegisters(machine.clone()),
        ModelMemory(machine.clone()),
    );
    (machine, disk)
}

fn disk() -> (Rc<Machine>, TestDisk) {
    let (machine, disk) = try_disk(Kind::default());
    (machine, disk.expect("set up"))
}

fn segment(sector: u64) -> [Segment; 1] {
    [Segment {
        physical: POOL + sector * SECTOR as u64,
        length: SECTOR as u32,
    }]
}

fn add_read(disk: &mut TestDisk, sector: u64) -> SlotId {
    disk.add(Operation::Read {
        sector,
        segments: &segment(sector),
    })
    .expect("room")
}

fn all_finished(disk: &mut TestDisk) -> Vec<(SlotId, Done)> {
    let mut all = Vec::new();
    while let Finished::Request(slot, done) = disk.finished() {
        all.push((slot, done));
    }
    all
}

#[test]
fn set_up_follows_the_order_of_the_specification() {
    let (machine, disk) = disk();
    assert_eq!(machine.status(), 1 | 2 | 4 | 8);
    assert_eq!(disk.limits().sectors, 4096);
    assert_eq!(disk.depth(), 64);
    assert!(disk.needs_flush());
}

#[test]
fn devices_that_cannot_be_used_are_told_so() {
    let legacy = Kind {
        features: FLUSH,
        ..Kind::default()
    };
    let (machine, disk) = try_disk(legacy);
    assert_eq!(disk.err(), Some(SetupError::Legacy));
    assert_eq!(machine.status() & 128, 128, "FAILED is set");
    for queue_size in [0, 2, 96] {
        let (_, disk) = try_disk(Kind {
            queue_size,
            ..Kind::default()
        });
        assert_eq!(disk.err(), Some(SetupError::Queue));
    }
}

#[test]
fn small_queues_hold_fewer_requests() {
    let (_, disk) = try_disk(Kind {
        queue_size: 16,
        ..Kind::default()
    });
    assert_eq!(disk.expect("set up").depth(), 4);
}

#[test]
fn a_read_only_device_without_cache_is_known() {
    let (_, disk) = try_disk(Kind {
        features: VERSION_1 | READ_ONLY,
        ..Kind::default()
    });
    let disk = disk.expect("set up");
    assert_eq!(disk.limits().access, Access::ReadOnly);
    assert!(!disk.needs_flush());
}

#[test]
fn a_batch_of_64_rings_one_doorbell() {
    let (machine, mut disk) = disk();
    for sector in 0..64 {
        add_read(&mut disk, sector);
    }
    assert_eq!(disk.add(Operation::Flush), Err(Full));
    assert!(
        machine.pending.borrow().is_empty(),
        "the device is not told yet"
    );
    disk.ring_doorbell();
    disk.ring_doorbell();
    assert_eq!(
        (machine.doorbells.get(), machine.pending.borrow().len()),
        (1, 64)
    );
    machine.finish_all();
    assert_eq!(all_finished(&mut disk).len(), 64);
    assert!(disk.has_room());
}

#[test]
fn data_goes_both_ways_in_segments() {
    let (machine, mut disk) = disk();
    let parts = [
        Segment {
            physical: POOL + 0x3000,
            length: 512,
        },
        Segment {
            physical: POOL + 0x1000,
            length: 1024,
        },
    ];
    machine.put(POOL + 0x3000, &[1; 512]);
    machine.put(POOL + 0x1000, &[2; 1024]);
    disk.add(Operation::Write {
        sector: 7,
        segments: &parts,
    })
    .expect("room");
    disk.ring_doorbell();
    machine.finish_all();
    assert_eq!(all_finished(&mut disk), [(SlotId(0), Done::Ok)]);
    assert_eq!(machine.disk.borrow()[7 * 512..][..512], [1; 512]);
    assert_eq!(machine.disk.borrow()[8 * 512..][..1024], [2; 1024]);
    let back = [Segment {
        physical: POOL,
        length: 1536,
    }];
    disk.add(Operation::Read {
        sector: 7,
        segments: &back,
    })
    .expect("room");
    disk.ring_doorbell();
    machine.finish_all();
    assert_eq!(all_finished(&mut disk).len(), 1);
    assert_eq!(machine.bytes(POOL + 512, 1024), [2; 1024]);
}

#[test]
fn requests_end_in_any_order_and_slots_are_used_again_for_long() {
    let (machine, mut disk) = disk();
    let mut sent = 0u64;
    for round in 0..3000 {
        for _ in 0..round % 7 + 1 {
            if disk.has_room() {
                add_read(&mut disk, sent % 64);
                sent += 1;
            }
        }
        disk.ring_doorbell();
        let waiting = machine.pending.borrow().len();
        if waiting > 0 {
            machine.finish(round % waiting, 0);
        }
        assert!(all_finished(&mut disk).len() <= 1);
    }
    assert!(sent > 2900, "the rings went round several times");
}

#[test]
fn a_failed_request_fails_alone() {
    let (machine, mut disk) = disk();
    let (bad, good) = (add_read(&mut disk, 1), add_read(&mut disk, 2));
    disk.ring_doorbell();
    machine.finish(0, 1);
    machine.finish(0, 0);
    assert_eq!(
        all_finished(&mut disk),
        [(bad, Done::Failed), (good, Done::Ok)]
    );
}

#[test]
fn flushes_reach_the_device() {
    let (machine, mut disk) = disk();
    disk.add(Operation::Flush).expect("room");
    disk.ring_doorbell();
    machine.finish_all();
    assert_eq!(
        (all_finished(&mut disk).len(), machine.flushes.get()),
        (1, 1)
    );
}

#[test]
fn no_doorbell_rings_when_the_device_wants_none() {
    let (machine, mut disk) = disk();
    machine.set_used_flags(1);
    add_read(&mut disk, 0);
    disk.ring_doorbell();
    assert_eq!(machine.doorbells.get(), 0);
}

#[test]
fn more_segments_than_the_device_takes_are_refused() {
    let (_, disk) = try_disk(Kind {
        features: VERSION_1 | SEG_MAX | SIZE_MAX,
        seg_max: 1,
        size_max: 4096,
        ..Kind::default()
    });
    let mut disk = disk.expect("set up");
    assert_eq!(
        (disk.limits().segments, disk.limits().segment_bytes),
        (1, 4096)
    );
    let two = [segment(0)[0], segment(1)[0]];
    assert_eq!(
        disk.add(Operation::Read {
            sector: 0,
            segments: &two
        }),
        Err(Full)
    );
}

#[test]
fn a_device_that_returns_nonsense_is_reset_and_left_alone() {
    for head in [1, 4, 4096, u32::MAX] {
        let (machine, mut disk) = disk();
        add_read(&mut disk, 0);
        disk.ring_doorbell();
        machine.return_head(head);
        assert_eq!(disk.finished(), Finished::Broken, "head {head}");
        assert_eq!(machine.status(), 0, "it was reset");
        assert_eq!(disk.finished(), Finished::Nothing);
        assert!(!disk.has_room());
    }
}

#[test]
fn a_device_that_returns_more_than_it_got_is_reset() {
    let (machine, mut disk) = disk();
    machine.return_head(0);
    assert_eq!(disk.finished(), Finished::Broken);
}

#[test]
fn a_device_that_asks_for_it_is_reset() {
    let (machine, mut disk) = disk();
    add_read(&mut disk, 0);
    disk.ring_doorbell();
    machine.break_down();
    assert_eq!(disk.finished(), Finished::Broken);
}
