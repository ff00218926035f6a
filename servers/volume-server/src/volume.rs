//! What a file system is for its server.

use alloc::string::String;
use core::fmt::Display;

use libipc::codec::{Bytes, List};
use proto::filesystem::{
    Cursor, Entry, Error, Existing, Lasting, MAX_ENTRIES, MAX_PATH, Place, Space, Stat,
};

/// Entries of a directory, as many as an answer holds.
pub type Entries = List<Entry, { MAX_ENTRIES as usize }>;

/// A mounted volume: the operations of the interface `filesystem`, whose documentation says what each does and how it
/// fails.
///
/// Numbers come over messages and may be anything: one that is no node's is refused.
pub trait Volume {
    /// Why an operation was not carried out.
    type Error: Display + Into<Error>;

    /// What people call the format.
    const KIND: &'static str;
    /// The node of the root directory.
    const ROOT: u64;
    /// How long what it tells stays true.
    const LASTING: Lasting;

    /// Why the volume is read-only, if it is.
    fn restriction(&self) -> Option<String>;

    /// What people should know of the volume although all of it can be used.
    fn warning(&self) -> Option<String> {
        None
    }

    /// Whether a write of up to 64 KiB at a place can fail for no reason but the device's, so that it may wait.
    fn may_wait(&mut self, node: u64, offset: u64) -> Result<bool, Self::Error>;

    /// Asks the device whether it is still there.
    fn probe(&mut self) -> Result<(), Self::Error>;

    /// Follows a path from the root.
    fn walk(&mut self, path: &[u8]) -> Result<Place, Self::Error>;

    /// Finds one name in a directory.
    fn lookup(&mut self, directory: u64, name: &[u8]) -> Result<Stat, Self::Error>;

    /// Tells the properties of a node.
    fn stat(&mut self, node: u64) -> Result<Stat, Self::Error>;

    /// Opens a node once more.
    fn open(&mut self, node: u64) -> Result<Stat, Self::Error>;

    /// Undoes one `open`.
    fn close(&mut self, node: u64) -> Result<(), Self::Error>;

    /// Reads from a file and tells how much there was; less than the buffer holds only at the file's end.
    fn read_at(&mut self, node: u64, offset: u64, output: &mut [u8]) -> Result<usize, Self::Error>;

    /// Writes all bytes into a file.
    fn write_at(&mut self, node: u64, offset: u64, data: &[u8]) -> Result<(), Self::Error>;

    /// Makes a file `size` bytes long.
    fn truncate(&mut self, node: u64, size: u64) -> Result<(), Self::Error>;

    /// Makes an empty file.
    fn create(&mut self, directory: u64, name: &[u8], bits: u16) -> Result<Stat, Self::Error>;

    /// Makes an empty directory.
    fn make_directory(
        &mut self,
        directory: u64,
        name: &[u8],
        bits: u16,
    ) -> Result<Stat, Self::Error>;

    /// Makes a symbolic link.
    fn symlink(&mut self, directory: u64, name: &[u8], target: &[u8]) -> Result<Stat, Self::Error>;

    /// Makes a further name for a file.
    fn link(&mut self, node: u64, directory: u64, name: &[u8]) -> Result<(), Self::Error>;

    /// Takes a name away that is not a directory's.
    fn unlink(&mut self, directory: u64, name: &[u8]) -> Result<(), Self::Error>;

    /// Takes an empty directory away.
    fn remove_directory(&mut self, directory: u64, name: &[u8]) -> Result<(), Self::Error>;

    /// Gives something another name.
    fn rename(
        &mut self,
        from: (u64, &[u8]),
        to: (u64, &[u8]),
        existing: Existing,
    ) -> Result<(), Self::Error>;

    /// Tells the target of a link.
    fn read_link(&mut self, node: u64) -> Result<Bytes<{ MAX_PATH as usize }>, Self::Error>;

    /// Reads entries of a directory from a place on, and tells where to go on. A cursor that never was one gives nothing.
    fn read_directory(
        &mut self,
        directory: u64,
        cursor: Cursor,
    ) -> Result<Option<(Entries, Cursor)>, Self::Error>;

    /// Tells the room on the volume.
    fn space(&mut self) -> Result<Space, Self::Error>;

    /// Makes every change durable.
    fn sync(&mut self) -> Result<(), Self::Error>;

    /// Makes every change durable and leaves the volume clean; nothing is asked of it afterwards.
    fn unmount(&mut self) -> Result<(), Self::Error>;
}
