//! What clients asked for: checked requests that wait for their disk.

use alloc::collections::VecDeque;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::RefCell;

use libipc::Reply;
use libipc::ring::{Descriptor, Pool, Untrusted};
use libipc::submit::Side;
use proto::block::Error;

use crate::SECTOR;

/// The pools of a client's ring.
pub struct ClientPools {
    /// The client's number.
    pub client: u32,
    /// What this server fills for it.
    pub out: Pool<'static>,
    /// What the client writes.
    pub inward: Untrusted<'static>,
}

/// The pools of all clients.
pub(crate) type Clients = Rc<RefCell<Vec<ClientPools>>>;

/// What a request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Read,
    Write,
    Flush,
}

/// A request within its volume.
pub(crate) struct Job {
    pub(crate) client: u32,
    pub(crate) kind: Kind,
    /// Counted on the disk.
    pub(crate) sector: u64,
    pub(crate) sectors: u32,
    /// Where in the client's pool of that direction.
    pub(crate) offset: u32,
    pub(crate) reply: Reply<(), Error>,
}

/// Requests in the order in which they came.
pub(crate) type Queue = VecDeque<Job>;

impl Job {
    /// The pool of the driver's ring that it needs room in, and how much.
    pub(crate) fn needs(&self) -> (Side, u32) {
        match self.kind {
            Kind::Read => (Side::In, self.part().length),
            Kind::Write => (Side::Out, self.part().length),
            Kind::Flush => (Side::Out, 0),
        }
    }

    /// Its place in the client's pool.
    pub(crate) fn part(&self) -> Descriptor {
        Descriptor {
            offset: self.offset,
            length: self.sectors.saturating_mul(SECTOR),
        }
    }
}
