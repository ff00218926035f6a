//! One disk: the ring to its driver.

use alloc::rc::Rc;
use core::cell::{Cell, RefCell};
use core::num::NonZeroU32;

use libipc::codec::Text;
use libipc::codec::batch::{ClientRing, Wake};
use libipc::ring::{Pool, Runs, Untrusted};
use libipc::submit::{Room, Side, Submitter};
use libipc::{Caller, Error, Transport, TransportError};
use proto::block::{self, Access, Client, Info, Submits};

use crate::SECTOR;

/// The most parts that a pool is divided into.
const PARTS: usize = 1024;

/// A disk and the way to its driver.
pub struct Disk<W: Wake> {
    pub(crate) submitter: Submitter<W>,
    /// What the driver fills, and what it takes from.
    pub(crate) inward: Untrusted<'static>,
    pub(crate) out: RefCell<Pool<'static>>,
    /// Who is told to be gone when the driver is.
    driver: Option<Caller>,
    sectors: u64,
    max_sectors: u32,
    depth: u32,
    access: Access,
    model: Text<40>,
    state: Cell<State>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Working,
    /// The driver died or broke the ring's rules. It is not asked again.
    Gone,
}

impl<W: Wake> Disk<W> {
    /// Asks the driver behind `client` what its disk is like. The pools are those of the ring: what
    /// the driver fills, and what it takes from.
    ///
    /// # Errors
    /// There is no disk, its sectors are not of 512 bytes, or the driver is gone.
    pub fn open<T: Transport>(
        client: &Client<T>,
        ring: ClientRing<'static, W>,
        (inward, out): (Untrusted<'static>, Pool<'static>),
        driver: Option<Caller>,
    ) -> Result<Rc<Self>, Error<block::Error>> {
        let info = client.info()?;
        let pool = inward.len().min(out.len()) / SECTOR as usize;
        let most = u32::try_from(pool).unwrap_or(u32::MAX);
        if info.sector_size != SECTOR || most == 0 || info.max_sectors == 0 {
            return Err(Error::Server(block::Error::BadBuffer));
        }
        Ok(Rc::new(Self {
            submitter: Submitter::new(ring).lending(runs(out.len()), runs(inward.len())),
            inward,
            out: RefCell::new(out),
            driver,
            sectors: info.sectors,
            max_sectors: info.max_sectors.min(most),
            depth: info.depth,
            access: info.access,
            model: info.model,
            state: Cell::new(State::Working),
        }))
    }

    /// Returns what the disk is like, as its clients see it.
    pub(crate) fn info(&self) -> Info {
        Info {
            sectors: self.sectors,
            sector_size: SECTOR,
            max_sectors: self.max_sectors,
            depth: self.depth,
            access: self.access,
            model: self.model.clone(),
        }
    }

    /// Returns whether nothing will succeed any more.
    pub(crate) fn is_gone(&self) -> bool {
        self.state.get() == State::Gone
    }

    /// Ends everything that the driver was asked, if it is who is gone.
    pub(crate) fn note_gone(&self, client: Caller) {
        if self.driver == Some(client) {
            self.state.set(State::Gone);
            self.submitter.give_up();
        }
    }

    /// The driver's methods.
    pub(crate) fn submits(&self) -> Submits<'_, W> {
        Submits(&self.submitter)
    }

    /// Whether a request that needs `length` bytes of a pool can be begun with. Where nothing is under way it can: there
    /// will never be more room; and where the driver is gone, it fails.
    pub(crate) fn has_room(&self, side: Side, length: u32) -> bool {
        let fits = || self.submitter.room(side, length).is_some();
        let is_quiet = self.submitter.outstanding() == 0 || self.is_gone();
        is_quiet || (self.submitter.has_slot() && fits())
    }

    /// Reads sectors, at most until `deadline`, for somebody who looks at them in the pool.
    pub(crate) async fn fetch(
        &self,
        (first, sectors): (u64, u32),
        deadline: u64,
    ) -> Option<Room<'_, W>> {
        let room = self
            .submitter
            .room(Side::In, sectors.checked_mul(SECTOR)?)?;
        let read = self.submits().read(first, sectors, room.part().offset);
        self.judge(read.with(&room).until(deadline).await).ok()?;
        Some(room)
    }

    /// Tells errors that end the disk from others.
    pub(crate) fn judge(
        &self,
        outcome: Result<(), Error<block::Error>>,
    ) -> Result<(), block::Error> {
        outcome.map_err(|error| match error {
            Error::Server(error) => error,
            Error::Transport(TransportError::Dead | TransportError::Restarted) => {
                self.state.set(State::Gone);
                block::Error::Gone
            }
            Error::Transport(_) => block::Error::Device,
        })
    }
}

/// A pool in parts of whole sectors.
fn runs(length: usize) -> Option<Runs> {
    let part = length.div_ceil(PARTS).next_multiple_of(SECTOR as usize);
    let part = NonZeroU32::new(u32::try_from(part).ok()?)?;
    Some(Runs::new(length, part))
}
