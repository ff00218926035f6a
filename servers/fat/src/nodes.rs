//! What the numbers of nodes mean, and what is known of files that are in use.
//!
//! FAT has no numbers for files. A directory's number is its first cluster, which it keeps for life; a file's is that of
//! the directory it is in, and its place there. A file that is open keeps its number if it is renamed or loses its name:
//! its place is then not given to another, and neither are the clusters of its directory, should that be removed.

use alloc::vec::Vec;

use block_cache::BatchDevice;
use proto::filesystem::{NodeKind, Stat};

use crate::entry::{DIRECTORY, DOT, FREED, LABEL, LONG, LONG_MASK, READ_ONLY, Short, UNUSED};
use crate::error::{Damage, Error};
use crate::layout::Root;
use crate::volume::FileSystem;

/// What stands for the first cluster of the root directory.
pub(crate) const ROOT: u32 = 1;

/// Among how many first places of a directory the two dots are; the smallest cluster has more.
const DOTS_WITHIN: usize = 8;

/// A place in a directory: the directory's first cluster, and the number of the place.
pub(crate) type Spot = (u32, u32);

/// What is known of a file that is in use.
pub(crate) struct Held {
    /// How often it is open.
    pub(crate) times: u32,
    /// Where its entry is; nothing if it has none any more.
    pub(crate) spot: Option<Spot>,
    /// Its entry.
    pub(crate) short: Short,
    /// Whether the entry has to be written.
    pub(crate) is_changed: bool,
}

/// What a number means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    /// A directory with this first cluster.
    Directory(u32),
    /// A file with this number and entry.
    File(u64, Short),
}

/// The number of a directory.
pub(crate) fn directory_number(first: u32) -> u64 {
    u64::from(first) << 32
}

/// The number of what is at a place, unless it was moved there while it was open.
pub(crate) fn number_at((directory, index): Spot) -> u64 {
    directory_number(directory) | (u64::from(index) + 1)
}

impl<D: BatchDevice> FileSystem<D> {
    /// What a number means, which came over a message and may be anything.
    pub(crate) fn node(&mut self, number: u64) -> Result<Node, Error> {
        if let Some(held) = self.held.get(&number) {
            return Ok(Node::File(number, held.short));
        }
        let (directory, index) = ((number >> 32) as u32, number as u32);
        self.check_directory(directory)?;
        let Some(index) = index.checked_sub(1) else {
            return Ok(Node::Directory(directory));
        };
        let at = self.slot_at((directory, index))?.ok_or(Error::NotFound)?;
        let mut slot = [0; 32];
        self.disk.read(at, &mut slot)?;
        let short = Short(slot);
        let attributes = short.attributes();
        let is_name = attributes & LONG_MASK == LONG || attributes & LABEL != 0;
        if matches!(slot[0], FREED | UNUSED) || is_name {
            return Err(Error::NotFound);
        }
        match self.child((directory, index), &short)? {
            Node::File(found, _) if found != number => Err(Error::NotFound),
            node => Ok(node),
        }
    }

    /// What an entry at a place leads to.
    pub(crate) fn child(&mut self, spot: Spot, short: &Short) -> Result<Node, Error> {
        if short.is_directory() {
            return self.child_directory(spot, short).map(Node::Directory);
        }
        let number = self.moved.get(&spot).copied().unwrap_or(number_at(spot));
        let known = self
            .held
            .get(&number)
            .filter(|held| held.spot == Some(spot));
        Ok(Node::File(number, known.map_or(*short, |held| held.short)))
    }

    /// The first cluster of the directory that an entry leads to.
    pub(crate) fn child_directory(&self, spot: Spot, short: &Short) -> Result<u32, Error> {
        let cluster = self.first_of(short);
        if self.layout.is_cluster(cluster) && self.layout.root != (Root::Chain { first: cluster }) {
            return Ok(cluster);
        }
        let (directory, index) = spot;
        Err(Damage::Start {
            directory,
            index,
            cluster,
        }
        .into())
    }

    /// The first cluster that an entry names; only FAT32 has the upper half.
    pub(crate) fn first_of(&self, short: &Short) -> u32 {
        match self.layout.root {
            Root::Fixed { .. } => short.first() & 0xffff,
            Root::Chain { .. } => short.first(),
        }
    }

    /// Checks that a cluster begins as directories do, and is in use as one.
    pub(crate) fn check_directory(&mut self, first: u32) -> Result<(), Error> {
        if first == ROOT {
            return Ok(());
        }
        if !self.layout.is_cluster(first) || self.removed.contains(&first) {
            return Err(Error::NotFound);
        }
        if self.doomed.contains(&first) {
            return Err(Error::NotFound);
        }
        match self.dots(first, &DOT)? {
            Some((_, dot)) if self.first_of(&dot) == first => Ok(()),
            _ => Err(Damage::NoDirectory { cluster: first }.into()),
        }
    }

    /// The entry of a directory for itself, or the one above, and where it is. They stand first, but may have long names.
    pub(crate) fn dots(
        &mut self,
        first: u32,
        name: &[u8; 11],
    ) -> Result<Option<(u64, Short)>, Error> {
        let mut slots = [[0; 32]; DOTS_WITHIN];
        let at = self.layout.place(first);
        self.disk.read(at, slots.as_flattened_mut())?;
        let mut entries = slots
            .iter()
            .map(|slot| Short(*slot))
            .zip((at..).step_by(32));
        let found = entries.find(|(short, _)| short.name() == *name && short.is_directory());
        Ok(found.map(|(short, at)| (at, short)))
    }

    /// The directory of a number.
    pub(crate) fn directory(&mut self, number: u64) -> Result<u32, Error> {
        match self.node(number)? {
            Node::Directory(first) => Ok(first),
            Node::File(..) => Err(Error::NotDirectory),
        }
    }

