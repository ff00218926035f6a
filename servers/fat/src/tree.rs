//! The tree of names: finding, making, removing, renaming.

use block_cache::BatchDevice;
use proto::filesystem::{Existing, Stat};

use crate::directory::Item;
use crate::entry::{ARCHIVE, DIRECTORY, DOT, DOT_DOT, READ_ONLY, Short, Slot};
use crate::error::{Damage, Error};
use crate::names;
use crate::nodes::{Node, ROOT, Spot};
use crate::volume::FileSystem;

/// The permission bit without which a file is made read-only.
const WRITABLE: u16 = 0o200;

/// The deepest tree that is followed upwards.
const DEEPEST: u32 = 1024;

impl<D: BatchDevice> FileSystem<D> {
    /// Follows a path from the root. Empty names and `.` are skipped; `..` leads up, at the root to the root.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::NotDirectory`], [`Error::InvalidName`], [`Error::Damaged`].
    pub fn walk(&mut self, path: &[u8]) -> Result<Stat, Error> {
        let mut here = Node::Directory(ROOT);
        for name in path.split(|byte| *byte == b'/') {
            if !name.is_empty() {
                let Node::Directory(directory) = here else {
                    return Err(Error::NotDirectory);
                };
                here = self.child_named(directory, name)?;
            }
        }
        match here {
            Node::File(..) if path.ends_with(b"/") => Err(Error::NotDirectory),
            node => self.stat_of(node),
        }
    }

    /// Returns what a name in a directory leads to; `.` and `..` are names too.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::NotDirectory`], [`Error::InvalidName`], [`Error::Damaged`].
    pub fn lookup(&mut self, directory: u64, name: &[u8]) -> Result<Stat, Error> {
        let directory = self.directory(directory)?;
        let node = self.child_named(directory, name)?;
        self.stat_of(node)
    }

    fn child_named(&mut self, directory: u32, name: &[u8]) -> Result<Node, Error> {
        match names::wanted(name)? {
            "." => Ok(Node::Directory(directory)),
            ".." => self.parent(directory).map(Node::Directory),
            name => {
                let item = self.find(directory, name)?.ok_or(Error::NotFound)?;
                self.child(item.spot, &item.short)
            }
        }
    }

    /// Makes an empty file.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`], [`Error::NotDirectory`], [`Error::InvalidName`], [`Error::NoSpace`] and those of every change.
    pub fn create(&mut self, directory: u64, name: &[u8], bits: u16) -> Result<Stat, Error> {
        let (directory, name) = self.new_name(directory, name)?;
        self.begin()?;
        let read_only = if bits & WRITABLE == 0 { READ_ONLY } else { 0 };
        let spot = self.add_new(directory, name, ARCHIVE | read_only, 0)?;
        self.stat_at(spot)
    }

    /// Makes an empty directory.
    ///
    /// # Errors
    ///
    /// As [`FileSystem::create`].
    pub fn make_directory(
        &mut self,
        directory: u64,
        name: &[u8],
        bits: u16,
    ) -> Result<Stat, Error> {
        let (directory, name) = self.new_name(directory, name)?;
        self.begin()?;
        let first = self.take(1)?;
        let read_only = if bits & WRITABLE == 0 { READ_ONLY } else { 0 };
        let made = self
            .fill_directory(first, directory)
            .and_then(|()| self.add_new(directory, name, DIRECTORY | read_only, first));
        match made {
            Ok(spot) => self.stat_at(spot),
            Err(error) => {
                self.doom(first);
                Err(error)
            }
        }
    }

    /// Writes what an empty directory holds, durably: nothing leads to it before.
    fn fill_directory(&mut self, first: u32, parent: u32) -> Result<(), Error> {
        let at = self.layout.place(first);
        self.disk.clear(at, self.cluster())?;
        let dots = [(DOT, first), (DOT_DOT, Self::as_parent(parent))];
        let dots = dots.map(|(name, first)| self.new_short(name, DIRECTORY, first).0);
        self.disk.write(at, dots.as_flattened())?;
        self.flush()
    }

    fn new_short(&self, name: [u8; 11], attributes: u8, first: u32) -> Short {
        let mut short = Short::new(name, attributes, self.now());
        short.set_first(first);
        short
    }

