//! The `block` interface over a card.

use device_wait::Pace;
use libipc::codec::Text;
use libipc::ring::{Descriptor, Pool, Untrusted};
use libipc::{Caller, Reply};
use proto::block::{Access as DiskAccess, Error, Info, Server};

use crate::card::Access;
use crate::table::Table;
use crate::{BLOCK, Buffer, Disk, Failure, Registers};

const SECTOR: u32 = BLOCK as u32;
/// The most sectors in one request: 1 MiB.
const MAX_SECTORS: u32 = 2048;
/// Requests under way: each is carried out before the next.
const DEPTH: u32 = 1;

/// A pool as the controller reaches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolMemory {
    /// Where it begins.
    pub physical: u64,
}

/// The pools of the client's ring: what reads fill and what writes take from, and where the controller finds them.
#[derive(Default)]
pub struct Pools<'a> {
    /// What reads fill.
    pub fills: Option<Pool<'a>>,
    /// What writes take from.
    pub takes: Option<Untrusted<'a>>,
    /// Where the first is.
    pub fills_at: Option<PoolMemory>,
    /// Where the second is.
    pub takes_at: Option<PoolMemory>,
}

/// Where cards are looked for.
pub trait Find {
    /// The controller's registers.
    type Registers: Registers;
    /// What is waited by.
    type Pace: Pace;
    /// The descriptors' memory.
    type Table: Table;

    /// Looks for a card.
    fn find(&mut self) -> Option<Disk<Self::Registers, Self::Pace, Self::Table>>;

    /// Whether signals may tell of a card that was put in.
    fn tells(&self, bits: u64) -> bool;
}

/// A card that was found.
type Found<F> = Disk<<F as Find>::Registers, <F as Find>::Pace, <F as Find>::Table>;

/// The driver of one card for one client.
///
/// Where there is none at first, one that is put in later is found: when the slot tells of it, or when the client asks.
/// One that was taken out is gone for good, because the client may keep parts of what it held.
pub struct Driver<'a, F: Find> {
    slots: F,
    /// Nothing as long as there was no card.
    disk: Option<Found<F>>,
    pools: Pools<'a>,
}

/// A part of a pool, which was checked.
struct Part<'p, 'a> {
    pools: &'p mut Pools<'a>,
    offset: u32,
    physical: Option<u64>,
}

impl Part<'_, '_> {
    fn place(&self, block: u32) -> Descriptor {
        Descriptor {
            offset: self.offset + block * SECTOR,
            length: SECTOR,
        }
    }
}

impl Buffer for Part<'_, '_> {
    fn physical(&self) -> Option<u64> {
        self.physical
    }

    fn put(&mut self, block: u32, bytes: &[u8; BLOCK]) {
        let place = self.place(block);
        if let Some(pool) = &mut self.pools.fills {
            // It is inside: that was checked.
            let _ = pool.write(place, bytes);
        }
    }

    fn get(&mut self, block: u32, bytes: &mut [u8; BLOCK]) {
        let place = self.place(block);
        let part = self.pools.takes.and_then(|pool| pool.part(place).ok());
        if let Some(part) = part {
            let _ = part.copy_to(0, bytes);
        }
    }
}

impl<'a, F: Find> Driver<'a, F> {
    /// Serves the card that is found, or that there is none.
    pub fn new(mut slots: F, pools: Pools<'a>) -> Self {
        Self {
            disk: slots.find(),
            slots,
            pools,
        }
    }

    /// Returns what the card's driver waits by, if there is a card.
    pub fn pace(&self) -> Option<&F::Pace> {
        self.disk.as_ref().map(Disk::pace)
    }

    /// Looks for a card if there was none.
    fn look(&mut self) {
        if self.disk.is_none() {
            self.disk = self.slots.find();
        }
    }

    fn disk(&mut self) -> Result<&mut Found<F>, Error> {
        let disk = self.disk.as_mut().ok_or(Error::Gone)?;
        disk.is_there().map_err(|_| Error::Gone)?;
        Ok(disk)
    }

