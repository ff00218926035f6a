//! The files that programs are started from.
//!
//! With a ring to the file system a program takes two doorbells: one to open its file and read the headers, before
//! anybody knows the file's number, and one to read all that is to be loaded and close it. What does not go so (a
//! program too long for the pool, a file system that was restarted since the ring was opened) goes by calls.

use core::cell::{Cell, RefCell};
use core::ops::Range;

use libipc::codec::batch::{ClientRing, Wake};
use libipc::lend::Lender;
use libipc::ring::{ClientWake, RingClient};
use libipc::{Error as CallError, Startup, TooLong, Transport, TransportError};
use proto::processes::Error;
use proto::vfs::{self, Batch, OpenFlags};

use crate::build::File;
use crate::program::HEAD;

/// What reads files with few doorbells.
pub struct Reader<W> {
    ring: ClientRing<'static, W>,
    lender: Lender,
}

/// A file that was opened by a batch.
struct Begun {
    file: u32,
    /// Its length, and how many bytes of its beginning are in the pool.
    told: Result<(u32, u32), Error>,
}

impl Reader<ClientWake> {
    /// Reads over the ring of the connection `name`; `None` if the manifest gives it none.
    pub fn open(env: &Startup, name: &str) -> Option<Self> {
        let RingClient { ring, pools, .. } = RingClient::open(env, name)?;
        Some(Self::new(ring, Lender::new(pools.out, pools.inward)))
    }
}

impl<W: Wake> Reader<W> {
    /// Reads over a ring, whose pools `lender` lends.
    pub fn new(ring: ClientRing<'static, W>, lender: Lender) -> Self {
        Self { ring, lender }
    }

    /// Opens a file and reads its beginning; `None` if that has to go by calls.
    fn begin(&mut self, path: &[u8]) -> Result<Option<Begun>, Error> {
        let Some((path, head)) = self.lender.lend_both(path, HEAD) else {
            return Ok(None);
        };
        let mut batch = Batch::new();
        let full = |TooLong| Error::Unreadable;
        let file = batch.open_lent(&path, OpenFlags::READ, 0).map_err(full)?;
        let size = batch.length(file.result()).map_err(full)?;
        let read = batch.read_into(file.result(), 0, &head).map_err(full)?;
        let Ok(outcomes) = batch.run(&mut self.ring) else {
            return Ok(None);
        };
        let file = match outcomes.of(file) {
            Err(CallError::Transport(TransportError::UnknownMethod)) => return Ok(None),
            opened => opened.map_err(why)?,
        };
        let size = outcomes.of(size).map_err(why);
        let told = size.and_then(|size| Ok((size, outcomes.of(read).map_err(why)?)));
        Ok(Some(Begun { file, told }))
    }

    /// Reads a part of a file and closes it; `None` if that has to go by calls.
    fn finish(&mut self, file: u32, part: &Range<u64>) -> Option<()> {
        let length = part.end.checked_sub(part.start)?;
        let lent = self.lender.lend_out(usize::try_from(length).ok()?)?;
        let mut batch = Batch::new();
        let read = batch.read_into(file, part.start, &lent).ok()?;
        let closed = batch.close(file).ok()?;
        batch.after_success(&closed);
        let outcomes = batch.run(&mut self.ring).ok()?;
        let read = outcomes.of(read).ok()?;
        // A file that cannot be closed is gone with its server.
        let _ = outcomes.of(closed);
        (u64::from(read) == length).then_some(())
    }
}

/// An open file of the file system; closed when it is dropped.
pub(crate) struct Opened<'a, T: Transport, W> {
    files: &'a vfs::Client<T>,
    reader: Option<RefCell<&'a mut Reader<W>>>,
    file: u32,
    size: u64,
    /// What of it is in the pool.
    present: Cell<(u64, u64)>,
    is_closed: Cell<bool>,
}

impl<'a, T: Transport, W: Wake> Opened<'a, T, W> {
    pub(crate) fn new(
        files: &'a vfs::Client<T>,
        mut reader: Option<&'a mut Reader<W>>,
        path: &[u8],
    ) -> Result<Self, Error> {
        let begun = match &mut reader {
            Some(reader) => reader.begin(path)?,
            None => None,
        };
        let file = match &begun {
            Some(begun) => begun.file,
            None => files.open(path, OpenFlags::READ, 0).map_err(why)?,
        };
        let mut opened = Self {
            files,
            reader: reader.map(RefCell::new),
            file,
            size: 0,
            present: Cell::new((0, 0)),
            is_closed: Cell::new(false),
        };
        match begun {
            Some(begun) => {
                let (size, read) = begun.told?;
                opened.size = size.into();
                opened.present.set((0, read.into()));
            }
            None => opened.size = files.stat_file(file).map_err(why)?.size,
        }
        Ok(opened)
    }

    /// Reads by a lent buffer, which takes a request a piece of its length instead of one a message's worth.
    fn read_lending(&self, lender: &mut Lender, offset: u64, into: &mut [u8]) -> Result<(), Error> {
        self.present.set((0, 0));
        let mut at = offset;
        for part in into.chunks_mut(lender.longest_out().clamp(1, vfs::MAX_LENT as usize)) {
            let lent = lender.lend_out(part.len()).ok_or(Error::Unreadable)?;
            let read = self.files.read_into(self.file, at, &lent);
            if read != Ok(part.len() as u32) {
                return Err(Error::Unreadable);
            }
            let copied = lent.view().copy_to(0, part);
            copied.map_err(|_| Error::Unreadable)?;
            at += part.len() as u64;
        }
        Ok(())
    }

    fn read_by_messages(&self, offset: u64, into: &mut [u8]) -> Result<(), Error> {
        let mut at = offset;
        for part in into.chunks_mut(vfs::MAX_DATA as usize) {
            let data = self.files.read_at(self.file, at, part.len() as u32);
            let data = data.map_err(|_| Error::Unreadable)?;
            if data.len() != part.len() {
                return Err(Error::Unreadable);
            }
            part.copy_from_slice(&data);
            at += part.len() as u64;
        }
        Ok(())
    }
}

impl<T: Transport, W: Wake> File for Opened<'_, T, W> {
    fn size(&self) -> u64 {
        self.size
    }

    fn expect(&self, part: Range<u64>) {
        if let Some(reader) = &self.reader
            && reader.borrow_mut().finish(self.file, &part).is_some()
        {
            self.present.set((part.start, part.end));
            self.is_closed.set(true);
        }
    }

    fn read(&self, offset: u64, into: &mut [u8]) -> Result<(), Error> {
        let Some(reader) = &self.reader else {
            return self.read_by_messages(offset, into);
        };
        let lender = &mut reader.borrow_mut().lender;
        let (from, to) = self.present.get();
        let end = offset.saturating_add(into.len() as u64);
        if offset < from || end > to {
            return self.read_lending(lender, offset, into);
        }
        let pool = lender.inward().ok_or(Error::Unreadable)?;
        let copied = pool.copy_to((offset - from) as usize, into);
        copied.map_err(|_| Error::Unreadable)
    }
}

impl<T: Transport, W> Drop for Opened<'_, T, W> {
    fn drop(&mut self) {
        if !self.is_closed.get() {
            // A file that cannot be closed is gone with its server.
            let _ = self.files.close(self.file);
        }
    }
}

/// Why a program's file cannot be had.
fn why(error: CallError<vfs::Error>) -> Error {
    match error {
        CallError::Server(vfs::Error::NotFound) => Error::NotFound,
        _ => Error::Unreadable,
    }
}

#[cfg(test)]
#[path = "source_tests.rs"]
mod tests;
