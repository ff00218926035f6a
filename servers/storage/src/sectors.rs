//! A disk as the search for partitions reads it: sector by sector, fetched some at a time.

use libipc::codec::batch::Wake;
use libipc::ring::Descriptor;
use libipc::submit::Room;
use libipc::task::{Reactor, Sleeper, block_on};
use partitions::{ReadError, SECTOR_SIZE, Sectors};

use crate::{Disk, SECTOR};

/// Sectors fetched together: tables lie in sectors that follow each other.
const TOGETHER: u64 = 8;

/// How long a disk may take for one fetch, in ns: as long as other systems give one that has to wake up first.
const PATIENCE: u64 = 30_000_000_000;

/// Sectors that were fetched together.
pub(crate) struct Fetched<'d, W: Wake> {
    first: u64,
    room: Room<'d, W>,
}

/// The sectors of a disk.
pub(crate) struct DiskSectors<'d, W: Wake, S> {
    disk: &'d Disk<W>,
    sleeper: &'d S,
    count: u64,
    /// Those that were fetched last.
    fetched: Option<Fetched<'d, W>>,
}

/// Fetches the sectors that `sector` belongs to; nothing if that fails.
pub(crate) async fn fetch<'d, W: Wake, S: Sleeper>(
    disk: &'d Disk<W>,
    sleeper: &S,
    sector: u64,
) -> Option<Fetched<'d, W>> {
    let info = disk.info();
    let together = TOGETHER.min(info.max_sectors.into());
    let first = sector - sector % together;
    let sectors = together.min(info.sectors.checked_sub(first)?) as u32;
    let deadline = sleeper.now_ns().saturating_add(PATIENCE);
    let room = disk.fetch((first, sectors), deadline).await?;
    Some(Fetched { first, room })
}

impl<'d, W: Wake, S: Sleeper> DiskSectors<'d, W, S> {
    /// The sectors of `disk`, of which some were fetched already.
    pub(crate) fn new(disk: &'d Disk<W>, sleeper: &'d S, fetched: Option<Fetched<'d, W>>) -> Self {
        Self {
            count: disk.info().sectors,
            disk,
            sleeper,
            fetched,
        }
    }

    /// Where a sector is in the pool.
    fn place(&self, sector: u64) -> Option<Descriptor> {
        let Fetched { first, room } = self.fetched.as_ref()?;
        let part = room.part();
        let offset = sector.checked_sub(*first)?.checked_mul(SECTOR.into())?;
        let offset = u32::try_from(offset).ok().filter(|at| *at < part.length)?;
        Some(Descriptor {
            offset: part.offset + offset,
            length: SECTOR,
        })
    }
}

impl<W: Wake, S: Sleeper> Sectors for DiskSectors<'_, W, S> {
    fn count(&self) -> u64 {
        self.count
    }

    fn read(&mut self, sector: u64, output: &mut [u8; SECTOR_SIZE]) -> Result<(), ReadError> {
        if sector >= self.count {
            return Err(ReadError);
        }
        if self.place(sector).is_none() {
            self.fetched = None;
            let reactors: [&dyn Reactor; 1] = [&self.disk.submitter];
            let fetched = fetch(self.disk, self.sleeper, sector);
            self.fetched = block_on(self.sleeper, &reactors, fetched);
        }
        let part = self.place(sector).ok_or(ReadError)?;
        let bytes = self.disk.inward.part(part).map_err(|_| ReadError)?;
        bytes.copy_to(0, output).map_err(|_| ReadError)
    }
}
