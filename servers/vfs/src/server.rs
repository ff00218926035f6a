//! The interfaces `vfs` and `vfs_sessions`.

use alloc::vec::Vec;

use libipc::codec::{Bytes, List};
use libipc::lend::{Borrower, Place};
use libipc::stream::Portion;
use libipc::{Caller, Cap, Error as CallError, Events, Transport};
use proto::filesystem::{Client, Entry, Existing, NodeKind, Space, Stat};
use proto::vfs::{self, Error, Mount, OpenFlags};
use proto::{filesystem, vfs_sessions};

use crate::errors::passed_on;
use crate::files::{File, Files};
use crate::mounts::{MountId, Mounts};
use crate::path::{Name, absolute, split_last};
use crate::resolve::{Found, Last};

/// Makes connections to this server for others, and keeps their sessions.
pub trait Connections {
    /// A connection of its own for a client number.
    ///
    /// # Errors
    /// `TooMany` if no slot is left.
    fn make(&mut self, client: u32) -> Result<Cap<vfs::Client>, vfs_sessions::Error>;

    /// Whether somebody has a connection with this client number.
    fn is_open(&self, client: u32) -> bool;

    /// Drops the session of a client that is gone.
    fn end(&mut self, client: Caller);
}

/// The virtual file system.
pub struct Vfs<T, C> {
    mounts: Mounts<T>,
    files: Files,
    connections: C,
    /// What clients lend to be filled.
    pub(crate) borrower: Borrower,
}

/// A directory on a volume, and a name in it.
struct Spot<'a> {
    mount: MountId,
    directory: u64,
    name: Name<'a>,
}

/// The first client number of sessions of processes that have one already; no process has a number so great.
const FURTHER: u32 = 1 << 31;

type Outcome<R> = Result<R, Error>;

/// Entries of a directory on their way to a client.
type Entries = List<Entry, { vfs::MAX_ENTRIES as usize }>;

impl<T: Transport, C: Connections> Vfs<T, C> {
    /// A server of some mounts.
    pub fn new(mounts: Mounts<T>, connections: C) -> Self {
        Self {
            mounts,
            files: Files::default(),
            connections,
            borrower: Borrower::default(),
        }
    }

    /// Lets clients lend buffers.
    #[must_use]
    pub fn borrowing(self, borrower: Borrower) -> Self {
        Self { borrower, ..self }
    }

    fn on(&self, mount: MountId) -> Outcome<&Client<T>> {
        self.mounts.usable(mount)
    }

    fn find(&self, path: &[u8], last: Last) -> Outcome<Found> {
        self.mounts.resolve(&absolute(path)?, last)
    }

    /// The directory that a path's last name is or will be in.
    fn place<'a>(&self, path: &'a [u8]) -> Outcome<Spot<'a>> {
        let (parent, name) = split_last(path)?;
        if self.mounts.is_point(&absolute(path)?) {
            return Err(Error::MountPoint);
        }
        let found = self.mounts.resolve(&parent, Last::Follow)?;
        if found.stat.kind != NodeKind::Directory {
            return Err(Error::NotDirectory);
        }
        Ok(Spot {
            mount: found.mount,
            directory: found.stat.node,
            name,
        })
    }

    /// Finds a file to be opened, or makes it.
    fn find_or_create(&self, path: &[u8], flags: OpenFlags, permissions: u16) -> Outcome<Found> {
        let may_create = flags.contains(OpenFlags::CREATE);
        match self.find(path, Last::Follow) {
            Ok(_) if may_create && flags.contains(OpenFlags::EXCLUSIVE) => Err(Error::Exists),
            Err(Error::NotFound) if may_create => {
                let place = self.place(path)?;
                let made = self
                    .on(place.mount)?
                    .create(place.directory, place.name, permissions);
                Ok(Found {
                    mount: place.mount,
                    stat: made.map_err(passed_on)?,
                })
            }
            found => found,
        }
    }

    /// An open file and its file system.
    fn opened(&self, caller: Caller, file: u32, flags: OpenFlags) -> Outcome<(File, &Client<T>)> {
        let file = self.files.get(caller, file, flags)?;
        Ok((file, self.on(file.mount)?))
    }

    /// The next entries of a directory, as many as there are credits, and whether they are the last.
    fn next_entries(
        &mut self,
        client: Caller,
        number: u32,
        credits: u32,
    ) -> Outcome<(Entries, bool)> {
        let file = self.files.get(client, number, OpenFlags::DIRECTORY)?;
        let listing = self.files.listing(client, number)?;
        let filesystem = self.mounts.usable(file.mount)?;
        let mut portion = Portion::new(credits);
        loop {
            while let Some(entry) = listing.waiting.pop() {
                if let Err(entry) = portion.push(entry) {
                    // There is room: it was just taken from there.
                    let _ = listing.waiting.push(entry);
                    return Ok(portion.more());
                }
            }
            let read = filesystem.read_directory(file.node, &listing.cursor);
            (listing.waiting, listing.cursor) = read.map_err(passed_on)?;
            if listing.waiting.is_empty() {
                return Ok(portion.last());
            }
            listing.waiting.reverse();
        }
    }

    fn close_nodes(&self, files: &[File]) {
        for file in files {
            if let Ok(filesystem) = self.on(file.mount) {
                // A file system that is gone has closed everything.
                let _ = filesystem.close(file.node);
            }
        }
    }
}

