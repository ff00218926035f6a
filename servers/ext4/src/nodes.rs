//! The life of nodes: what may be used as what, and what happens to an open file without a name.

use block_cache::BatchDevice;
use rsext4::{FileName, InodeInfo, InodeNumber, UnlinkOutcome};

use crate::{Error, FileSystem, Kind, Node, Stat, journal::Effect};

impl<D: BatchDevice> FileSystem<D> {
    /// Returns the properties of a node.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there is no such node.
    pub fn stat(&mut self, node: Node) -> Result<Stat, Error> {
        let inode = self.inode(node)?;
        let info = self.call(|engine| engine.inode(inode))?;
        Ok(Stat::from_engine(node, &info))
    }

    /// Notes that a node is in use: until as many calls of [`FileSystem::close`], the node stays
    /// what it is even if its last name is removed.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there is no such node.
    pub fn open(&mut self, node: Node) -> Result<Stat, Error> {
        let stat = self.stat(node)?;
        let count = self.open.entry(node).or_insert(0);
        *count = count.checked_add(1).ok_or(Error::Invalid)?;
        Ok(stat)
    }

    /// Undoes one [`FileSystem::open`]. A node without a name is removed with the last one.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the node is not open, or that of the removal.
    pub fn close(&mut self, node: Node) -> Result<(), Error> {
        let count = self.open.get_mut(&node).ok_or(Error::Invalid)?;
        *count -= 1;
        if *count > 0 {
            return Ok(());
        }
        self.open.remove(&node);
        if self.unlinked.contains(&node) {
            return self.remove(node);
        }
        Ok(())
    }

    /// Takes note of a new entry in a directory and returns the properties of its node.
    pub(crate) fn new_node(&mut self, directory: Node, info: &InodeInfo) -> Result<Stat, Error> {
        self.entry_added(directory)?;
        let damaged = Error::Damaged("directory:node_number");
        let node = Node::from_raw(info.number.raw()).ok_or(damaged)?;
        self.inode(node).map_err(|_| damaged)?;
        Ok(Stat::from_engine(node, info))
    }

    /// Notes that a node lost a name, and removes it if that was the last and nobody has it open.
    pub(crate) fn name_removed(&mut self, outcome: UnlinkOutcome) -> Result<(), Error> {
        if !outcome.requires_reap() {
            return Ok(());
        }
        let place = "directory:node_number";
        let node = Node::from_raw(outcome.inode.raw()).ok_or(Error::Damaged(place))?;
        // On the list even if only for a moment: the engine cannot restart until it is removed.
        self.unlinked.insert(node);
        if self.open.contains_key(&node) {
            return Ok(());
        }
        self.remove(node)
    }

    /// Removes every node that has no name, though it may be open.
    pub(crate) fn remove_unlinked(&mut self) -> Result<(), Error> {
        while let Some(node) = self.unlinked.first().copied() {
            self.remove(node)?;
        }
        Ok(())
    }

    /// Returns the inode number of a node that is not one of the format's own.
    pub(crate) fn inode(&self, node: Node) -> Result<InodeNumber, Error> {
        if node != Node::ROOT && !self.nodes.contains(&node.raw()) {
            return Err(Error::NotFound);
        }
        InodeNumber::new(node.raw()).map_err(|_| Error::NotFound)
    }

    /// Returns the inode number of a node that must be a directory.
    pub(crate) fn directory(&mut self, node: Node) -> Result<InodeNumber, Error> {
        match self.stat(node)?.kind {
            Kind::Directory => self.inode(node),
            Kind::File | Kind::Link | Kind::Special => Err(Error::NotDirectory),
        }
    }

    /// Returns the inode number of a node that must be a file.
    pub(crate) fn file(&mut self, node: Node) -> Result<InodeNumber, Error> {
        match self.stat(node)?.kind {
            Kind::File => self.inode(node),
            Kind::Directory => Err(Error::IsDirectory),
            Kind::Link | Kind::Special => Err(Error::NotFile),
        }
    }

    /// Removes a node without a name.
    fn remove(&mut self, node: Node) -> Result<(), Error> {
        let inode = self.inode(node)?;
        if self.stat(node)?.kind == Kind::File {
            self.free_content(inode)?;
        }
        self.change(Effect::Frees, |engine| engine.reap_unlinked_inode(inode))?;
        self.unlinked.remove(&node);
        Ok(())
    }
}

/// Returns a name that a client may give to something.
pub(crate) fn checked_name(name: &[u8]) -> Result<FileName<'_>, Error> {
    let name = FileName::new(name).map_err(|_| Error::InvalidName)?;
    if name.is_reserved() {
        Err(Error::InvalidName)
    } else {
        Ok(name)
    }
}