    /// Checks a range of sectors and its place in a pool of `length` bytes; returns how many they are.
    fn check(
        &mut self,
        (sector, sectors): (u64, u32),
        offset: u32,
        length: Option<usize>,
    ) -> Result<u16, Error> {
        let all = self.disk()?.card().blocks;
        if sectors == 0 || sectors > MAX_SECTORS {
            return Err(Error::BadLength);
        }
        let end = sector.checked_add(u64::from(sectors));
        if end.is_none_or(|end| end > all) {
            return Err(Error::OutOfRange);
        }
        let end = offset.checked_add(sectors * SECTOR);
        let is_inside = end.is_some_and(|end| end as usize <= length.unwrap_or_default());
        if !is_inside || !offset.is_multiple_of(SECTOR) {
            return Err(Error::BadBuffer);
        }
        u16::try_from(sectors).map_err(|_| Error::BadLength)
    }

    fn fill(&mut self, sector: u64, sectors: u32, offset: u32) -> Result<(), Error> {
        let length = self.pools.fills.as_ref().map(Pool::len);
        let count = self.check((sector, sectors), offset, length)?;
        let disk = self.disk.as_mut().ok_or(Error::Gone)?;
        let mut part = Part {
            physical: place(self.pools.fills_at, offset),
            pools: &mut self.pools,
            offset,
        };
        let outcome = disk.read(sector, count, &mut part);
        outcome.map_err(|failure| error(failure, disk))
    }

    fn take(&mut self, sector: u64, sectors: u32, offset: u32) -> Result<(), Error> {
        if self.disk()?.card().access != Access::ReadWrite {
            return Err(Error::ReadOnly);
        }
        let length = self.pools.takes.map(|pool| pool.len());
        let count = self.check((sector, sectors), offset, length)?;
        let disk = self.disk.as_mut().ok_or(Error::Gone)?;
        let mut part = Part {
            physical: place(self.pools.takes_at, offset),
            pools: &mut self.pools,
            offset,
        };
        let outcome = disk.write(sector, count, &mut part);
        outcome.map_err(|failure| error(failure, disk))
    }
}

fn place(pool: Option<PoolMemory>, offset: u32) -> Option<u64> {
    pool.map(|pool| pool.physical + u64::from(offset))
}

fn error<R: Registers, P: Pace, T: Table>(_: Failure, disk: &Disk<R, P, T>) -> Error {
    match disk.is_there() {
        Ok(()) => Error::Device,
        Err(_) => Error::Gone,
    }
}

impl<F: Find> Server for Driver<'_, F> {
    fn info(&mut self, _: Caller) -> Result<Info, Error> {
        self.look();
        let card = self.disk()?.card();
        let mut model = Text::new();
        let letters = "SD card ".chars().chain(card.name());
        for letter in letters {
            // What does not fit is cut off.
            let _ = model.push(letter);
        }
        Ok(Info {
            sectors: card.blocks,
            sector_size: SECTOR,
            max_sectors: MAX_SECTORS,
            depth: DEPTH,
            access: match card.access {
                Access::ReadWrite => DiskAccess::ReadWrite,
                Access::Locked | Access::Protected => DiskAccess::ReadOnly,
            },
            model,
        })
    }

    fn read(&mut self, _: Caller, sector: u64, sectors: u32, at: u32, reply: Reply<(), Error>) {
        reply.answer(self.fill(sector, sectors, at));
    }

    fn write(&mut self, _: Caller, sector: u64, sectors: u32, at: u32, reply: Reply<(), Error>) {
        reply.answer(self.take(sector, sectors, at));
    }

    fn flush(&mut self, _: Caller, reply: Reply<(), Error>) {
        reply.answer(self.disk().map(|_| ()));
    }

    fn signal(&mut self, bits: u64) {
        if self.slots.tells(bits) {
            self.look();
        }
    }
}

#[cfg(test)]
#[path = "driver_tests.rs"]
mod tests;
