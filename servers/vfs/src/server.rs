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
use crate::known::Child;
use crate::mounts::{MountId, Mounts};
use crate::pages::PAGE;
use crate::path::{Name, absolute, few, split_last};
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

/// What a file system answers.
type Answer<R> = Result<R, CallError<filesystem::Error>>;

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

    fn find(&mut self, path: &[u8], last: Last) -> Outcome<Found> {
        if let Some((mount, Child { node, kind })) = self.mounts.known_at(path, last) {
            let stat = None;
            return Ok(Found {
                mount,
                node,
                kind,
                stat,
            });
        }
        match few(path) {
            Some(names) => self.mounts.resolve(&names, last),
            None => self.mounts.resolve(&absolute(path)?, last),
        }
    }

    /// The properties of what a path leads to.
    #[inline]
    fn properties(&mut self, path: &[u8], last: Last) -> Outcome<Stat> {
        if let Some(stat) = self.mounts.known_stat(path, last) {
            return Ok(*stat);
        }
        self.asked_properties(path, last)
    }

    #[cold]
    fn asked_properties(&mut self, path: &[u8], last: Last) -> Outcome<Stat> {
        let found = self.find(path, last)?;
        self.mounts.properties(found)
    }

    /// The directory that a path's last name is or will be in.
    fn place<'a>(&mut self, path: &'a [u8]) -> Outcome<Spot<'a>> {
        let (parent, name) = split_last(path)?;
        if self.mounts.is_point(&absolute(path)?) {
            return Err(Error::MountPoint);
        }
        let found = self.mounts.resolve(&parent, Last::Follow)?;
        if found.kind != NodeKind::Directory {
            return Err(Error::NotDirectory);
        }
        Ok(Spot {
            mount: found.mount,
            directory: found.node,
            name,
        })
    }

    /// Finds a file to be opened, or makes it; tells whether it was made.
    fn find_or_create(
        &mut self,
        path: &[u8],
        flags: OpenFlags,
        permissions: u16,
    ) -> Outcome<(Found, bool)> {
        let may_create = flags.contains(OpenFlags::CREATE);
        match self.find(path, Last::Follow) {
            Ok(_) if may_create && flags.contains(OpenFlags::EXCLUSIVE) => Err(Error::Exists),
            Err(Error::NotFound) if may_create => {
                let place = self.place(path)?;
                let stat = self.make(&place, |on| {
                    on.create(place.directory, place.name, permissions)
                })?;
                Ok((Found::told(place.mount, stat), true))
            }
            found => Ok((found?, false)),
        }
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
        // Reading is noted with the directory.
        self.mounts.known.forget_stat(file.mount, file.node);
        let mut portion = Portion::new(credits);
        loop {
            while let Some(entry) = listing.waiting.pop() {
                if let Err(entry) = portion.push(entry) {
                    // There is room: it was just taken from there.
                    let _ = listing.waiting.push(entry);
                    return Ok(portion.more());
                }
            }
            let filesystem = self.mounts.usable(file.mount)?;
            let read = filesystem.read_directory(file.node, &listing.cursor);
            (listing.waiting, listing.cursor) = self.mounts.told(file.mount, read)?;
            if listing.waiting.is_empty() {
                return Ok(portion.last());
            }
            listing.waiting.reverse();
        }
    }

    /// Asks for a change of names in a directory.
    fn change_names<R>(
        &mut self,
        (mount, directory): (MountId, u64),
        ask: impl FnOnce(&Client<T>) -> Answer<R>,
    ) -> Outcome<R> {
        let answer = ask(self.on(mount)?);
        self.mounts.known.forget_names_in(mount, directory);
        self.mounts.known.forget_stats(mount);
        self.mounts.told(mount, answer)
    }

    /// Asks for a new node in a directory.
    fn make(
        &mut self,
        place: &Spot<'_>,
        ask: impl FnOnce(&Client<T>) -> Answer<Stat>,
    ) -> Outcome<Stat> {
        let (mount, directory) = (place.mount, place.directory);
        let made = self.change_names((mount, directory), ask)?;
        self.mounts.known.forget_node(mount, made.node);
        if self.mounts.lasting_root(mount).is_some() {
            let child = Some(Child::of(&made));
            self.mounts
                .known
                .put_child(mount, directory, place.name, child);
            self.mounts.known.put_stat(mount, &made);
        }
        Ok(made)
    }

    /// Asks to take a name away, which may be a node's last.
    fn remove(
        &mut self,
        (mount, directory): (MountId, u64),
        ask: impl FnOnce(&Client<T>) -> Answer<()>,
    ) -> Outcome<()> {
        self.tell_open(mount)?;
        self.change_names((mount, directory), ask)
    }

    /// Asks for a change of a file's content.
    fn change_content<R>(
        &mut self,
        (mount, node): (MountId, u64),
        ask: impl FnOnce(&Client<T>) -> Answer<R>,
    ) -> Outcome<R> {
        let answer = ask(self.on(mount)?);
        self.mounts.known.forget_content(mount, node);
        self.mounts.told(mount, answer)
    }

    /// Asks to make a volume durable.
    fn sync(&mut self, mount: MountId) -> Outcome<()> {
        let answer = self.on(mount)?.sync();
        self.mounts.known.forget_stats(mount);
        self.mounts.told(mount, answer)
    }

    /// Tells a file system of every open file that it does not know to be open, so that none goes with its last name.
    fn tell_open(&mut self, mount: MountId) -> Outcome<()> {
        for file in self.files.untold(mount) {
            let told = self.mounts.usable(mount)?.open(file.node);
            self.mounts.told(mount, told)?;
            file.is_told = true;
        }
        Ok(())
    }

    /// How much of a file lies in a client's buffer already, if it is just what is asked for: all of a page that fills the buffer, or
    /// with which the file ends. Everything else is for `put_there`.
    #[inline]
    fn lies_there(&mut self, caller: Caller, file: u32, offset: u64, data: Place) -> Option<u32> {
        let (file, shown) = self.files.reading(caller, file).ok()?;
        let page = self.mounts.page_at(&file, offset)?;
        let length = shown.length_at(data.offset(), &page)?;
        let is_all = data.len() == length || (length < PAGE && data.len() > length);
        is_all.then_some(length as u32)
    }

    /// Fills a client's buffer with what stands in a file.
    #[inline(never)]
    fn put_there(&mut self, caller: Caller, file: u32, offset: u64, data: Place) -> Outcome<u32> {
        let (file, shown) = self.files.reading(caller, file)?;
        let loan = self.borrower.loan(caller, data);
        let mut loan = loan.map_err(|_| Error::Invalid)?;
        let read = self
            .mounts
            .read_pages(&file, (offset, data.len()), |piece| {
                let at = data.offset() + piece.at;
                shown.forget(at..at + piece.bytes.len());
                let written = loan.write(piece.at, piece.bytes);
                written.map_err(|_| Error::Invalid)?;
                if let Some(page) = piece.whole {
                    shown.note(at, (*page, piece.bytes.len()));
                }
                Ok(())
            })?;
        if let Some(read) = read {
            return Ok(read as u32);
        }
        shown.forget(data.offset()..data.offset() + data.len());
        self.mounts.known.forget_stat(file.mount, file.node);
        let read = self.read_through(&file, offset, (caller, data));
        self.mounts.noted(file.mount, read)
    }

    /// Fills a lent buffer from the file system.
    fn read_through(
        &mut self,
        file: &File,
        offset: u64,
        (caller, data): (Caller, Place),
    ) -> Outcome<u32> {
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

    fn close_file(&mut self, file: File) -> Outcome<()> {
        if !file.is_told {
            // What the file system answers comes after the last write, or says that it failed.
            return match file.is_written {
                true => self.mounts.stat_of(file.mount, file.node).map(drop),
                false => Ok(()),
            };
        }
        let closed = self.on(file.mount)?.close(file.node);
        // A node without a name goes, and the volume has more room.
        self.mounts.told(file.mount, closed)
    }

    fn close_nodes(&mut self, files: &[File]) {
        for file in files {
            // A file system that is gone has closed everything.
            let _ = self.close_file(*file);
        }
    }
}

