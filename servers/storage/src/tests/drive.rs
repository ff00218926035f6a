//! A driver with a disk in memory, behind a real ring.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use libipc::codec::Text;
use libipc::ring::{CANCEL, ClientRing, Descriptor, Outcome, Pool, RingRequest, Untrusted, Wake};
use libipc::task::{Doze, Sleeper};
use libipc::{Caller, Reply, label};
use libipc_mock::{Mock, shared_words};
use libipc_ring::{Capacity, Layout, PeerGone, ServerRing, Sleep, Token, Waiting};
use proto::block::{Access, Client, Dispatcher, Error, Info, Server, labels};

use crate::Disk;

const SECTOR: usize = 512;

/// What a test sees of the drive.
pub(crate) struct Drive {
    pub(crate) bytes: Vec<u8>,
    pub(crate) access: Access,
    /// How many requests each batch had.
    pub(crate) batches: Vec<usize>,
    /// Whether everything that was written is durable.
    pub(crate) flushes: usize,
    /// Whether the driver is dead.
    pub(crate) dies: bool,
    /// Whether requests are kept until somebody [releases](release) them.
    pub(crate) is_slow: bool,
    /// How many requests were cancelled.
    pub(crate) cancelled: usize,
    pub(crate) max_sectors: u32,
}

pub(crate) type Shared = Rc<RefCell<Drive>>;

pub(crate) fn drive(bytes: Vec<u8>) -> Shared {
    Rc::new(RefCell::new(Drive {
        bytes,
        access: Access::ReadWrite,
        batches: Vec::new(),
        flushes: 0,
        dies: false,
        is_slow: false,
        cancelled: 0,
        max_sectors: 16,
    }))
}

/// The driver behind a drive: it runs when it is kicked, as one with a higher priority does.
#[derive(Clone)]
pub(crate) struct Driver(Rc<Behind>);

struct Behind {
    drive: Shared,
    ring: RefCell<ServerRing<'static, Nobody>>,
    pools: RefCell<(Pool<'static>, Untrusted<'static>)>,
    kept: RefCell<Vec<(Token, RingRequest)>>,
}

/// The server sees what is completed when it works.
struct Nobody;

impl Wake for Nobody {
    fn kick(&self) {}

    fn wait(&self, _: u64) -> Result<(), PeerGone> {
        Err(PeerGone)
    }
}

impl Wake for Driver {
    fn waiting(&self) -> Waiting {
        Waiting::Drains
    }

    fn kick(&self) {
        self.run();
    }

    fn wait(&self, _: u64) -> Result<(), PeerGone> {
        self.run();
        match self.0.drive.borrow().dies {
            true => Err(PeerGone),
            false => Ok(()),
        }
    }
}

impl Driver {
    fn run(&self) {
        let mut drive = self.0.drive.borrow_mut();
        if drive.dies {
            return;
        }
        let mut batch = self.0.kept.borrow_mut();
        let mut ring = self.0.ring.borrow_mut();
        let mut taken = 0;
        while let Ok(Some(submission)) = ring.take() {
            let (token, request) = (submission.token, submission.request);
            if request.op == CANCEL {
                drive.cancelled += 1;
                ring.complete(token, Outcome::default());
                continue;
            }
            batch.push((token, request));
            taken += 1;
        }
        if taken != 0 {
            drive.batches.push(taken);
        }
        if !drive.is_slow {
            let pools = &mut self.0.pools.borrow_mut();
            for (token, request) in batch.drain(..).rev() {
                ring.complete(token, drive.one(&request, pools));
            }
        }
        assert_eq!(ring.sleep(), Sleep::Armed);
    }

    /// Carries out what was kept.
    pub(crate) fn release(&self) {
        self.0.drive.borrow_mut().is_slow = false;
        self.run();
    }
}

/// Nothing sleeps: a drive has answered when it was kicked, or is dead.
pub(crate) struct Awake(Cell<u64>, Doze);

pub(crate) fn awake() -> Awake {
    Awake(Cell::new(0), Doze::default())
}

impl Sleeper for Awake {
    fn doze(&self) -> &Doze {
        &self.1
    }

    fn now_ns(&self) -> u64 {
        self.0.get()
    }

    fn sleep(&self, until_ns: u64) {
        self.0.set(until_ns);
    }
}

/// Who tells that the driver with a number is gone.
pub(crate) fn tie(number: u32) -> Caller {
    Caller::new(100 + number, u8::MAX)
}

/// Connects the storage server to a drive, by pools of so many bytes. Also gives its driver.
pub(crate) fn attach(drive: &Shared, pool_bytes: usize, number: u32) -> (Rc<Disk<Driver>>, Driver) {
    let (fills, takes) = (shared_words(pool_bytes), shared_words(pool_bytes));
    let layout = Layout::new(Capacity::new(64).expect("a power of two"));
    let (a, b) = (
        shared_words(layout.client_bytes()),
        shared_words(layout.server_bytes()),
    );
    let driver = Driver(Rc::new(Behind {
        drive: Rc::clone(drive),
        ring: RefCell::new(ServerRing::new(layout, b, a, Nobody).expect("large enough")),
        pools: RefCell::new((Pool::new(fills), Untrusted::new(takes))),
        kept: RefCell::default(),
    }));
    driver.run();
    let ring = ClientRing::new(layout, a, b, driver.clone()).expect("large enough");
    let mock = Mock::new(Dispatcher(Asked(Rc::clone(drive))));
    let client = Client::new(mock.connect(1));
    let pools = (Untrusted::new(fills), Pool::new(takes));
    let disk = Disk::open(&client, ring, pools, Some(tie(number))).expect("there is a disk");
    (disk, driver)
}

impl Drive {
    fn one(
        &mut self,
        request: &RingRequest,
        pools: &mut (Pool<'static>, Untrusted<'static>),
    ) -> Outcome {
        let [sector, place, ..] = request.inline;
        let part = Descriptor {
            offset: (place >> 32) as u32,
            length: place as u32 * SECTOR as u32,
        };
        let start = sector as usize * SECTOR;
        let bytes = self.bytes.get_mut(start..start + part.length as usize);
        let done = match (request.op, bytes) {
            (labels::FLUSH, _) => {
                self.flushes += 1;
                true
            }
            (labels::READ, Some(bytes)) => pools.0.write(part, bytes).is_ok(),
            (labels::WRITE, Some(bytes)) => {
                let from = pools.1.part(part).expect("inside the pool");
                from.copy_to(0, bytes).is_ok()
            }
            _ => false,
        };
        let (status, value) = if done {
            (label::OK, 0)
        } else {
            (label::ERROR, Error::Device.number())
        };
        Outcome { status, value }
    }
}

/// Answers calls; transfers go by ring only.
struct Asked(Shared);

impl Server for Asked {
    fn info(&mut self, _: Caller) -> Result<Info, Error> {
        let drive = self.0.borrow();
        Ok(Info {
            sectors: (drive.bytes.len() / SECTOR) as u64,
            sector_size: SECTOR as u32,
            max_sectors: drive.max_sectors,
            depth: 64,
            access: drive.access,
            model: Text::try_from("drive").expect("fits"),
        })
    }

    fn read(&mut self, _: Caller, _: u64, _: u32, _: u32, reply: Reply<(), Error>) {
        reply.fail(Error::Device);
    }

    fn write(&mut self, _: Caller, _: u64, _: u32, _: u32, reply: Reply<(), Error>) {
        reply.fail(Error::Device);
    }

    fn flush(&mut self, _: Caller, reply: Reply<(), Error>) {
        reply.fail(Error::Device);
    }
}