/// Whether what was found can be opened so.
fn openable(found: &Stat, flags: OpenFlags) -> Outcome<()> {
    let writes = flags.contains(OpenFlags::WRITE) || flags.contains(OpenFlags::TRUNCATE);
    match found.kind {
        NodeKind::Directory if writes => Err(Error::IsDirectory),
        NodeKind::Directory => Ok(()),
        _ if flags.contains(OpenFlags::DIRECTORY) => Err(Error::NotDirectory),
        NodeKind::File => Ok(()),
        NodeKind::Link | NodeKind::Special => Err(Error::NotFile),
    }
}

impl<T: Transport, C: Connections> vfs::Server for Vfs<T, C> {
    fn open(
        &mut self,
        caller: Caller,
        path: &[u8],
        flags: OpenFlags,
        permissions: u16,
    ) -> Outcome<u32> {
        let found = self.find_or_create(path, flags, permissions)?;
        openable(&found.stat, flags)?;
        let (mount, node) = (found.mount, found.stat.node);
        self.on(mount)?.open(node).map_err(passed_on)?;
        let file = File { mount, node, flags };
        let cut = flags.contains(OpenFlags::TRUNCATE) && found.stat.size != 0;
        let opened = match cut {
            true => self.on(mount)?.truncate(node, 0).map_err(passed_on),
            false => Ok(()),
        };
        let opened = opened.and_then(|()| self.files.open(caller, file));
        if opened.is_err() {
            self.close_nodes(&[file]);
        }
        opened
    }

    fn open_lent(
        &mut self,
        caller: Caller,
        path: Place,
        flags: OpenFlags,
        permissions: u16,
    ) -> Outcome<u32> {
        let mut room = [0; vfs::MAX_PATH as usize];
        let bytes = room.get_mut(..path.len()).ok_or(Error::BadPath)?;
        let read = self.borrower.read(caller, path, (0, bytes));
        read.map_err(|_| Error::Invalid)?;
        self.open(caller, bytes, flags, permissions)
    }

    fn close(&mut self, caller: Caller, file: u32) -> Outcome<()> {
        let file = self.files.close(caller, file)?;
        self.on(file.mount)?.close(file.node).map_err(passed_on)
    }

    fn read_at(
        &mut self,
        caller: Caller,
        file: u32,
        offset: u64,
        max: u32,
    ) -> Outcome<Bytes<1536>> {
        let (file, filesystem) = self.opened(caller, file, OpenFlags::READ)?;
        filesystem
            .read_at(file.node, offset, max)
            .map_err(passed_on)
    }

