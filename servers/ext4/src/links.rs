//! Names: symbolic and hard links, removing and renaming.

use alloc::{vec, vec::Vec};

use block_cache::BatchDevice;
use rsext4::RenameOptions;

use crate::{
    Error, FileSystem, Kind, Node, Stat, files::OWNER, journal::Effect, nodes::checked_name,
};

/// The longest target of a symbolic link: it has to fit into the smallest block with a NUL behind.
const LONGEST_TARGET: usize = 1023;

/// What a rename may do to something that has the new name already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Replace it: a file or link by a file or link, an empty directory by a directory.
    Replace,
    /// Leave it and refuse.
    Keep,
}

impl<D: BatchDevice> FileSystem<D> {
    /// Makes a symbolic link to `target`, whatever that is.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the target is empty, has NUL in it or is longer than 1,023 bytes;
    /// [`Error::Exists`], [`Error::NotDirectory`], [`Error::InvalidName`], [`Error::NoSpace`] and
    /// those of every change.
    pub fn symlink(&mut self, directory: Node, name: &[u8], target: &[u8]) -> Result<Stat, Error> {
        self.check_writable()?;
        let (parent, name) = (self.directory(directory)?, checked_name(name)?);
        if target.is_empty() || target.len() > LONGEST_TARGET || target.contains(&0) {
            return Err(Error::Invalid);
        }
        let info = self.change(Effect::Allocates, |engine| {
            engine.create_symlink(OWNER, parent, name, target)
        })?;
        self.new_node(directory, &info)
    }

    /// Returns the target of a symbolic link.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the node is no link; [`Error::NotFound`], [`Error::Damaged`].
    pub fn readlink(&mut self, node: Node) -> Result<Vec<u8>, Error> {
        let stat = self.stat(node)?;
        if stat.kind != Kind::Link {
            return Err(Error::Invalid);
        }
        let damaged = Error::Damaged("symlink:length");
        let length = usize::try_from(stat.size).map_err(|_| damaged)?;
        if length == 0 || length > block_cache::BLOCK_SIZE {
            return Err(damaged);
        }
        let inode = self.inode(node)?;
        let mut target = vec![0; length];
        let read = self.call(|engine| engine.read_inode(inode, 0, &mut target))?;
        if read == length {
            Ok(target)
        } else {
            Err(damaged)
        }
    }

    /// Gives a file or link one more name.
    ///
    /// # Errors
    ///
    /// [`Error::IsDirectory`], [`Error::Exists`], [`Error::TooManyLinks`] and those of every
    /// change.
    pub fn link(&mut self, node: Node, directory: Node, name: &[u8]) -> Result<Stat, Error> {
        self.check_writable()?;
        if self.stat(node)?.kind == Kind::Directory {
            return Err(Error::IsDirectory);
        }
        let (target, parent) = (self.inode(node)?, self.directory(directory)?);
        let name = checked_name(name)?;
        let info = self.change(Effect::Allocates, |engine| {
            engine.hard_link(target, parent, name)
        })?;
        self.new_node(directory, &info)
    }

    /// Removes a name of anything but a directory. The node itself goes with its last name, or
    /// when it is closed after that.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::IsDirectory`], [`Error::InvalidName`] and those of every
    /// change.
    pub fn unlink(&mut self, directory: Node, name: &[u8]) -> Result<(), Error> {
        self.check_writable()?;
        if self.lookup_child(directory, name)?.kind == Kind::Directory {
            return Err(Error::IsDirectory);
        }
        let (parent, name) = (self.directory(directory)?, checked_name(name)?);
        let outcome = self.change(Effect::Frees, |engine| engine.unlink(parent, name))?;
        self.name_removed(outcome)
    }

    /// Gives something another name, in the same or another directory, in one step.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::Exists`], [`Error::IsDirectory`], [`Error::NotDirectory`],
    /// [`Error::NotEmpty`], [`Error::InvalidName`], [`Error::Invalid`] for a directory into
    /// itself, and those of every change.
    pub fn rename(
        &mut self,
        from: (Node, &[u8]),
        to: (Node, &[u8]),
        existing: Existing,
    ) -> Result<(), Error> {
        self.check_writable()?;
        let (old_parent, old_name) = (self.directory(from.0)?, checked_name(from.1)?);
        let (new_parent, new_name) = (self.directory(to.0)?, checked_name(to.1)?);
        self.check_replaceable(from, to)?;
        let options = match existing {
            Existing::Replace => RenameOptions::REPLACE,
            Existing::Keep => RenameOptions::NO_REPLACE,
        };
        let outcome = self.change(Effect::Allocates, |engine| {
            engine.rename(old_parent, old_name, new_parent, new_name, options)
        })?;
        self.entry_added(to.0)?;
        match outcome.replaced {
            Some(replaced) => self.name_removed(replaced),
            None => Ok(()),
        }
    }

    /// Refuses to replace a directory by something else, or the reverse.
    fn check_replaceable(&mut self, from: (Node, &[u8]), to: (Node, &[u8])) -> Result<(), Error> {
        let old = self.lookup_child(from.0, from.1)?.kind;
        let new = match self.lookup_child(to.0, to.1) {
            Ok(stat) => stat.kind,
            Err(Error::NotFound) => return Ok(()),
            Err(error) => return Err(error),
        };
        match (old == Kind::Directory, new == Kind::Directory) {
            (false, true) => Err(Error::IsDirectory),
            (true, false) => Err(Error::NotDirectory),
            _ => Ok(()),
        }
    }
}