/// Whether what was found can be opened so.
fn openable(found: &Found, flags: OpenFlags) -> Outcome<()> {
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
        let (found, is_new) = self.find_or_create(path, flags, permissions)?;
        openable(&found, flags)?;
        let (mount, node) = (found.mount, found.node);
        // It is told when that makes a difference.
        let is_told = self.mounts.lasting_root(mount).is_none();
        if is_told {
            let opened = self.on(mount)?.open(node);
            self.mounts.told(mount, opened)?;
        }
        let file = File {
            mount,
            node,
            flags,
            is_told,
            is_written: false,
        };
        let opened = match flags.contains(OpenFlags::TRUNCATE) && !is_new {
            true => self.change_content((mount, node), |on| on.truncate(node, 0)),
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
        self.close_file(file)
    }

    fn read_at(
        &mut self,
        caller: Caller,
        file: u32,
        offset: u64,
        max: u32,
    ) -> Outcome<Bytes<1536>> {
        let file = self.files.get(caller, file, OpenFlags::READ)?;
        let mut data = Bytes::new();
        let length = (max as usize).min(data.capacity());
        let read = self.mounts.read_pages(&file, (offset, length), |piece| {
            let kept = data.extend_from_slice(piece.bytes);
            kept.map_err(|_| Error::Invalid)
        })?;
        if read.is_some() {
            return Ok(data);
        }
        let read = self.on(file.mount)?.read_at(file.node, offset, max);
        self.mounts.known.forget_stat(file.mount, file.node);
        self.mounts.told(file.mount, read)
    }

    fn read_into(&mut self, caller: Caller, file: u32, offset: u64, data: Place) -> Outcome<u32> {
        match self.lies_there(caller, file, offset, data) {
            Some(length) => Ok(length),
            None => self.put_there(caller, file, offset, data),
        }
    }

    fn write_at(&mut self, caller: Caller, file: u32, offset: u64, data: &[u8]) -> Outcome<()> {
        let file = self.files.written(caller, file)?;
        let node = file.node;
        self.change_content((file.mount, node), |on| on.write_at(node, offset, data))
    }

    fn append(&mut self, caller: Caller, file: u32, data: &[u8]) -> Outcome<u64> {
        let file = self.files.written(caller, file)?;
        let node = file.node;
        let end = self.mounts.stat_of(file.mount, node)?.size;
        self.change_content((file.mount, node), |on| on.write_at(node, end, data))?;
        Ok(end)
    }

    fn stat_file(&mut self, caller: Caller, file: u32) -> Outcome<Stat> {
        let file = self.files.get(caller, file, OpenFlags::empty())?;
        self.mounts.stat_of(file.mount, file.node)
    }

    fn length(&mut self, caller: Caller, file: u32) -> Outcome<u32> {
        let size = self.stat_file(caller, file)?.size;
        u32::try_from(size).map_err(|_| Error::TooLarge)
    }

    fn truncate(&mut self, caller: Caller, file: u32, size: u64) -> Outcome<()> {
        let file = self.files.get(caller, file, OpenFlags::WRITE)?;
        let node = file.node;
        self.change_content((file.mount, node), |on| on.truncate(node, size))
    }

    fn sync_file(&mut self, caller: Caller, file: u32) -> Outcome<()> {
        let file = self.files.get(caller, file, OpenFlags::empty())?;
        self.sync(file.mount)
    }

    fn list(&mut self, caller: Caller, path: &[u8]) -> Outcome<u32> {
        let number = self.open(caller, path, OpenFlags::READ | OpenFlags::DIRECTORY, 0)?;
        let listed = self.files.list(caller, number);
        if listed.is_err() {
            // Nothing was written.
            let _ = self.close(caller, number);
        }
        listed.map(|()| number)
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
        self.properties(path, Last::Follow)
    }

    fn stat_link(&mut self, _: Caller, path: &[u8]) -> Outcome<Stat> {
        self.properties(path, Last::Keep)
    }

    fn make_directory(&mut self, _: Caller, path: &[u8], permissions: u16) -> Outcome<()> {
        let place = self.place(path)?;
        let made = self.make(&place, |on| {
            on.make_directory(place.directory, place.name, permissions)
        });
        made.map(drop)
    }

    fn remove_directory(&mut self, _: Caller, path: &[u8]) -> Outcome<()> {
        let place = self.place(path)?;
        let spot = (place.mount, place.directory);
        let removed = self.remove(spot, |on| on.remove_directory(place.directory, place.name));
        self.mounts.known.forget_tree(place.mount);
        removed
    }

    fn unlink(&mut self, _: Caller, path: &[u8]) -> Outcome<()> {
        let place = self.place(path)?;
        let spot = (place.mount, place.directory);
        self.remove(spot, |on| on.unlink(place.directory, place.name))
    }

    fn rename(&mut self, _: Caller, old: &[u8], to: &[u8]) -> Outcome<()> {
        let (old, to) = (self.place(old)?, self.place(to)?);
        if old.mount != to.mount {
            return Err(Error::OtherVolume);
        }
        let renamed = self.remove((old.mount, old.directory), |on| {
            let existing = Existing::Replace;
            on.rename(old.directory, old.name, to.directory, to.name, existing)
        });
        self.mounts.known.forget_tree(old.mount);
        renamed
    }

    fn symlink(&mut self, _: Caller, target: &[u8], path: &[u8]) -> Outcome<()> {
        let place = self.place(path)?;
        let made = self.make(&place, |on| on.symlink(place.directory, place.name, target));
        made.map(drop)
    }

    fn link(&mut self, _: Caller, existing: &[u8], path: &[u8]) -> Outcome<()> {
        let found = self.find(existing, Last::Keep)?;
        let place = self.place(path)?;
        if found.mount != place.mount {
            return Err(Error::OtherVolume);
        }
        self.change_names((place.mount, place.directory), |on| {
            on.link(found.node, place.directory, place.name)
        })
    }

    fn read_link(&mut self, _: Caller, path: &[u8]) -> Outcome<Bytes<1000>> {
        let found = self.find(path, Last::Keep)?;
        if found.kind != NodeKind::Link {
            return Err(Error::Invalid);
        }
        let told = self.on(found.mount)?.read_link(found.node);
        self.mounts.told(found.mount, told)
    }

    fn space(&mut self, _: Caller, path: &[u8]) -> Outcome<Space> {
        let found = self.find(path, Last::Follow)?;
        let told = self.on(found.mount)?.space();
        self.mounts.told(found.mount, told)
    }

    fn mounts(&mut self, _: Caller, first: u32) -> List<Mount, 4> {
        self.mounts
            .describe(first)
            .take(vfs::MAX_MOUNTS as usize)
            .collect()
    }

    fn sync_all(&mut self, _: Caller) -> Outcome<()> {
        let usable: Vec<_> = self.mounts.all_usable().collect();
        first_error(usable.into_iter().map(|mount| self.sync(mount)))
    }

    fn unmount_all(&mut self, _: Caller) -> Outcome<()> {
        let files = self.files.end_all();
        self.close_nodes(&files);
        let usable: Vec<_> = self.mounts.all_usable().collect();
        let unmounted = first_error(usable.into_iter().map(|mount| {
            let answer = self.on(mount)?.unmount();
            self.mounts.told(mount, answer)
        }));
        self.mounts.close_all();
        unmounted
    }
}

/// Does everything, and gives the first error of what failed.
fn first_error(all: impl Iterator<Item = Outcome<()>>) -> Outcome<()> {
    all.fold(Ok(()), Outcome::and)
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
    /// Closes what a client had open. It may also be a file system.
    fn client_gone(&mut self, client: Caller) {
        self.mounts.note_gone(client);
        let files = self.files.end(client);
        self.close_nodes(&files);
        self.borrower.forget(client);
        self.connections.end(client);
    }
}
