//! The interface `filesystem` over a volume: arguments checked, results converted, nothing else.

use block_cache::BatchDevice;
use libipc::Caller;
use libipc::codec::{Bytes, List};
use libipc::lend;
use proto::filesystem::{
    Cursor, Entry, Error, Existing, Info, MAX_DATA, MAX_ENTRIES, Place, Reach, Server, Space, Stat,
};

use crate::{Mounted, Node, Walk, convert, convert::node};

type Data = Bytes<{ MAX_DATA as usize }>;
type Entries = List<Entry, { MAX_ENTRIES as usize }>;

impl<D: BatchDevice> Mounted<D> {
    /// Fills a lent buffer by way of `bytes`, which has room for all of it.
    fn fill(
        &mut self,
        (node, offset): (Node, u64),
        (caller, data): (Caller, lend::Place),
        bytes: &mut [u8],
    ) -> Result<u32, Error> {
        let mut filled = 0;
        while let Some(rest) = bytes.get_mut(filled..data.len())
            && !rest.is_empty()
        {
            let read = self.read(node, offset.saturating_add(filled as u64), rest)?;
            if read == 0 {
                break;
            }
            filled += read;
        }
        let bytes = bytes.get(..filled).unwrap_or_default();
        let written = self.borrower.write(caller, data, (0, bytes));
        written.map_err(|_| Error::Invalid)?;
        Ok(filled as u32)
    }
}

impl<D: BatchDevice> Server for Mounted<D> {
    fn info(&mut self, _: Caller) -> Info {
        Mounted::info(self).clone()
    }

    fn walk(&mut self, _: Caller, path: &[u8]) -> Result<Place, Error> {
        match self.look(|files| files.lookup(path))? {
            Walk::Found(stat) => Ok(Place {
                reach: Reach::End,
                rest: path.len() as u32,
                directory: 0,
                stat: convert::stat(stat),
            }),
            Walk::Link {
                directory,
                link,
                rest,
            } => Ok(Place {
                reach: Reach::Link,
                rest: rest as u32,
                directory: directory.raw().into(),
                stat: convert::stat(self.look(|files| files.stat(link))?),
            }),
        }
    }

    fn lookup(&mut self, _: Caller, directory: u64, name: &[u8]) -> Result<Stat, Error> {
        let found = self.look(|files| files.lookup_child(node(directory)?, name))?;
        Ok(convert::stat(found))
    }

    fn stat(&mut self, _: Caller, number: u64) -> Result<Stat, Error> {
        Ok(convert::stat(self.look(|files| files.stat(node(number)?))?))
    }

    fn open(&mut self, caller: Caller, number: u64) -> Result<Stat, Error> {
        let node = node(number)?;
        let stat = self.change(|files| files.open(node))?;
        self.clients.opened(caller, node);
        Ok(convert::stat(stat))
    }

    fn close(&mut self, caller: Caller, number: u64) -> Result<(), Error> {
        let node = node(number)?;
        if !self.clients.closes(caller, node) {
            return Err(Error::Invalid);
        }
        self.change(|files| files.close(node))
    }

    fn read_at(&mut self, _: Caller, number: u64, offset: u64, max: u32) -> Result<Data, Error> {
        let mut data = Data::new();
        let length = (max as usize).min(data.capacity());
        // Never longer than the capacity.
        let _ = data.resize(length, 0);
        let read = self.read(node(number)?, offset, &mut data)?;
        data.truncate(read);
        Ok(data)
    }

    fn read_into(
        &mut self,
        caller: Caller,
        number: u64,
        offset: u64,
        data: lend::Place,
    ) -> Result<u32, Error> {
        let node = node(number)?;
        let mut bytes = core::mem::take(&mut self.scratch);
        if bytes.len() < data.len() {
            bytes.resize(data.len(), 0);
        }
        let filled = self.fill((node, offset), (caller, data), &mut bytes);
        self.scratch = bytes;
        filled
    }

