//! The interface `filesystem` over a volume: who has what open, buffers that are lent, nothing else.

use libipc::Caller;
use libipc::codec::Bytes;
use libipc::lend;
use proto::filesystem::{
    Cursor, Error, Existing, Info, Lasting, MAX_DATA, MAX_PATH, Place, Server, Space, Stat,
};

use crate::{Entries, Mounted, Volume};

type Data = Bytes<{ MAX_DATA as usize }>;
type Path = Bytes<{ MAX_PATH as usize }>;

impl<V: Volume> Mounted<V> {
    /// Fills a lent buffer by way of `bytes`, which has room for all of it.
    fn fill(
        &mut self,
        (node, offset): (u64, u64),
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

impl<V: Volume> Server for Mounted<V> {
    fn info(&mut self, _: Caller) -> Info {
        Mounted::info(self).clone()
    }

    fn walk(&mut self, _: Caller, path: &[u8]) -> Result<Place, Error> {
        self.look(|files| files.walk(path))
    }

    fn lookup(&mut self, _: Caller, directory: u64, name: &[u8]) -> Result<Stat, Error> {
        self.look(|files| files.lookup(directory, name))
    }

    fn stat(&mut self, _: Caller, node: u64) -> Result<Stat, Error> {
        self.look(|files| files.stat(node))
    }

    fn open(&mut self, caller: Caller, node: u64) -> Result<Stat, Error> {
        let stat = self.change(|files| files.open(node))?;
        self.clients.opened(caller, node);
        Ok(stat)
    }

    fn close(&mut self, caller: Caller, node: u64) -> Result<(), Error> {
        if !self.clients.closes(caller, node) {
            return Err(Error::Invalid);
        }
        self.change(|files| files.close(node))
    }

    fn read_at(&mut self, _: Caller, node: u64, offset: u64, max: u32) -> Result<Data, Error> {
        let mut data = Data::new();
        let length = (max as usize).min(data.capacity());
        // Never longer than the capacity.
        let _ = data.resize(length, 0);
        let read = self.read(node, offset, &mut data)?;
        data.truncate(read);
        Ok(data)
    }

    fn read_into(
        &mut self,
        caller: Caller,
        node: u64,
        offset: u64,
        data: lend::Place,
    ) -> Result<u32, Error> {
        let mut bytes = core::mem::take(&mut self.scratch);
        if bytes.len() < data.len() {
            bytes.resize(data.len(), 0);
        }
        let filled = self.fill((node, offset), (caller, data), &mut bytes);
        self.scratch = bytes;
        filled
    }

    fn write_at(&mut self, _: Caller, node: u64, offset: u64, data: &[u8]) -> Result<(), Error> {
        self.write(node, offset, data)
    }

    fn truncate(&mut self, _: Caller, node: u64, size: u64) -> Result<(), Error> {
        self.change(|files| files.truncate(node, size))
    }

    fn create(
        &mut self,
        _: Caller,
        directory: u64,
        name: &[u8],
        permissions: u16,
    ) -> Result<Stat, Error> {
        self.change(|files| files.create(directory, name, permissions))
    }

    fn make_directory(
        &mut self,
        _: Caller,
        directory: u64,
        name: &[u8],
        permissions: u16,
    ) -> Result<Stat, Error> {
        self.change(|files| files.make_directory(directory, name, permissions))
    }

    fn symlink(
        &mut self,
        _: Caller,
        directory: u64,
        name: &[u8],
        target: &[u8],
    ) -> Result<Stat, Error> {
        self.change(|files| files.symlink(directory, name, target))
    }

    fn link(&mut self, _: Caller, node: u64, directory: u64, name: &[u8]) -> Result<(), Error> {
        self.change(|files| files.link(node, directory, name))
    }

    fn unlink(&mut self, _: Caller, directory: u64, name: &[u8]) -> Result<(), Error> {
        self.change(|files| files.unlink(directory, name))
    }

    fn remove_directory(&mut self, _: Caller, directory: u64, name: &[u8]) -> Result<(), Error> {
        self.change(|files| files.remove_directory(directory, name))
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
        let (from, to) = ((from_directory, from_name), (to_directory, to_name));
        self.change(|files| files.rename(from, to, existing))
    }

    fn read_link(&mut self, _: Caller, node: u64) -> Result<Path, Error> {
        self.look(|files| files.read_link(node))
    }

    fn read_directory(
        &mut self,
        _: Caller,
        directory: u64,
        cursor: Cursor,
    ) -> Result<(Entries, Cursor), Error> {
        let read = self.look(|files| files.read_directory(directory, cursor))?;
        read.ok_or(Error::Invalid)
    }

    fn space(&mut self, _: Caller) -> Result<Space, Error> {
        self.look(|files| files.space())
    }

    fn sync(&mut self, _: Caller) -> Result<(), Error> {
        self.change(|files| files.sync())
    }

    fn unmount(&mut self, _: Caller) -> Result<(), Error> {
        Mounted::unmount(self)
    }

    fn lasting(&mut self, _: Caller) -> Lasting {
        V::LASTING
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
