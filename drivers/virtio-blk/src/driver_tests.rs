//! The `block` interface over the model of the device.

use std::rc::Rc;

use libipc::CPtr;
use libipc_mock::{Idle, Mock};
use proto::block::{Client, Dispatcher};

use super::*;
use crate::Signals;
use crate::model::{
    Kind as DeviceKind, Machine, ModelMemory, ModelRegisters, PHYSICAL, QUEUE_BYTES, READ_ONLY,
    SECTOR as SECTOR_BYTES, SIZE_MAX, VERSION_1,
};

type TestDriver = Driver<ModelRegisters, ModelMemory>;

const BITS: u64 = 1 << 5;
const READS: PoolMemory = PoolMemory {
    physical: PHYSICAL + QUEUE_BYTES as u64,
    length: 0x10000,
};
const WRITES: PoolMemory = PoolMemory {
    physical: READS.physical + 0x10000,
    length: 0x10000,
};

struct Rig {
    machine: Rc<Machine>,
    mock: Mock<Dispatcher<TestDriver>>,
    client: Client<libipc_mock::MockConnection>,
}

/// A driver whose device works through everything whenever a client waits.
fn rig(kind: DeviceKind) -> Rig {
    let machine = Machine::new(kind);
    let disk = Disk::new(
        ModelRegisters(machine.clone()),
        ModelMemory(machine.clone()),
    );
    let interrupt = (IrqHandler::from(CPtr(9)), BITS);
    let driver = Driver::new(
        disk.expect("set up"),
        (READS, WRITES),
        interrupt,
        "model disk",
    );
    let mock = Mock::new(Dispatcher(driver));
    let device = machine.clone();
    mock.when_idle(move |server| {
        server.0.ring_doorbell();
        device.finish_all();
        server.0.signal(BITS);
        Idle::Progress
    });
    let client = Client::new(mock.connect(1));
    Rig {
        machine,
        mock,
        client,
    }
}

fn error<T>(outcome: Result<T, libipc::Error<Error>>) -> Error {
    match outcome {
        Err(libipc::Error::Server(error)) => error,
        _ => panic!("not the server's error"),
    }
}

#[test]
fn a_disk_is_described() {
    let info = rig(DeviceKind::default()).client.info().expect("answered");
    assert_eq!(
        (info.sectors, info.sector_size, info.depth),
        (4096, 512, 64)
    );
    assert_eq!(
        (info.access, &info.model[..]),
        (DiskAccess::ReadWrite, "model disk")
    );
}

#[test]
fn what_is_written_is_read_back() {
    let rig = rig(DeviceKind::default());
    rig.machine
        .put(WRITES.physical + 1024, &[0x5a; 2 * SECTOR_BYTES]);
    rig.client.write(9, 2, 1024).expect("written");
    rig.client.flush().expect("flushed");
    rig.client.read(10, 1, 512).expect("read");
    assert_eq!(
        rig.machine.bytes(READS.physical + 512, SECTOR_BYTES),
        [0x5a; SECTOR_BYTES]
    );
    assert_eq!(rig.machine.flushes.get(), 1);
}

#[test]
fn a_wire_is_lowered_before_what_is_finished_is_taken() {
    let rig = rig(DeviceKind {
        signals: Signals::ByWire,
        ..DeviceKind::default()
    });
    rig.client.flush().expect("flushed");
    assert_eq!(rig.machine.flushes.get(), 1);
    assert!(!rig.machine.wire.get());
}

#[test]
fn requests_outside_the_disk_or_the_pool_are_refused() {
    let rig = rig(DeviceKind::default());
    let client = &rig.client;
    assert_eq!(error(client.read(4096, 1, 0)), Error::OutOfRange);
    assert_eq!(error(client.read(4095, 2, 0)), Error::OutOfRange);
    assert_eq!(error(client.read(u64::MAX, 1, 0)), Error::OutOfRange);
    assert_eq!(error(client.read(0, 0, 0)), Error::BadLength);
    assert_eq!(error(client.read(0, u32::MAX, 0)), Error::BadLength);
    assert_eq!(error(client.read(0, 1, 0x10000)), Error::BadBuffer);
    assert_eq!(error(client.read(0, 2, 0x10000 - 512)), Error::BadBuffer);
    assert_eq!(error(client.write(0, 1, u32::MAX - 511)), Error::BadBuffer);
    assert_eq!(error(client.write(0, 1, 100)), Error::BadBuffer);
    assert_eq!(rig.machine.doorbells.get(), 0, "the device saw none of it");
}

#[test]
fn a_read_only_disk_refuses_writes_and_has_nothing_to_flush() {
    let rig = rig(DeviceKind {
        features: VERSION_1 | READ_ONLY,
        ..DeviceKind::default()
    });
    assert_eq!(error(rig.client.write(0, 1, 0)), Error::ReadOnly);
    rig.client.flush().expect("nothing to do");
    assert_eq!(
        rig.client.info().expect("answered").access,
        DiskAccess::ReadOnly
    );
}

#[test]
fn a_device_with_small_segments_gets_small_segments() {
    let features = VERSION_1 | SIZE_MAX | crate::model::SEG_MAX;
    let rig = rig(DeviceKind {
        features,
        size_max: 1024,
        seg_max: 8,
        ..DeviceKind::default()
    });
    assert_eq!(rig.client.info().expect("answered").max_sectors, 4);
    rig.client.read(0, 4, 0).expect("two segments");
    assert_eq!(error(rig.client.read(0, 5, 0)), Error::BadLength);
}

#[test]
fn an_error_of_the_device_reaches_the_client() {
    let rig = rig(DeviceKind::default());
    let device = rig.machine.clone();
    rig.mock.when_idle(move |server| {
        server.0.ring_doorbell();
        device.finish(0, 1);
        server.0.signal(BITS);
        Idle::Progress
    });
    assert_eq!(error(rig.client.read(0, 1, 0)), Error::Device);
}

#[test]
fn more_requests_than_the_queue_holds_wait_their_turn() {
    let rig = rig(DeviceKind {
        queue_size: 8,
        ..DeviceKind::default()
    });
    let connection = rig.mock.connect(1);
    let calls: std::vec::Vec<_> = (0..20)
        .map(|sector: u64| {
            let mut message = libipc::Message::new(proto::block::labels::READ);
            message.append(&sector.to_le_bytes()).expect("fits");
            message.append(&1u32.to_le_bytes()).expect("fits");
            message.append(&0u32.to_le_bytes()).expect("fits");
            connection.start(&mut message)
        })
        .collect();
    assert!(calls.iter().all(|call| !call.is_answered()));
    rig.client.flush().expect("after the others");
    assert!(calls.iter().all(|call| call.is_answered()));
}

#[test]
fn a_broken_device_fails_everything_now_and_later() {
    let rig = rig(DeviceKind::default());
    let device = rig.machine.clone();
    rig.mock.when_idle(move |server| {
        server.0.ring_doorbell();
        device.break_down();
        server.0.signal(BITS);
        Idle::Progress
    });
    assert_eq!(error(rig.client.read(0, 1, 0)), Error::Gone);
    assert_eq!(error(rig.client.flush()), Error::Gone);
}