    /// The directory and the name of something to be made, which must not exist.
    fn new_name<'n>(&mut self, directory: u64, name: &'n [u8]) -> Result<(u32, &'n str), Error> {
        let directory = self.directory(directory)?;
        let name = names::given(name)?;
        match self.find(directory, name)? {
            Some(_) => Err(Error::Exists),
            None => Ok((directory, name)),
        }
    }

    fn add_new(
        &mut self,
        directory: u32,
        name: &str,
        attributes: u8,
        first: u32,
    ) -> Result<Spot, Error> {
        let room = self.room(directory, name, None)?;
        let short = self.new_short(room.short, attributes, first);
        self.add(directory, name, short, &room)
    }

    fn stat_at(&mut self, spot: Spot) -> Result<Stat, Error> {
        let at = self.slot_at(spot)?.ok_or(Error::NotFound)?;
        let mut slot: Slot = [0; 32];
        self.disk.read(at, &mut slot)?;
        let node = self.child(spot, &Short(slot))?;
        self.stat_of(node)
    }

    /// The entry of a name that something is to be done with.
    fn item(&mut self, directory: u64, name: &[u8]) -> Result<Item, Error> {
        let directory = self.directory(directory)?;
        let name = match names::wanted(name)? {
            "." | ".." => return Err(Error::InvalidName),
            name => name,
        };
        self.find(directory, name)?.ok_or(Error::NotFound)
    }

    /// Removes a file. If it is open, its content goes when it is closed.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::IsDirectory`], [`Error::InvalidName`] and those of every change.
    pub fn unlink(&mut self, directory: u64, name: &[u8]) -> Result<(), Error> {
        let item = self.item(directory, name)?;
        if item.short.is_directory() {
            return Err(Error::IsDirectory);
        }
        self.begin()?;
        self.remove(&item)?;
        self.lose(&item)?;
        self.settle()
    }

    /// Removes an empty directory.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::NotDirectory`], [`Error::NotEmpty`], [`Error::InvalidName`] and those of every change.
    pub fn remove_directory(&mut self, directory: u64, name: &[u8]) -> Result<(), Error> {
        let item = self.item(directory, name)?;
        self.check_removable(&item)?;
        self.begin()?;
        self.remove(&item)?;
        self.lose(&item)?;
        self.settle()
    }

    /// Checks that an entry is an empty directory's.
    fn check_removable(&mut self, item: &Item) -> Result<(), Error> {
        if !item.short.is_directory() {
            return Err(Error::NotDirectory);
        }
        let first = self.child_directory(item.spot, &item.short)?;
        match self.is_empty(first)? {
            true => Ok(()),
            false => Err(Error::NotEmpty),
        }
    }

    /// Notes that an entry is gone, and with it what it led to once nobody uses that.
    fn lose(&mut self, item: &Item) -> Result<(), Error> {
        if item.short.is_directory() {
            let first = self.child_directory(item.spot, &item.short)?;
            self.removed.insert(first);
            self.let_directory_go(first);
            return Ok(());
        }
        let Node::File(number, short) = self.child(item.spot, &item.short)? else {
            return Ok(());
        };
        self.moved.remove(&item.spot);
        match self.held.get_mut(&number) {
            Some(held) if held.times > 0 => {
                (held.spot, held.is_changed) = (None, false);
            }
            _ => {
                self.held.remove(&number);
                let first = self.first_of(&short);
                self.doom(first);
            }
        }
        Ok(())
    }

    /// Gives something another name. A power cut leaves it with the old or the new name; if it moves to another place, or
    /// takes another's, it may leave it without any, and its clusters for `fsck.vfat` to find.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::Exists`], [`Error::IsDirectory`], [`Error::NotDirectory`], [`Error::NotEmpty`],
    /// [`Error::InvalidName`], [`Error::Invalid`] for a directory into itself, and those of every change.
    pub fn rename(
        &mut self,
        from: (u64, &[u8]),
        to: (u64, &[u8]),
        existing: Existing,
    ) -> Result<(), Error> {
        let source = self.item(from.0, from.1)?;
        let directory = self.directory(to.0)?;
        let name = names::given(to.1)?;
        let target = self.find(directory, name)?;
        let target = target.filter(|target| target.spot != source.spot);
        if let Some(target) = &target {
            self.check_replaceable(&source, target, existing)?;
        }
        if source.short.is_directory() {
            let moving = self.child_directory(source.spot, &source.short)?;
            self.check_outside(moving, directory)?;
        } else if self.is_same_name(&source, directory, name) {
            return Ok(());
        }
        self.begin()?;
        // What entries lead to is durable from here on, and no entry waits.
        self.commit()?;
        let source = self.read_again(source)?;
        match target {
            Some(target) => {
                let target = self.read_again(target)?;
                self.take_place(&source, &target, directory, name)
            }
            None => self.move_to(&source, directory, name),
        }
    }

    /// An entry as it stands now.
    fn read_again(&mut self, item: Item) -> Result<Item, Error> {
        let at = self.slot_at(item.spot)?.ok_or(Error::NotFound)?;
        let mut slot: Slot = [0; 32];
        self.disk.read(at, &mut slot)?;
        Ok(Item {
            short: Short(slot),
            ..item
        })
    }

    fn is_same_name(&self, source: &Item, directory: u32, name: &str) -> bool {
        source.spot.0 == directory && source.name == name
    }

    fn check_replaceable(
        &mut self,
        source: &Item,
        target: &Item,
        existing: Existing,
    ) -> Result<(), Error> {
        match (source.short.is_directory(), target.short.is_directory()) {
            _ if existing == Existing::Keep => Err(Error::Exists),
            (false, true) => Err(Error::IsDirectory),
            (true, false) => Err(Error::NotDirectory),
            (true, true) => self.check_removable(target),
            (false, false) => Ok(()),
        }
    }

    /// Checks that a directory is not inside another.
    fn check_outside(&mut self, moving: u32, mut directory: u32) -> Result<(), Error> {
        let first = directory;
        for _ in 0..DEEPEST {
            match directory {
                ROOT => return Ok(()),
                directory if directory == moving => return Err(Error::Invalid),
                _ => directory = self.parent(directory)?,
            }
        }
        Err(Damage::Endless { first }.into())
    }

    /// Moves an entry to a name that nothing has.
    fn move_to(&mut self, source: &Item, directory: u32, name: &str) -> Result<(), Error> {
        let had = source.spot.1 - source.begin + 1;
        if source.spot.0 == directory && names::slots(name)? as u32 <= had {
            return self.rename_in_place(source, name);
        }
        // Found before anything is removed: it may fail.
        let room = self.room(directory, name, Some(source))?;
        self.remove(source)?;
        self.set_parent(source, directory)?;
        self.flush()?;
        let spot = self.add(directory, name, source.short.named(room.short), &room)?;
        self.has_moved(source, spot)?;
        self.flush()
    }

    /// Writes another name over an entry's own.
    fn rename_in_place(&mut self, source: &Item, name: &str) -> Result<(), Error> {
        let (directory, index) = source.spot;
        let short = self.short_name(source, name)?;
        let mut slots = names::parts(name, crate::entry::checksum(&short));
        slots.push(source.short.named(short).0);
        let begin = index + 1 - slots.len() as u32;
        for unused in source.begin..begin {
            let at = self.slot_at((directory, unused))?.ok_or(Error::NotFound)?;
            self.disk.write(at, &[crate::entry::FREED])?;
        }
        self.write_slots((directory, begin), &slots)?;
        let spot = source.spot;
        self.has_moved(source, spot)
    }

    /// A short name for another name of an entry, in its directory.
    fn short_name(&mut self, source: &Item, name: &str) -> Result<[u8; 11], Error> {
        let mut shorts = match names::plain(name) {
            Some(short) => alloc::vec![short],
            None => names::candidates(name),
        };
        let mut reader = crate::directory::Reader::new(source.spot.0, 0);
        while let Some(item) = reader.item(self)? {
            if item.spot != source.spot {
                let taken = item.short.name();
                shorts.retain(|short| *short != taken);
            }
        }
        shorts.first().copied().ok_or(Error::NoSpace)
    }

    /// Puts what an entry leads to under another entry's name, and loses what that led to.
    fn take_place(
        &mut self,
        source: &Item,
        target: &Item,
        directory: u32,
        name: &str,
    ) -> Result<(), Error> {
        let node = self.child(target.spot, &target.short)?;
        let is_open = matches!(node, Node::File(number, _) if self.held.contains_key(&number));
        // The number of an open file says where it is: that place goes to nobody else.
        let room = match is_open {
            true => Some(self.room(directory, name, Some(target))?),
            false => None,
        };
        self.remove(source)?;
        self.set_parent(source, directory)?;
        self.flush()?;
        if let Some(room) = room {
            self.remove(target)?;
            self.lose(target)?;
            let spot = self.add(directory, name, source.short.named(room.short), &room)?;
            self.has_moved(source, spot)?;
        } else {
            let at = self.slot_at(target.spot)?.ok_or(Error::NotFound)?;
            let short = source.short.named_as(&target.short);
            self.disk.write(at, &short.0)?;
            self.lose(target)?;
            self.has_moved(source, target.spot)?;
        }
        self.flush()?;
        self.settle()
    }

    /// Says in a directory that moves which one it will be in.
    fn set_parent(&mut self, source: &Item, directory: u32) -> Result<(), Error> {
        if !source.short.is_directory() || source.spot.0 == directory {
            return Ok(());
        }
        let first = self.child_directory(source.spot, &source.short)?;
        let above = self.dots(first, &DOT_DOT)?;
        let (at, mut above) = above.ok_or(Damage::NoDirectory { cluster: first })?;
        above.set_first(Self::as_parent(directory));
        self.disk.write(at, &above.0)
    }

    /// Lets an open file keep its number at its new place.
    fn has_moved(&mut self, source: &Item, spot: Spot) -> Result<(), Error> {
        if source.short.is_directory() {
            return Ok(());
        }
        let at = self.slot_at(spot)?.ok_or(Error::NotFound)?;
        let mut slot = [0; 32];
        self.disk.read(at, &mut slot)?;
        let number = self.moved.remove(&source.spot);
        let number = number.unwrap_or(crate::nodes::number_at(source.spot));
        let Some(held) = self.held.get_mut(&number) else {
            return Ok(());
        };
        (held.spot, held.short) = (Some(spot), Short(slot));
        if crate::nodes::number_at(spot) != number {
            self.moved.insert(spot, number);
        }
        Ok(())
    }
}
