//! The `block` interface over memory.

use alloc::vec::Vec;
use core::ops::Range;

use libipc::codec::Text;
use libipc::ring::{Descriptor, Pool, Untrusted};
use libipc::{Caller, Reply};
use proto::block::{Access, Error, Info, Server};

use crate::SECTOR;

/// The most sectors in one request: 1 MiB.
const MAX_SECTORS: u32 = 2048;
/// Requests under way: each is carried out before the next.
const DEPTH: u32 = 1;

/// What a disk holds.
#[derive(Debug)]
pub enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// Nothing, because the volume that it should be is not there.
    Missing,
}

/// A disk in memory, for one client.
pub struct RamDisk<'a> {
    content: Content,
    fills: Option<Pool<'a>>,
    takes: Option<Untrusted<'a>>,
}

impl<'a> RamDisk<'a> {
    /// A disk that holds `content`. Reads fill the first pool, writes take from the second.
    pub fn new(content: Content, fills: Option<Pool<'a>>, takes: Option<Untrusted<'a>>) -> Self {
        Self {
            content,
            fills,
            takes,
        }
    }

    fn copy_out(&mut self, sector: u64, sectors: u32, offset: u32) -> Result<(), Error> {
        let bytes = place(&mut self.content, sector, sectors)?;
        let part = part(sectors, offset)?;
        let pool = self.fills.as_mut().ok_or(Error::BadBuffer)?;
        pool.write(part, bytes).map_err(|_| Error::BadBuffer)
    }

    fn copy_in(&mut self, sector: u64, sectors: u32, offset: u32) -> Result<(), Error> {
        let bytes = place(&mut self.content, sector, sectors)?;
        let part = part(sectors, offset)?;
        let from = self.takes.and_then(|pool| pool.part(part).ok());
        let from = from.ok_or(Error::BadBuffer)?;
        from.copy_to(0, bytes).map_err(|_| Error::BadBuffer)
    }
}

/// Where sectors are.
fn place(content: &mut Content, sector: u64, sectors: u32) -> Result<&mut [u8], Error> {
    let Content::Bytes(bytes) = content else {
        return Err(Error::Gone);
    };
    if sectors == 0 || sectors > MAX_SECTORS {
        return Err(Error::BadLength);
    }
    let range = range(sector, sectors).ok_or(Error::OutOfRange)?;
    bytes.get_mut(range).ok_or(Error::OutOfRange)
}

fn range(sector: u64, sectors: u32) -> Option<Range<usize>> {
    let start = usize::try_from(sector.checked_mul(u64::from(SECTOR))?).ok()?;
    Some(start..start.checked_add((sectors * SECTOR) as usize)?)
}

fn part(sectors: u32, offset: u32) -> Result<Descriptor, Error> {
    if !offset.is_multiple_of(SECTOR) {
        return Err(Error::BadBuffer);
    }
    let length = sectors * SECTOR;
    Ok(Descriptor { offset, length })
}

impl Server for RamDisk<'_> {
    fn info(&mut self, _: Caller) -> Result<Info, Error> {
        let Content::Bytes(bytes) = &self.content else {
            return Err(Error::Gone);
        };
        let mut model = Text::new();
        // It fits.
        let _ = model.push_str("memory");
        Ok(Info {
            sectors: bytes.len() as u64 / u64::from(SECTOR),
            sector_size: SECTOR,
            max_sectors: MAX_SECTORS,
            depth: DEPTH,
            access: Access::ReadWrite,
            model,
        })
    }

    fn read(&mut self, _: Caller, sector: u64, sectors: u32, at: u32, reply: Reply<(), Error>) {
        reply.answer(self.copy_out(sector, sectors, at));
    }

    fn write(&mut self, _: Caller, sector: u64, sectors: u32, at: u32, reply: Reply<(), Error>) {
        reply.answer(self.copy_in(sector, sectors, at));
    }

    fn flush(&mut self, _: Caller, reply: Reply<(), Error>) {
        reply.answer(match self.content {
            Content::Bytes(_) => Ok(()),
            Content::Missing => Err(Error::Gone),
        });
    }
}
