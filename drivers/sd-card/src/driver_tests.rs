//! The `block` interface over the model of controller and card.

use libipc_mock::{Mock, MockConnection, shared_words};
use proto::block::{Client, Dispatcher};
use std::vec;
use std::vec::Vec;

use super::*;
use crate::model::{Fault, Kind, Machine, Slot};
use crate::{NoTable, Setup, await_card};

type TestDriver = Driver<'static, Machine>;

const POOL: usize = 0x10000;
/// The bits that the interrupt signals.
const INTERRUPT: u64 = 1 << 5;

impl Find for Machine {
    type Registers = Self;
    type Pace = Self;
    type Table = NoTable;

    fn find(&mut self) -> Option<Disk<Self, Self, NoTable>> {
        let disk = Disk::open(self.clone(), self.clone(), Setup::default(), NoTable).ok();
        if disk.is_none() {
            await_card(self);
        }
        disk
    }

    fn tells(&self, bits: u64) -> bool {
        bits & INTERRUPT != 0
    }
}

struct Rig {
    machine: Machine,
    client: Client<MockConnection>,
    filled: Untrusted<'static>,
    taken: Pool<'static>,
    mock: Mock<Dispatcher<TestDriver>>,
}

fn rig(kind: Kind) -> Rig {
    let machine = Machine::new(kind);
    let (fills, takes) = (shared_words(POOL), shared_words(POOL));
    let pools = Pools {
        fills: Some(Pool::new(fills)),
        takes: Some(Untrusted::new(takes)),
        ..Pools::default()
    };
    let slots = machine.clone();
    let mock = Mock::new(Dispatcher(Driver::new(slots, pools)));
    Rig {
        machine,
        client: Client::new(mock.connect(1)),
        filled: Untrusted::new(fills),
        taken: Pool::new(takes),
        mock,
    }
}

impl Rig {
    fn filled(&self, at: usize, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.filled.copy_to(at, &mut bytes).expect("inside");
        bytes
    }
}

fn error<T>(outcome: Result<T, libipc::Error<Error>>) -> Error {
    match outcome {
        Err(libipc::Error::Server(error)) => error,
        _ => panic!("not the server's error"),
    }
}

#[test]
fn a_card_is_described() {
    let info = rig(Kind::default()).client.info().expect("answered");
    assert_eq!((info.sectors, info.sector_size, info.depth), (1024, 512, 1));
    let shown = (info.access, &info.model[..]);
    assert_eq!(shown, (DiskAccess::ReadWrite, "SD card MODEL"));
}

#[test]
fn what_is_written_is_read_back() {
    let mut rig = rig(Kind::default());
    let part = Descriptor {
        offset: 1024,
        length: 1024,
    };
    rig.taken.write(part, &[0x5a; 1024]).expect("inside");
    rig.client.write(9, 2, 1024).expect("written");
    rig.client.flush().expect("nothing to do");
    rig.client.read(10, 1, 512).expect("read");
    assert_eq!(rig.filled(512, BLOCK), [0x5a; BLOCK]);
    assert_eq!(rig.machine.disk()[9 * BLOCK..][..1024], [0x5a; 1024]);
}

#[test]
fn a_card_of_odd_size_is_used_to_its_last_block() {
    let rig = rig(Kind {
        slot: Slot::Small,
        size: 250,
        ..Kind::default()
    });
    assert_eq!(rig.client.info().expect("answered").sectors, 1004);
    rig.client.read(1003, 1, 0).expect("the last");
    assert_eq!(rig.filled(0, BLOCK), rig.machine.disk()[1003 * BLOCK..]);
    assert_eq!(error(rig.client.read(1004, 1, 0)), Error::OutOfRange);
}

