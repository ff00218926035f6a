//! One disk: the ring to its driver.

use libipc::codec::Text;
use libipc::codec::batch::{ClientRing, Outcomes, Wake};
use libipc::ring::{Pool, Untrusted};
use libipc::{Error, Transport};
use proto::block::{self, Access, Batch, Client, Info};

use crate::SECTOR;
use crate::space::Space;

/// A disk and the way to its driver.
pub struct Disk<W> {
    ring: ClientRing<'static, W>,
    /// What the driver fills, and what it takes from.
    pub(crate) inward: Untrusted<'static>,
    pub(crate) out: Pool<'static>,
    sectors: u64,
    max_sectors: u32,
    depth: u32,
    access: Access,
    model: Text<40>,
    state: State,
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
    ) -> Result<Self, Error<block::Error>> {
        let info = client.info()?;
        let pool = inward.len().min(out.len()) / SECTOR as usize;
        let most = u32::try_from(pool).unwrap_or(u32::MAX);
        if info.sector_size != SECTOR || most == 0 || info.max_sectors == 0 {
            return Err(Error::Server(block::Error::BadBuffer));
        }
        Ok(Self {
            ring,
            inward,
            out,
            sectors: info.sectors,
            max_sectors: info.max_sectors.min(most),
            depth: info.depth,
            access: info.access,
            model: info.model,
            state: State::Working,
        })
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
        self.state == State::Gone
    }

    /// Returns the room for a batch: what reads fill, and what writes take from.
    pub(crate) fn spaces(&self) -> (Space, Space) {
        (Space::new(self.inward.len()), Space::new(self.out.len()))
    }

    /// Has a batch carried out and waits for it; nothing if the driver is gone.
    pub(crate) fn run<'b>(&mut self, batch: &'b Batch) -> Option<Outcomes<'b>> {
        if self.is_gone() {
            return None;
        }
        let outcomes = batch.run(&mut self.ring);
        if outcomes.is_err() {
            self.state = State::Gone;
        }
        outcomes.ok()
    }
}
