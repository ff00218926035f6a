//! The interface `filesystem` over a volume: arguments checked, results converted, nothing else.

use block_cache::BatchDevice;
use libipc::Caller;
use libipc::codec::{Bytes, List};
use proto::filesystem::{
    Cursor, Entry, Error, Existing, Info, MAX_DATA, MAX_ENTRIES, Place, Reach, Server, Space, Stat,
};

use crate::{Mounted, Walk, convert, convert::node};

type Data = Bytes<{ MAX_DATA as usize }>;
type Entries = List<Entry, { MAX_ENTRIES as usize }>;

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

    fn open(&mut self, _: Caller, number: u64) -> Result<Stat, Error> {
        Ok(convert::stat(
            self.change(|files| files.open(node(number)?))?,
        ))
    }

    fn close(&mut self, _: Caller, number: u64) -> Result<(), Error> {
        self.change(|files| files.close(node(number)?))
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
}
