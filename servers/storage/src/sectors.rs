//! A disk as the search for partitions reads it: sector by sector, fetched some at a time.

use libipc::codec::batch::Wake;
use libipc::ring::Descriptor;
use partitions::{ReadError, SECTOR_SIZE, Sectors};
use proto::block::Batch;

use crate::{Disk, SECTOR};

/// Sectors fetched together: tables lie in sectors that follow each other.
const TOGETHER: u64 = 8;

/// The sectors of a disk.
pub(crate) struct DiskSectors<'d, W> {
    disk: &'d mut Disk<W>,
    count: u64,
    /// What the first sector of those that were fetched last is.
    fetched: Option<u64>,
}

impl<'d, W: Wake> DiskSectors<'d, W> {
    pub(crate) fn new(disk: &'d mut Disk<W>) -> Self {
        Self {
            count: disk.info().sectors,
            disk,
            fetched: None,
        }
    }

    /// Fetches the sectors that `sector` belongs to and returns the first of them.
    fn fetch(&mut self, sector: u64) -> Result<u64, ReadError> {
        let together = TOGETHER.min(self.disk.info().max_sectors.into());
        let first = sector - sector % together;
        if self.fetched == Some(first) {
            return Ok(first);
        }
        self.fetched = None;
        let sectors = together.min(self.count - first) as u32;
        let mut batch = Batch::new();
        let ticket = batch.read(first, sectors, 0).map_err(|_| ReadError)?;
        let outcomes = self.disk.run(&batch).ok_or(ReadError)?;
        outcomes.of(ticket).map_err(|_| ReadError)?;
        self.fetched = Some(first);
        Ok(first)
    }
}

impl<W: Wake> Sectors for DiskSectors<'_, W> {
    fn count(&self) -> u64 {
        self.count
    }

    fn read(&mut self, sector: u64, output: &mut [u8; SECTOR_SIZE]) -> Result<(), ReadError> {
        if sector >= self.count {
            return Err(ReadError);
        }
        let first = self.fetch(sector)?;
        let part = Descriptor {
            offset: (sector - first) as u32 * SECTOR,
            length: SECTOR,
        };
        let bytes = self.disk.inward.part(part).map_err(|_| ReadError)?;
        bytes.copy_to(0, output).map_err(|_| ReadError)
    }
}
