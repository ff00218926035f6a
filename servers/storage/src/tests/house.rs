//! A storage server with its drives and clients.

use std::cell::RefCell;
use std::rc::Rc;

use libipc::ring::{Descriptor, Pool, Untrusted};
use libipc::{CPtr, Caller, Endpoint, Router};
use libipc_mock::{Idle, Mock, MockConnection, shared_words};
use proto::{block, storage};

use super::drive::{Awake, Driver, Shared, attach, awake};
use crate::{ClientPools, Disk, Drivers, Progress, Storage};

/// Bytes of a client's pools.
pub(crate) const POOL: usize = 32 << 10;

/// A running server.
pub(crate) type House = Mock<Router<Storage<Driver, Found>>>;

/// Disks that drivers have, or will have when they are asked again.
pub(crate) type Found = Rc<RefCell<Vec<Rc<Disk<Driver>>>>>;

impl Drivers<Driver> for Found {
    type Sleeper = Awake;

    fn look(&mut self) -> Vec<Rc<Disk<Driver>>> {
        self.borrow_mut().drain(..).collect()
    }

    fn sleeper(&self) -> Awake {
        awake()
    }
}

/// One client and its side of the pools.
pub(crate) struct Tenant {
    number: u32,
    pub(crate) block: block::Client<MockConnection>,
    pub(crate) storage: storage::Client<MockConnection>,
    pub(crate) out: Pool<'static>,
    pub(crate) inward: Untrusted<'static>,
}

/// Starts a server with drives, and two clients.
pub(crate) fn house(drives: &[&Shared], pool_bytes: usize) -> (House, [Tenant; 2]) {
    let (house, tenants, ..) = house_with_drivers(drives, pool_bytes);
    (house, tenants)
}

/// As [`house`]; also gives where drivers put disks that they find later.
pub(crate) fn house_with_slot(drives: &[&Shared]) -> (House, [Tenant; 2], Found) {
    let (house, tenants, _, later) = house_with_all(drives, POOL);
    (house, tenants, later)
}

/// As [`house`]; also gives the drivers.
pub(crate) fn house_with_drivers(
    drives: &[&Shared],
    pool_bytes: usize,
) -> (House, [Tenant; 2], Vec<Driver>) {
    let (house, tenants, drivers, _) = house_with_all(drives, pool_bytes);
    (house, tenants, drivers)
}

fn house_with_all(
    drives: &[&Shared],
    pool_bytes: usize,
) -> (House, [Tenant; 2], Vec<Driver>, Found) {
    let attached = (0..).zip(drives);
    let attached = attached.map(|(number, drive)| attach(drive, pool_bytes, number));
    let (disks, drivers): (Vec<_>, Vec<_>) = attached.unzip();
    let found = Rc::new(RefCell::new(disks));
    let words = [1, 2].map(|number| (number, shared_words(POOL), shared_words(POOL)));
    let pools = words.map(|(client, out, inward)| ClientPools {
        client,
        out: Pool::new(out),
        inward: Untrusted::new(inward),
    });
    let slot = CPtr(1);
    let router = Router::new(Storage::new(Rc::clone(&found), pools.into()))
        .with(Endpoint { slot, interface: 0 }, storage::dispatch)
        .with(Endpoint { slot, interface: 1 }, block::dispatch);
    let house = Mock::new(router);
    house.when_idle(|router| match router.server_mut().work() {
        Progress::Made => Idle::Progress,
        Progress::None => Idle::Nothing,
    });
    let tenants = words.map(|(number, inward, out)| Tenant {
        number,
        storage: storage::Client::new(house.connect_as(Caller::new(number, 0))),
        block: block::Client::new(house.connect_as(Caller::new(number, 1))),
        out: Pool::new(out),
        inward: Untrusted::new(inward),
    });
    (house, tenants, drivers, found)
}

impl Tenant {
    /// A connection for requests that are made together.
    pub(crate) fn connection(&self, house: &House) -> MockConnection {
        house.connect_as(Caller::new(self.number, 1))
    }

    /// Puts a byte into its pool, again and again.
    pub(crate) fn put(&mut self, offset: u32, byte: u8, length: usize) {
        let part = Descriptor {
            offset,
            length: length as u32,
        };
        self.out
            .write(part, &vec![byte; length])
            .expect("inside the pool");
    }

    /// What the server put into its pool.
    pub(crate) fn got(&self, offset: u32, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.inward
            .copy_to(offset as usize, &mut bytes)
            .expect("inside the pool");
        bytes
    }
}
