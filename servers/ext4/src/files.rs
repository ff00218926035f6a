//! Files: making, reading, writing, changing their length.

use block_cache::BatchDevice;
use rsext4::{FilePermissions, InodeFlags, InodeNumber, MutationContext, RangeOperation};

use crate::{Error, FileSystem, Node, Stat, journal::Effect, nodes::checked_name};

/// The longest file of the format with 4 KiB blocks: 2³² blocks.
const LONGEST: u64 = 1 << 44;

/// New objects belong to the superuser; there are no users here yet.
pub(crate) const OWNER: MutationContext = MutationContext::new(0, 0, 0, 0);

/// Returns permission bits in the engine's form.
pub(crate) fn permissions(bits: u16) -> Result<FilePermissions, Error> {
    FilePermissions::new(bits).map_err(|_| Error::Invalid)
}

impl<D: BatchDevice> FileSystem<D> {
    /// Makes an empty file.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`], [`Error::NotDirectory`], [`Error::InvalidName`], [`Error::NoSpace`] and
    /// those of every change.
    pub fn create(&mut self, directory: Node, name: &[u8], bits: u16) -> Result<Stat, Error> {
        self.check_writable()?;
        let (parent, name) = (self.directory(directory)?, checked_name(name)?);
        let permissions = permissions(bits)?;
        let info = self.change(Effect::Allocates, |engine| {
            engine.create_regular_file(OWNER, parent, name, permissions)
        })?;
        self.new_node(directory, &info)
    }

    /// Reads from a file and returns how many bytes were there: fewer than asked for only at its
    /// end. Holes read as zeros.
    ///
    /// # Errors
    ///
    /// [`Error::IsDirectory`], [`Error::NotFile`], [`Error::NotFound`], [`Error::Damaged`].
    pub fn read_at(&mut self, node: Node, offset: u64, output: &mut [u8]) -> Result<usize, Error> {
        let inode = self.file(node)?;
        if output.is_empty() {
            return Ok(0);
        }
        self.call(|engine| engine.read_inode(inode, offset, output))
    }

    /// Writes to a file, making it longer if needed; what lies between the old end and `offset`
    /// reads as zeros.
    ///
    /// # Errors
    ///
    /// [`Error::IsDirectory`], [`Error::NotFile`], [`Error::NoSpace`], [`Error::TooLarge`] and
    /// those of every change. Part of `input` may have been written.
    pub fn write_at(&mut self, node: Node, offset: u64, input: &[u8]) -> Result<(), Error> {
        self.check_writable()?;
        let inode = self.file(node)?;
        let end = offset
            .checked_add(input.len() as u64)
            .ok_or(Error::TooLarge)?;
        if end > LONGEST {
            return Err(Error::TooLarge);
        }
        if input.is_empty() {
            return Ok(());
        }
        let result = self.change(Effect::Allocates, |engine| {
            engine.write_inode(inode, offset, input)
        });
        if result == Err(Error::NoSpace) {
            self.free_reserved(inode)?;
        }
        result
    }

    /// Sets the length of a file; a longer one ends in zeros that take no room.
    ///
    /// # Errors
    ///
    /// [`Error::IsDirectory`], [`Error::NotFile`], [`Error::TooLarge`] and those of every change.
    pub fn truncate(&mut self, node: Node, size: u64) -> Result<(), Error> {
        self.check_writable()?;
        let inode = self.file(node)?;
        if size > LONGEST {
            return Err(Error::TooLarge);
        }
        if self.unlinked.contains(&node) {
            self.punch(inode, size)?;
        }
        self.change(Effect::Frees, |engine| engine.truncate_inode(inode, size))
    }

    /// Gives back all blocks of a file that is about to be removed.
    ///
    /// The engine's own removal forgets blocks that were reserved and never written, and lists all
    /// the others in memory at once.
    pub(crate) fn free_content(&mut self, inode: InodeNumber) -> Result<(), Error> {
        self.punch(inode, 0)?;
        let info = self.call(|engine| engine.inode(inode))?;
        if info.blocks == 0 || !info.flags.contains(InodeFlags::EXTENTS) {
            return Ok(());
        }
        // What is left lies behind the end of the file; holes are made only before it.
        let longest = u64::from(u32::MAX) * self.statfs()?.block_size;
        self.change(Effect::Frees, |engine| {
            engine.truncate_inode(inode, longest)
        })?;
        self.punch(inode, 0)
    }

    /// Gives back the blocks of a file from `start` to its end, leaving zeros.
    ///
    /// Shortening has the same effect but takes the file off the list of unlinked ones if it is
    /// long, and then nobody would remove it.
    fn punch(&mut self, inode: InodeNumber, start: u64) -> Result<(), Error> {
        let info = self.call(|engine| engine.inode(inode))?;
        if info.size <= start || info.blocks == 0 || !info.flags.contains(InodeFlags::EXTENTS) {
            return Ok(());
        }
        let length = info.size - start;
        self.change(Effect::Frees, |engine| {
            engine.operate_inode_range(inode, start, length, RangeOperation::PunchHole)
        })
    }

    /// Gives back what a write reserved behind the end of a file before the volume was full.
    fn free_reserved(&mut self, inode: InodeNumber) -> Result<(), Error> {
        let size = self.call(|engine| engine.inode(inode))?.size;
        // Nothing happens unless the length changes.
        self.change(Effect::Frees, |engine| {
            engine.truncate_inode(inode, size + 1)
        })?;
        self.change(Effect::Frees, |engine| engine.truncate_inode(inode, size))
    }
}
