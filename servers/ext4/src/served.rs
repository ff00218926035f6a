//! The volume as its server wants it: arguments checked, results converted, nothing else.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};

use block_cache::{BatchDevice, BlockCache, Capacity};
use libipc::codec::Bytes;
use proto::filesystem::{
    Cursor, Existing, Lasting, MAX_ENTRIES, MAX_PATH, Place, Reach, Space, Stat,
};
use volume_server::{Entries, Volume};

use crate::convert::{self, node};
use crate::{Error, FileSystem, Kind, MountError, Node, Options, Walk};

/// Free bytes on the volume below which no write waits.
const ROOM: u64 = 4 << 20;
/// Where files end of which writes may wait: far below the longest of the format.
const FAR: u64 = 1 << 40;

/// Mounts the volume on a device. `content` is what its first sectors seem to hold.
///
/// # Errors
/// Why that is not possible, for people.
pub fn mount<D: BatchDevice>(
    device: D,
    content: &str,
    options: Options,
    cache: Capacity,
) -> Result<FileSystem<D>, String> {
    let cache = BlockCache::new(device, cache).map_err(MountError::Device);
    cache
        .and_then(|cache| FileSystem::mount(cache, options))
        .map_err(|error| match error {
            MountError::NotExt4 => format!("{error}; {}", remedy(content)),
            error => error.to_string(),
        })
}

fn remedy(content: &str) -> String {
    match content {
        "" => "make one with mkfs.ext4, which erases what is there".to_owned(),
        content => format!("it holds {content}, and only ext4 and FAT can be mounted"),
    }
}

impl<D: BatchDevice> Volume for FileSystem<D> {
    type Error = Error;

    const KIND: &'static str = "ext4";
    const ROOT: u64 = Node::ROOT.raw() as u64;
    const LASTING: Lasting = Lasting::UntilChanged;

    fn restriction(&self) -> Option<String> {
        FileSystem::restriction(self).map(|restriction| restriction.to_string())
    }

    fn may_wait(&mut self, number: u64, offset: u64) -> Result<bool, Error> {
        let space = self.statfs()?;
        let room = space.free_blocks.saturating_mul(space.block_size);
        let is_plain = FileSystem::restriction(self).is_none()
            && FileSystem::stat(self, node(number)?)?.kind == Kind::File;
        Ok(is_plain && room >= ROOM && offset < FAR)
    }

    fn probe(&mut self) -> Result<(), Error> {
        FileSystem::probe(self)
    }

    fn walk(&mut self, path: &[u8]) -> Result<Place, Error> {
        match FileSystem::lookup(self, path)? {
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
                stat: convert::stat(FileSystem::stat(self, link)?),
            }),
        }
    }

    fn lookup(&mut self, directory: u64, name: &[u8]) -> Result<Stat, Error> {
        self.lookup_child(node(directory)?, name).map(convert::stat)
    }

    fn stat(&mut self, number: u64) -> Result<Stat, Error> {
        FileSystem::stat(self, node(number)?).map(convert::stat)
    }

    fn open(&mut self, number: u64) -> Result<Stat, Error> {
        FileSystem::open(self, node(number)?).map(convert::stat)
    }

    fn close(&mut self, number: u64) -> Result<(), Error> {
        FileSystem::close(self, node(number)?)
    }

    fn read_at(&mut self, number: u64, offset: u64, output: &mut [u8]) -> Result<usize, Error> {
        FileSystem::read_at(self, node(number)?, offset, output)
    }

    fn write_at(&mut self, number: u64, offset: u64, data: &[u8]) -> Result<(), Error> {
        FileSystem::write_at(self, node(number)?, offset, data)
    }

    fn truncate(&mut self, number: u64, size: u64) -> Result<(), Error> {
        FileSystem::truncate(self, node(number)?, size)
    }

    fn create(&mut self, directory: u64, name: &[u8], bits: u16) -> Result<Stat, Error> {
        FileSystem::create(self, node(directory)?, name, bits).map(convert::stat)
    }

    fn make_directory(&mut self, directory: u64, name: &[u8], bits: u16) -> Result<Stat, Error> {
        self.mkdir(node(directory)?, name, bits).map(convert::stat)
    }

    fn symlink(&mut self, directory: u64, name: &[u8], target: &[u8]) -> Result<Stat, Error> {
        FileSystem::symlink(self, node(directory)?, name, target).map(convert::stat)
    }

    fn link(&mut self, number: u64, directory: u64, name: &[u8]) -> Result<(), Error> {
        FileSystem::link(self, node(number)?, node(directory)?, name).map(|_| ())
    }

    fn unlink(&mut self, directory: u64, name: &[u8]) -> Result<(), Error> {
        FileSystem::unlink(self, node(directory)?, name)
    }

    fn remove_directory(&mut self, directory: u64, name: &[u8]) -> Result<(), Error> {
        self.rmdir(node(directory)?, name)
    }

    fn rename(
        &mut self,
        from: (u64, &[u8]),
        to: (u64, &[u8]),
        existing: Existing,
    ) -> Result<(), Error> {
        let (from, to) = ((node(from.0)?, from.1), (node(to.0)?, to.1));
        FileSystem::rename(self, from, to, convert::existing(existing))
    }

    fn read_link(&mut self, number: u64) -> Result<Bytes<{ MAX_PATH as usize }>, Error> {
        let target = self.readlink(node(number)?)?;
        target.as_slice().try_into().map_err(|_| Error::TooLarge)
    }

    fn read_directory(
        &mut self,
        directory: u64,
        cursor: Cursor,
    ) -> Result<Option<(Entries, Cursor)>, Error> {
        let Some(start) = crate::Cursor::from_words([cursor.first, cursor.second]) else {
            return Ok(None);
        };
        let found = self.read_dir(node(directory)?, start, MAX_ENTRIES as usize)?;
        let [first, second] = found.last().map_or(start, |last| last.next).to_words();
        let entries: Result<Entries, Error> = found.iter().map(convert::entry).collect();
        Ok(Some((entries?, Cursor { first, second })))
    }

    fn space(&mut self) -> Result<Space, Error> {
        self.statfs().map(convert::space)
    }

    fn sync(&mut self) -> Result<(), Error> {
        FileSystem::sync(self)
    }

    fn unmount(&mut self) -> Result<(), Error> {
        FileSystem::unmount(self)
    }
}