    fn write_at(&mut self, _: Caller, number: u64, offset: u64, data: &[u8]) -> Result<(), Error> {
        self.write(node(number)?, offset, data)
    }

    fn truncate(&mut self, _: Caller, number: u64, size: u64) -> Result<(), Error> {
        self.change(|files| files.truncate(node(number)?, size))
    }

    fn create(
        &mut self,
        _: Caller,
        directory: u64,
        name: &[u8],
        permissions: u16,
    ) -> Result<Stat, Error> {
        let made = self.change(|files| files.create(node(directory)?, name, permissions))?;
        Ok(convert::stat(made))
    }

    fn make_directory(
        &mut self,
        _: Caller,
        directory: u64,
        name: &[u8],
        permissions: u16,
    ) -> Result<Stat, Error> {
        let made = self.change(|files| files.mkdir(node(directory)?, name, permissions))?;
        Ok(convert::stat(made))
    }

    fn symlink(
        &mut self,
        _: Caller,
        directory: u64,
        name: &[u8],
        target: &[u8],
    ) -> Result<Stat, Error> {
        let made = self.change(|files| files.symlink(node(directory)?, name, target))?;
        Ok(convert::stat(made))
    }

    fn link(&mut self, _: Caller, number: u64, directory: u64, name: &[u8]) -> Result<(), Error> {
        let (target, directory) = (node(number)?, node(directory)?);
        self.change(|files| files.link(target, directory, name))?;
        Ok(())
    }

    fn unlink(&mut self, _: Caller, directory: u64, name: &[u8]) -> Result<(), Error> {
        self.change(|files| files.unlink(node(directory)?, name))
    }

    fn remove_directory(&mut self, _: Caller, directory: u64, name: &[u8]) -> Result<(), Error> {
        self.change(|files| files.rmdir(node(directory)?, name))
    }

    fn rename(
        &mut self,
        _: Caller,
        from_directory: u64,
        from_name: &[u8],
        to_directory: u64,
        to_name: &[u8],
        existing: Existing,
    ) -> Result<(), Error> {
        let from = (node(from_directory)?, from_name);
        let to = (node(to_directory)?, to_name);
        let existing = convert::existing(existing);
        self.change(|files| files.rename(from, to, existing))
    }

    fn read_link(&mut self, _: Caller, number: u64) -> Result<Bytes<1000>, Error> {
        let target = self.look(|files| files.readlink(node(number)?))?;
        target.as_slice().try_into().map_err(|_| Error::TooLarge)
    }

    fn read_directory(
        &mut self,
        _: Caller,
        directory: u64,
        cursor: Cursor,
    ) -> Result<(Entries, Cursor), Error> {
        let start = crate::Cursor::from_words([cursor.first, cursor.second]);
        let start = start.ok_or(Error::Invalid)?;
        let directory = node(directory)?;
        let most = MAX_ENTRIES as usize;
        let found = self.look(|files| files.read_dir(directory, start, most))?;
        let [first, second] = found.last().map_or(start, |last| last.next).to_words();
        let entries: Result<Entries, Error> = found.iter().map(convert::entry).collect();
        Ok((entries?, Cursor { first, second }))
    }

    fn space(&mut self, _: Caller) -> Result<Space, Error> {
        Ok(convert::space(self.look(|files| files.statfs())?))
    }

    fn sync(&mut self, _: Caller) -> Result<(), Error> {
        self.change(|files| files.sync())
    }

    fn unmount(&mut self, _: Caller) -> Result<(), Error> {
        Mounted::unmount(self)
    }

    /// Closes what a client had open, and so frees what has no name any more.
    fn client_gone(&mut self, client: Caller) {
        self.borrower.forget(client);
        let left = self.clients.gone(client);
        if !left.is_empty() {
            libipc::log!("{} files that a client left open are closed", left.len());
        }
        for node in left {
            if let Err(error) = self.change(|files| files.close(node)) {
                libipc::log!("one of them is not closed: {error}");
            }
        }
    }
}
