//! A disk of memory, for examples that need some server with a ring.

use libipc::lend::{Borrower, Place};
use libipc::ring::Descriptor;
use libipc::{Caller, Reply};
use proto::block::{Error, Info, Server};

const SECTOR: u32 = 512;

/// Its sectors, and its clients' pools.
pub(crate) struct Disk {
    pub(crate) sectors: Vec<u8>,
    pub(crate) borrower: Borrower,
}

/// A place in a pool of so many sectors from a byte on.
fn place(sectors: u32, offset: u32) -> Result<Place, Error> {
    let length = sectors.checked_mul(SECTOR).ok_or(Error::BadLength)?;
    let word = Descriptor { offset, length }.to_word();
    Place::of_word(word, u32::MAX).ok_or(Error::BadBuffer)
}

impl Disk {
    /// The bytes of sectors.
    fn at(&mut self, sector: u64, sectors: u32) -> Result<&mut [u8], Error> {
        let start = sector as usize * SECTOR as usize;
        let end = start + sectors as usize * SECTOR as usize;
        self.sectors.get_mut(start..end).ok_or(Error::OutOfRange)
    }

    fn copy_out(&mut self, client: Caller, sector: u64, to: (u32, u32)) -> Result<(), Error> {
        let bytes = self.at(sector, to.0)?.to_vec();
        let place = place(to.0, to.1)?;
        let written = self.borrower.write(client, place, (0, &bytes));
        written.map_err(|_| Error::BadBuffer)
    }

    fn copy_in(&mut self, client: Caller, sector: u64, from: (u32, u32)) -> Result<(), Error> {
        let mut bytes = vec![0; from.0 as usize * SECTOR as usize];
        let read = self
            .borrower
            .read(client, place(from.0, from.1)?, (0, &mut bytes));
        read.map_err(|_| Error::BadBuffer)?;
        self.at(sector, from.0)?.copy_from_slice(&bytes);
        Ok(())
    }
}

impl Server for Disk {
    fn info(&mut self, _: Caller) -> Result<Info, Error> {
        Err(Error::Device)
    }

    fn read(
        &mut self,
        caller: Caller,
        sector: u64,
        sectors: u32,
        offset: u32,
        reply: Reply<(), Error>,
    ) {
        reply.answer(self.copy_out(caller, sector, (sectors, offset)));
    }

    fn write(
        &mut self,
        caller: Caller,
        sector: u64,
        sectors: u32,
        offset: u32,
        reply: Reply<(), Error>,
    ) {
        reply.answer(self.copy_in(caller, sector, (sectors, offset)));
    }

    fn flush(&mut self, _: Caller, reply: Reply<(), Error>) {
        reply.ok(());
    }
}