    fn read_into(&mut self, caller: Caller, file: u32, offset: u64, data: Place) -> Outcome<u32> {
        let file = self.files.get(caller, file, OpenFlags::READ)?;
        if !self.borrower.lends(caller) {
            return Err(Error::Invalid);
        }
        match self.mounts.lending(file.mount)? {
            (filesystem, Some(lender)) if data.len() <= lender.longest_out() => {
                let lent = lender.lend_out(data.len()).ok_or(Error::Invalid)?;
                let read = filesystem.read_into(file.node, offset, &lent);
                let read = read.map_err(passed_on)?;
                let passed = (lent.view(), read as usize);
                let passed = self.borrower.pass_on(caller, data, passed);
                passed.map(|()| read).map_err(|_| Error::Invalid)
            }
            (filesystem, _) => {
                let mut filled = 0;
                while filled < data.len() {
                    let (at, rest) = (offset.saturating_add(filled as u64), data.len() - filled);
                    let read = filesystem.read_at(file.node, at, rest as u32);
                    let bytes = read.map_err(passed_on)?;
                    if bytes.is_empty() {
                        break;
                    }
                    let written = self.borrower.write(caller, data, (filled, &bytes));
                    written.map_err(|_| Error::Invalid)?;
                    filled += bytes.len();
                }
                Ok(filled as u32)
            }
        }
    }

    fn write_at(&mut self, caller: Caller, file: u32, offset: u64, data: &[u8]) -> Outcome<()> {
        let (file, filesystem) = self.opened(caller, file, OpenFlags::WRITE)?;
        filesystem
            .write_at(file.node, offset, data)
            .map_err(passed_on)
    }

    fn append(&mut self, caller: Caller, file: u32, data: &[u8]) -> Outcome<u64> {
        let (file, filesystem) = self.opened(caller, file, OpenFlags::WRITE)?;
        let end = filesystem.stat(file.node).map_err(passed_on)?.size;
        filesystem
            .write_at(file.node, end, data)
            .map_err(passed_on)?;
        Ok(end)
    }

    fn stat_file(&mut self, caller: Caller, file: u32) -> Outcome<Stat> {
        let (file, filesystem) = self.opened(caller, file, OpenFlags::empty())?;
        filesystem.stat(file.node).map_err(passed_on)
    }

    fn length(&mut self, caller: Caller, file: u32) -> Outcome<u32> {
        let size = self.stat_file(caller, file)?.size;
        u32::try_from(size).map_err(|_| Error::TooLarge)
    }

    fn truncate(&mut self, caller: Caller, file: u32, size: u64) -> Outcome<()> {
        let (file, filesystem) = self.opened(caller, file, OpenFlags::WRITE)?;
        filesystem.truncate(file.node, size).map_err(passed_on)
    }

    fn sync_file(&mut self, caller: Caller, file: u32) -> Outcome<()> {
        let (_, filesystem) = self.opened(caller, file, OpenFlags::empty())?;
        filesystem.sync().map_err(passed_on)
    }

    fn list(&mut self, caller: Caller, path: &[u8]) -> Outcome<u32> {
        let number = self.open(caller, path, OpenFlags::READ | OpenFlags::DIRECTORY, 0)?;
        self.files.list(caller, number);
        Ok(number)
    }

    fn list_more(&mut self, caller: Caller, stream: u32, credits: u32) -> Outcome<(Entries, bool)> {
        let listed = self.next_entries(caller, stream, credits);
        if !matches!(listed, Ok((_, false))) {
            // It is at its end or came to one; the client forgets it, too.
            let _ = self.close(caller, stream);
        }
        listed
    }

    fn list_close(&mut self, caller: Caller, stream: u32) {
        // It may have come to its end.
        let _ = self.close(caller, stream);
    }

    fn stat(&mut self, _: Caller, path: &[u8]) -> Outcome<Stat> {
        self.find(path, Last::Follow).map(|found| found.stat)
    }

    fn stat_link(&mut self, _: Caller, path: &[u8]) -> Outcome<Stat> {
        self.find(path, Last::Keep).map(|found| found.stat)
    }

    fn make_directory(&mut self, _: Caller, path: &[u8], permissions: u16) -> Outcome<()> {
        let place = self.place(path)?;
        let made = self
            .on(place.mount)?
            .make_directory(place.directory, place.name, permissions);
        made.map(|_| ()).map_err(passed_on)
    }

    fn remove_directory(&mut self, _: Caller, path: &[u8]) -> Outcome<()> {
        let place = self.place(path)?;
        self.on(place.mount)?
            .remove_directory(place.directory, place.name)
            .map_err(passed_on)
    }