    /// The file of a number: its entry.
    pub(crate) fn file(&mut self, number: u64) -> Result<Short, Error> {
        match self.node(number)? {
            Node::File(_, short) => Ok(short),
            Node::Directory(_) => Err(Error::IsDirectory),
        }
    }

    /// Returns the properties of a node.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there is no such node.
    pub fn stat(&mut self, number: u64) -> Result<Stat, Error> {
        let node = self.node(number)?;
        self.stat_of(node)
    }

    pub(crate) fn stat_of(&mut self, node: Node) -> Result<Stat, Error> {
        let (number, short, size, allocated) = match node {
            Node::File(number, short) => {
                let size = u64::from(short.size());
                let allocated = u64::from(self.clusters_of(size)) * self.cluster();
                (number, short, size, allocated)
            }
            Node::Directory(first) => {
                let size = self.directory_size(first)?;
                let short = match first {
                    ROOT => Short([0; 32]),
                    first => self
                        .dots(first, &DOT)?
                        .map_or(Short([0; 32]), |(_, dot)| dot),
                };
                (directory_number(first), short, size, size)
            }
        };
        let is_directory = matches!(node, Node::Directory(_));
        let permissions = match short.attributes() & READ_ONLY {
            0 => 0o755,
            _ => 0o555,
        };
        Ok(Stat {
            node: number,
            size,
            allocated,
            accessed: short.accessed().seconds(),
            modified: short.modified().seconds(),
            changed: short.modified().seconds(),
            user: 0,
            group: 0,
            links: 1,
            permissions,
            kind: match is_directory {
                true => NodeKind::Directory,
                false => NodeKind::File,
            },
        })
    }

    /// Notes that a node is in use: until as many calls of [`FileSystem::close`] it stays what it is, even without a name.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there is no such node.
    pub fn open(&mut self, number: u64) -> Result<Stat, Error> {
        let node = self.node(number)?;
        let stat = self.stat_of(node)?;
        let times = match node {
            Node::Directory(first) => self.directories.entry(first).or_insert(0),
            Node::File(number, _) => &mut self.hold(number)?.times,
        };
        *times = times.checked_add(1).ok_or(Error::Invalid)?;
        Ok(stat)
    }

    /// Undoes one [`FileSystem::open`]. What has no name is removed with the last one.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the node is not open, or that of a commit.
    pub fn close(&mut self, number: u64) -> Result<(), Error> {
        let directory = (number >> 32) as u32;
        if number as u32 == 0 {
            let times = self.directories.get_mut(&directory).ok_or(Error::Invalid)?;
            *times -= 1;
            if *times == 0 {
                self.directories.remove(&directory);
            }
        } else {
            let held = self.held.get_mut(&number).ok_or(Error::Invalid)?;
            held.times = held.times.checked_sub(1).ok_or(Error::Invalid)?;
            self.let_go(number);
        }
        self.let_directory_go(directory);
        self.settle()
    }

    /// What is known of a file that is about to be used.
    pub(crate) fn hold(&mut self, number: u64) -> Result<&mut Held, Error> {
        let short = self.file(number)?;
        let spot = ((number >> 32) as u32, (number as u32).wrapping_sub(1));
        Ok(self.held.entry(number).or_insert(Held {
            times: 0,
            spot: Some(spot),
            short,
            is_changed: false,
        }))
    }

    /// Forgets a file that nobody uses.
    fn let_go(&mut self, number: u64) {
        let idle = self.held.get(&number).filter(|held| held.times == 0);
        let Some((spot, short)) = idle.map(|held| (held.spot, held.short)) else {
            return;
        };
        match spot {
            None => self.doom(self.first_of(&short)),
            // Forgotten once its entry is written.
            Some(_) if self.held.get(&number).is_some_and(|held| held.is_changed) => return,
            Some(spot) => drop(self.moved.remove(&spot)),
        }
        self.held.remove(&number);
    }

    /// Forgets all files that nobody uses and whose entries are written.
    pub(crate) fn forget_idle(&mut self) {
        let idle = self
            .held
            .iter()
            .filter(|(_, held)| held.times == 0 && !held.is_changed);
        let numbers: Vec<u64> = idle.map(|(number, _)| *number).collect();
        for number in numbers {
            self.let_go(number);
            self.let_directory_go((number >> 32) as u32);
        }
    }

    /// Notes that nothing leads to a chain any more.
    pub(crate) fn doom(&mut self, first: u32) {
        if self.layout.is_cluster(first) {
            self.doomed.push(first);
        }
    }

    /// Gives the clusters of a directory back that was removed, unless numbers still mean something in it.
    pub(crate) fn let_directory_go(&mut self, first: u32) {
        let numbers = directory_number(first)..directory_number(first) + (1 << 32);
        let is_used =
            self.directories.contains_key(&first) || self.held.range(numbers).next().is_some();
        if !is_used && self.removed.remove(&first) {
            self.doom(first);
        }
    }

    /// How many bytes a directory takes.
    fn directory_size(&mut self, first: u32) -> Result<u64, Error> {
        let first = match (first, self.layout.root) {
            (ROOT, Root::Fixed { entries, .. }) => return Ok(u64::from(entries) * 32),
            (ROOT, Root::Chain { first }) => first,
            (first, _) => first,
        };
        let longest = (u64::from(crate::directory::MOST) * 32).div_ceil(self.cluster());
        let length = self.length(first, longest as u32)?;
        Ok(u64::from(length) * self.cluster())
    }

    /// The kind of what an entry leads to.
    pub(crate) fn kind_of(short: &Short) -> NodeKind {
        match short.attributes() & DIRECTORY {
            0 => NodeKind::File,
            _ => NodeKind::Directory,
        }
    }
}
