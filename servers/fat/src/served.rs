//! The volume as its server wants it.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};

use block_cache::{BatchDevice, BlockCache, Capacity};
use libipc::codec::Bytes;
use proto::filesystem::{
    Cursor, Entry, Existing, Lasting, MAX_ENTRIES, MAX_PATH, NodeKind, Place, Reach, Space, Stat,
};
use volume_server::{Entries, Volume};

use crate::directory::{MOST, Reader};
use crate::error::{Error, MountError};
use crate::files::LONGEST;
use crate::nodes::{ROOT, directory_number, number_at};
use crate::volume::{Clock, FileSystem};

/// Free bytes on the volume below which no write waits.
const ROOM: u64 = 4 << 20;
/// The most bytes that a write may bring that waits.
const WAITING: u64 = 128 << 10;

/// Mounts the volume on a device. `content` is what its first sectors seem to hold.
///
/// # Errors
/// Why that is not possible, for people.
pub fn mount<D: BatchDevice>(
    device: D,
    content: &str,
    clock: Clock,
    cache: Capacity,
) -> Result<FileSystem<D>, String> {
    let cache = BlockCache::new(device, cache).map_err(MountError::Device);
    cache
        .and_then(|cache| FileSystem::mount(cache, clock))
        .map_err(|error| match error {
            MountError::NotFat if !content.is_empty() => format!("{error}; it holds {content}"),
            error => error.to_string(),
        })
}

impl<D: BatchDevice> FileSystem<D> {
    /// What a listing shows of an entry; nothing of the two dots.
    fn listed(&mut self, item: &crate::directory::Item) -> Option<Entry> {
        if item.is_dots() {
            return None;
        }
        // An entry that leads nowhere is listed, and an error once somebody uses it.
        let node = match self.child(item.spot, &item.short) {
            Ok(crate::nodes::Node::Directory(first)) => directory_number(first),
            Ok(crate::nodes::Node::File(number, _)) => number,
            Err(_) => number_at(item.spot),
        };
        Some(Entry {
            node,
            kind: Self::kind_of(&item.short),
            name: item.name.as_bytes().try_into().ok()?,
        })
    }
}

impl<D: BatchDevice> Volume for FileSystem<D> {
    type Error = Error;

    const KIND: &'static str = "FAT";
    const ROOT: u64 = (ROOT as u64) << 32;
    // A file's number is its place, or the one that it had when it was opened.
    const LASTING: Lasting = Lasting::NotAtAll;

    fn restriction(&self) -> Option<String> {
        let text = "read-only because the device is";
        self.is_read_only().then(|| text.to_owned())
    }

    fn warning(&self) -> Option<String> {
        let text = "it was not unmounted; run fsck.vfat when you can";
        self.was_in_use().then(|| text.to_owned())
    }

    fn may_wait(&mut self, number: u64, offset: u64) -> Result<bool, Error> {
        let stat = FileSystem::stat(self, number)?;
        let is_plain = !self.is_read_only() && stat.kind == NodeKind::File;
        let room = u64::from(self.free()?) * self.cluster();
        Ok(is_plain && room >= ROOM && offset <= stat.size && offset < LONGEST - WAITING)
    }

    fn probe(&mut self) -> Result<(), Error> {
        FileSystem::probe(self)
    }

    fn walk(&mut self, path: &[u8]) -> Result<Place, Error> {
        Ok(Place {
            reach: Reach::End,
            rest: path.len() as u32,
            directory: 0,
            stat: FileSystem::walk(self, path)?,
        })
    }

    fn lookup(&mut self, directory: u64, name: &[u8]) -> Result<Stat, Error> {
        FileSystem::lookup(self, directory, name)
    }

    fn stat(&mut self, node: u64) -> Result<Stat, Error> {
        FileSystem::stat(self, node)
    }

    fn open(&mut self, node: u64) -> Result<Stat, Error> {
        FileSystem::open(self, node)
    }

    fn close(&mut self, node: u64) -> Result<(), Error> {
        FileSystem::close(self, node)
    }

    fn read_at(&mut self, node: u64, offset: u64, output: &mut [u8]) -> Result<usize, Error> {
        FileSystem::read_at(self, node, offset, output)
    }

    fn write_at(&mut self, node: u64, offset: u64, data: &[u8]) -> Result<(), Error> {
        FileSystem::write_at(self, node, offset, data)
    }

    fn truncate(&mut self, node: u64, size: u64) -> Result<(), Error> {
        FileSystem::truncate(self, node, size)
    }

    fn create(&mut self, directory: u64, name: &[u8], bits: u16) -> Result<Stat, Error> {
        FileSystem::create(self, directory, name, bits)
    }

    fn make_directory(&mut self, directory: u64, name: &[u8], bits: u16) -> Result<Stat, Error> {
        FileSystem::make_directory(self, directory, name, bits)
    }

    fn symlink(&mut self, _: u64, _: &[u8], _: &[u8]) -> Result<Stat, Error> {
        Err(Error::Unsupported("FAT has no symbolic links"))
    }

    fn link(&mut self, _: u64, _: u64, _: &[u8]) -> Result<(), Error> {
        Err(Error::Unsupported("FAT has one name for a file"))
    }

    fn unlink(&mut self, directory: u64, name: &[u8]) -> Result<(), Error> {
        FileSystem::unlink(self, directory, name)
    }

    fn remove_directory(&mut self, directory: u64, name: &[u8]) -> Result<(), Error> {
        FileSystem::remove_directory(self, directory, name)
    }

    fn rename(
        &mut self,
        from: (u64, &[u8]),
        to: (u64, &[u8]),
        existing: Existing,
    ) -> Result<(), Error> {
        FileSystem::rename(self, from, to, existing)
    }

    fn read_link(&mut self, _: u64) -> Result<Bytes<{ MAX_PATH as usize }>, Error> {
        Err(Error::Invalid)
    }

    /// A cursor is the number of the place where the next entry is looked for.
    fn read_directory(
        &mut self,
        directory: u64,
        cursor: Cursor,
    ) -> Result<Option<(Entries, Cursor)>, Error> {
        let start = u32::try_from(cursor.first)
            .ok()
            .filter(|start| *start <= MOST);
        let Some(start) = start.filter(|_| cursor.second == 0) else {
            return Ok(None);
        };
        let mut reader = Reader::new(self.directory(directory)?, start);
        let mut entries = Entries::new();
        while entries.len() < MAX_ENTRIES as usize
            && let Some(item) = reader.item(self)?
        {
            // There is room: that was asked for.
            entries.extend(self.listed(&item));
        }
        let first = reader.index().into();
        Ok(Some((entries, Cursor { first, second: 0 })))
    }

    fn space(&mut self) -> Result<Space, Error> {
        Ok(Space {
            block_size: self.cluster(),
            blocks: self.layout.clusters.into(),
            free_blocks: self.free()?.into(),
            nodes: 0,
            free_nodes: 0,
        })
    }

    fn sync(&mut self) -> Result<(), Error> {
        FileSystem::sync(self)
    }

    fn unmount(&mut self) -> Result<(), Error> {
        FileSystem::unmount(self)
    }
}