    fn unlink(&mut self, _: Caller, path: &[u8]) -> Outcome<()> {
        let place = self.place(path)?;
        self.on(place.mount)?
            .unlink(place.directory, place.name)
            .map_err(passed_on)
    }

    fn rename(&mut self, _: Caller, old: &[u8], to: &[u8]) -> Outcome<()> {
        let (old, to) = (self.place(old)?, self.place(to)?);
        if old.mount != to.mount {
            return Err(Error::OtherVolume);
        }
        let filesystem = self.on(old.mount)?;
        let renamed = filesystem.rename(
            old.directory,
            old.name,
            to.directory,
            to.name,
            Existing::Replace,
        );
        renamed.map_err(passed_on)
    }

    fn symlink(&mut self, _: Caller, target: &[u8], path: &[u8]) -> Outcome<()> {
        let place = self.place(path)?;
        let made = self
            .on(place.mount)?
            .symlink(place.directory, place.name, target);
        made.map(|_| ()).map_err(passed_on)
    }

    fn link(&mut self, _: Caller, existing: &[u8], path: &[u8]) -> Outcome<()> {
        let found = self.find(existing, Last::Keep)?;
        let place = self.place(path)?;
        if found.mount != place.mount {
            return Err(Error::OtherVolume);
        }
        self.on(place.mount)?
            .link(found.stat.node, place.directory, place.name)
            .map_err(passed_on)
    }

    fn read_link(&mut self, _: Caller, path: &[u8]) -> Outcome<Bytes<1000>> {
        let found = self.find(path, Last::Keep)?;
        if found.stat.kind != NodeKind::Link {
            return Err(Error::Invalid);
        }
        self.on(found.mount)?
            .read_link(found.stat.node)
            .map_err(passed_on)
    }

    fn space(&mut self, _: Caller, path: &[u8]) -> Outcome<Space> {
        let found = self.find(path, Last::Follow)?;
        self.on(found.mount)?.space().map_err(passed_on)
    }

    fn mounts(&mut self, _: Caller, first: u32) -> List<Mount, 4> {
        self.mounts
            .describe(first)
            .take(vfs::MAX_MOUNTS as usize)
            .collect()
    }

    fn sync_all(&mut self, _: Caller) -> Outcome<()> {
        each(self.mounts.all_usable(), Client::sync)
    }

    fn unmount_all(&mut self, _: Caller) -> Outcome<()> {
        let files = self.files.end_all();
        self.close_nodes(&files);
        let unmounted = each(self.mounts.all_usable(), Client::unmount);
        self.mounts.close_all();
        unmounted
    }
}

/// Does something with every file system, and gives the first error of those that failed.
fn each<'a, T: Transport + 'a>(
    filesystems: impl Iterator<Item = &'a Client<T>>,
    act: fn(&Client<T>) -> Result<(), CallError<filesystem::Error>>,
) -> Outcome<()> {
    let outcomes: Vec<_> = filesystems
        .map(|filesystem| act(filesystem).map_err(passed_on))
        .collect();
    outcomes.into_iter().collect()
}

impl<T: Transport, C: Connections> vfs_sessions::Server for Vfs<T, C> {
    fn open(&mut self, _: Caller, process: u32) -> Result<Cap<vfs::Client>, vfs_sessions::Error> {
        let usual = weft_spec::badge::FIRST_SESSION
            .checked_add(process)
            .ok_or(vfs_sessions::Error::TooMany)?;
        // The process has a connection already, or one that had its number has given its own to another. Under one number
        // the files of each would end with either.
        let mut further = core::iter::once(usual).chain(FURTHER..);
        let client = further.find(|client| !self.connections.is_open(*client));
        self.connections
            .make(client.ok_or(vfs_sessions::Error::TooMany)?)
    }
}

impl<T: Transport, C: Connections> Events for Vfs<T, C> {
    /// Closes what a client had open.
    fn client_gone(&mut self, client: Caller) {
        let files = self.files.end(client);
        self.close_nodes(&files);
        self.borrower.forget(client);
        self.connections.end(client);
    }
}
