//! Directories: making, removing, listing.

use alloc::vec::Vec;

use block_cache::BatchDevice;
use rsext4::{DirectoryEntry, Ext4ErrorKind};

use crate::{
    Cursor, Entry, Error, FileSystem, Kind, Node, Stat,
    error::operation,
    files::{OWNER, permissions},
    journal::Effect,
    nodes::checked_name,
};

/// Engine complaints that mean "this cursor is of the directory's other form".
const FORM_CHANGED: [&str; 2] = ["directory:linear_cursor", "directory:indexed_cursor"];

impl<D: BatchDevice> FileSystem<D> {
    /// Makes an empty directory.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`], [`Error::NotDirectory`], [`Error::InvalidName`], [`Error::NoSpace`],
    /// [`Error::TooManyLinks`] and those of every change.
    pub fn mkdir(&mut self, directory: Node, name: &[u8], bits: u16) -> Result<Stat, Error> {
        self.check_writable()?;
        let (parent, name) = (self.directory(directory)?, checked_name(name)?);
        let permissions = permissions(bits)?;
        let info = self.change(Effect::Allocates, |engine| {
            engine.create_directory(OWNER, parent, name, permissions)
        })?;
        self.new_node(directory, &info)
    }

    /// Removes an empty directory.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::NotDirectory`], [`Error::NotEmpty`], [`Error::InvalidName`]
    /// and those of every change.
    pub fn rmdir(&mut self, directory: Node, name: &[u8]) -> Result<(), Error> {
        self.check_writable()?;
        let (parent, name) = (self.directory(directory)?, checked_name(name)?);
        let outcome = self.change(Effect::Frees, |engine| {
            engine.remove_empty_directory(parent, name)
        })?;
        self.name_removed(outcome)
    }

    /// Returns up to `limit` entries of a directory from `cursor` on; none at its end. `.` and
    /// `..` are left out.
    ///
    /// # Errors
    ///
    /// [`Error::NotDirectory`], [`Error::StaleCursor`], [`Error::Damaged`].
    pub fn read_dir(
        &mut self,
        directory: Node,
        cursor: Cursor,
        limit: usize,
    ) -> Result<Vec<Entry>, Error> {
        let inode = self.directory(directory)?;
        let mut cursor = cursor;
        loop {
            let found =
                self.call(
                    |engine| match engine.read_directory(inode, cursor.0, limit) {
                        Err(error)
                            if error.kind() == Ext4ErrorKind::InvalidInput
                                && FORM_CHANGED.contains(&operation(error)) =>
                        {
                            Ok(None)
                        }
                        result => result.map(Some),
                    },
                )?;
            let found = found.ok_or(Error::StaleCursor)?;
            let Some(last) = found.last() else {
                return Ok(Vec::new());
            };
            cursor = Cursor(last.next_cursor);
            let entries: Vec<Entry> = found
                .into_iter()
                .filter_map(|entry| self.entry(entry).transpose())
                .collect::<Result<_, _>>()?;
            // Both dots and nothing else is not the end yet.
            if !entries.is_empty() || limit == 0 {
                return Ok(entries);
            }
        }
    }

    /// Returns an entry as clients see it; nothing for the two dots.
    fn entry(&self, entry: DirectoryEntry) -> Result<Option<Entry>, Error> {
        if entry.name == b"." || entry.name == b".." {
            return Ok(None);
        }
        let damaged = Error::Damaged("directory:node_number");
        let node = Node::from_raw(entry.inode.raw()).ok_or(damaged)?;
        self.inode(node).map_err(|_| damaged)?;
        let kind = Kind::from_engine(entry.file_type);
        Ok(Some(Entry {
            name: entry.name,
            node,
            kind,
            next: Cursor(entry.next_cursor),
        }))
    }
}
