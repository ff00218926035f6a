//! A driver with a disk in memory, behind a real ring.

use std::cell::RefCell;
use std::rc::Rc;

use libipc::codec::Text;
use libipc::ring::{Descriptor, Outcome, Pool, RingRequest, Untrusted};
use libipc::{Caller, Reply, label};
use libipc_mock::{Loopback, Mock, looped, shared_words};
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
    /// Whether the driver dies at the next batch.
    pub(crate) dies: bool,
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
        max_sectors: 16,
    }))
}

/// Connects the storage server to a drive, by pools of so many bytes.
pub(crate) fn attach(drive: &Shared, pool_bytes: usize) -> Disk<Loopback> {
    let (fills, takes) = (shared_words(pool_bytes), shared_words(pool_bytes));
    let shared = Rc::clone(drive);
    let ring = looped(64, move |batch| {
        let mut pools = (Pool::new(fills), Untrusted::new(takes));
        shared.borrow_mut().carry_out(batch, &mut pools)
    });
    let mock = Mock::new(Dispatcher(Asked(Rc::clone(drive))));
    let client = Client::new(mock.connect(1));
    let pools = (Untrusted::new(fills), Pool::new(takes));
    Disk::open(&client, ring, pools).expect("there is a disk")
}

impl Drive {
    fn carry_out(
        &mut self,
        batch: &[RingRequest],
        pools: &mut (Pool<'_>, Untrusted<'_>),
    ) -> Option<Vec<Outcome>> {
        if self.dies {
            return None;
        }
        self.batches.push(batch.len());
        Some(
            batch
                .iter()
                .map(|request| self.one(request, pools))
                .collect(),
        )
    }

    fn one(&mut self, request: &RingRequest, pools: &mut (Pool<'_>, Untrusted<'_>)) -> Outcome {
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