#[test]
fn requests_outside_the_card_or_the_pool_are_refused() {
    let rig = rig(Kind::default());
    rig.machine.forget_commands();
    let client = &rig.client;
    assert_eq!(error(client.read(1023, 2, 0)), Error::OutOfRange);
    assert_eq!(error(client.write(1024, 1, 0)), Error::OutOfRange);
    assert_eq!(error(client.read(u64::MAX, 1, 0)), Error::OutOfRange);
    assert_eq!(error(client.read(0, 0, 0)), Error::BadLength);
    assert_eq!(error(client.read(0, 2049, 0)), Error::BadLength);
    assert_eq!(error(client.read(0, u32::MAX, 0)), Error::BadLength);
    assert_eq!(error(client.read(0, 1, POOL as u32)), Error::BadBuffer);
    assert_eq!(
        error(client.write(0, 2, POOL as u32 - 512)),
        Error::BadBuffer
    );
    assert_eq!(error(client.write(0, 1, u32::MAX - 511)), Error::BadBuffer);
    assert_eq!(error(client.write(0, 1, 100)), Error::BadBuffer);
    let sent = [17, 18, 24, 25].map(|command| rig.machine.sent(command));
    assert_eq!(sent, [0; 4], "the card saw none of it");
}

#[test]
fn a_protected_card_refuses_writes() {
    let rig = rig(Kind {
        is_switched_off: true,
        ..Kind::default()
    });
    let info = rig.client.info().expect("answered");
    assert_eq!(info.access, DiskAccess::ReadOnly);
    assert_eq!(error(rig.client.write(0, 1, 0)), Error::ReadOnly);
    rig.client.read(0, 1, 0).expect("read");
}

#[test]
fn an_empty_slot_is_a_disk_that_is_gone() {
    let rig = rig(Kind {
        slot: Slot::Empty,
        ..Kind::default()
    });
    assert_eq!(error(rig.client.info()), Error::Gone);
    assert_eq!(error(rig.client.read(0, 1, 0)), Error::Gone);
    assert_eq!(error(rig.client.write(0, 1, 0)), Error::Gone);
    assert_eq!(error(rig.client.flush()), Error::Gone);
}

#[test]
fn errors_of_the_card_and_its_end_reach_the_client() {
    let rig = rig(Kind::default());
    (0..3).for_each(|_| rig.machine.fail(Fault::Data(0, 1 << 21)));
    assert_eq!(error(rig.client.read(0, 1, 0)), Error::Device);
    rig.client.read(0, 1, 0).expect("read");
    rig.machine.fail(Fault::Removal(24));
    assert_eq!(error(rig.client.write(0, 1, 0)), Error::Gone);
    assert_eq!(error(rig.client.info()), Error::Gone);
    assert_eq!(error(rig.client.flush()), Error::Gone);
}

#[test]
fn a_card_that_is_put_in_later_is_told_of_and_used() {
    for slot in [Slot::Old, Slot::Small, Slot::Large] {
        let rig = rig(Kind {
            slot: Slot::Empty,
            ..Kind::default()
        });
        assert!(!rig.machine.is_raised());
        rig.machine.put_in(slot);
        assert!(rig.machine.is_raised());
        rig.mock.signal(INTERRUPT << 1);
        assert_eq!(error(rig.client.read(0, 1, 0)), Error::Gone);
        rig.mock.signal(INTERRUPT);
        assert!(!rig.machine.is_raised());
        rig.client.read(1, 1, 0).expect("read");
        assert_eq!(rig.filled(0, BLOCK), rig.machine.disk()[BLOCK..][..BLOCK]);
        let blocks = rig.machine.disk().len() / BLOCK;
        assert_eq!(rig.client.info().expect("there").sectors, blocks as u64);
    }
}

#[test]
fn a_slot_that_tells_of_nothing_is_looked_into_when_somebody_asks() {
    let rig = rig(Kind {
        slot: Slot::Empty,
        ..Kind::default()
    });
    assert_eq!(error(rig.client.info()), Error::Gone);
    rig.mock.signal(INTERRUPT);
    assert_eq!(error(rig.client.read(0, 1, 0)), Error::Gone);
    rig.machine.put_in(Slot::Large);
    assert_eq!(rig.client.info().expect("there").sectors, 1024);
    rig.client.read(1, 1, 0).expect("read");
    // One that was taken out is gone, also if another is put in.
    rig.machine.fail(Fault::Removal(17));
    assert_eq!(error(rig.client.read(0, 1, 0)), Error::Gone);
    rig.machine.put_in(Slot::Large);
    assert_eq!(error(rig.client.info()), Error::Gone);
}
