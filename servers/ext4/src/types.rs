//! What the file system and its clients talk about: nodes, their kinds and properties.

use alloc::vec::Vec;
use core::num::NonZeroU32;

use rsext4::{DirectoryCursor, DirectoryEntryType, Ext4Timestamp, InodeInfo};

/// A file, directory or link of a mounted volume: its inode number.
///
/// A node stays the same object only while it is open; a number may be used again after the
/// object behind it was removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node(NonZeroU32);

impl Node {
    /// The root directory of every volume.
    pub const ROOT: Self = Self(NonZeroU32::new(2).expect("two is not zero"));

    /// Returns the node of a number, which came over a message and may be anything.
    #[must_use]
    pub fn from_raw(raw: u32) -> Option<Self> {
        NonZeroU32::new(raw).map(Self)
    }

    /// Returns the inode number.
    #[must_use]
    pub const fn raw(self) -> u32 {
        self.0.get()
    }
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// A device, pipe or socket of another system: it can be listed, renamed and removed.
    Special,
}

impl Kind {
    pub(crate) fn from_engine(kind: DirectoryEntryType) -> Self {
        match kind {
            DirectoryEntryType::RegularFile => Self::File,
            DirectoryEntryType::Directory => Self::Directory,
            DirectoryEntryType::Symlink => Self::Link,
            _ => Self::Special,
        }
    }
}

/// A time: seconds since 1970-01-01 00:00 UTC and nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp {
    /// Seconds, negative before 1970.
    pub seconds: i64,
    /// Nanoseconds, below 10⁹.
    pub nanoseconds: u32,
}

impl Timestamp {
    pub(crate) fn to_engine(self) -> Ext4Timestamp {
        Ext4Timestamp::new(self.seconds, self.nanoseconds)
    }
}

/// Where a file system learns the time from.
pub type Clock = fn() -> Timestamp;

/// The properties of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// The node.
    pub node: Node,
    /// What it is.
    pub kind: Kind,
    /// Permission bits, the lower twelve of a Unix mode.
    pub permissions: u16,
    /// Owner.
    pub user: u32,
    /// Owning group.
    pub group: u32,
    /// Names that lead to it; 0 if it is only open.
    pub links: u16,
    /// Length in bytes; of a link, the length of its target.
    pub size: u64,
    /// Bytes of disk that it occupies.
    pub allocated: u64,
    /// When it was last read, to the second.
    pub accessed: i64,
    /// When its content last changed, to the second.
    pub modified: i64,
    /// When its properties last changed, to the second.
    pub changed: i64,
}

impl Stat {
    pub(crate) fn from_engine(node: Node, info: &InodeInfo) -> Self {
        Self {
            node,
            kind: Kind::from_engine(info.file_type()),
            permissions: info.mode & 0o7777,
            user: info.uid,
            group: info.gid,
            links: info.links,
            size: info.size,
            allocated: info.blocks.saturating_mul(512),
            accessed: seconds(info.atime),
            modified: seconds(info.mtime),
            changed: seconds(info.ctime),
        }
    }
}

/// Returns the seconds of an inode time: 32 bits with a sign, as ext4 has had them from the start.
fn seconds(raw: u32) -> i64 {
    i64::from(raw.cast_signed())
}

/// One name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name: any bytes but `/` and NUL, at most 255 of them.
    pub name: Vec<u8>,
    /// The node it leads to.
    pub node: Node,
    /// What that is.
    pub kind: Kind,
    /// Where to go on after this entry.
    pub next: Cursor,
}

/// A place in a directory, to go on reading from.
///
/// It stays valid while entries come and go: entries that were there all the time are seen exactly
/// once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor(pub(crate) DirectoryCursor);

/// How the two words of a cursor are told apart: in the upper half of the first.
const START: u64 = 0;
const LINEAR: u64 = 1;
const INDEXED: u64 = 2;
const END: u64 = 3;

impl Cursor {
    /// Before the first entry.
    pub const START: Self = Self(DirectoryCursor::Start);

    /// Returns the cursor as two words that fit into a message.
    #[must_use]
    pub fn to_words(self) -> [u64; 2] {
        match self.0 {
            DirectoryCursor::Start => [START << 32, 0],
            DirectoryCursor::Linear { offset } => [LINEAR << 32, offset],
            DirectoryCursor::HTree {
                major,
                minor,
                collision,
            } => {
                let hash = u64::from(major) << 32 | u64::from(minor);
                [INDEXED << 32 | u64::from(collision), hash]
            }
            DirectoryCursor::End => [END << 32, 0],
        }
    }

    /// Returns the cursor of two words from a message, or nothing if they never were a cursor.
    #[must_use]
    pub fn from_words([first, second]: [u64; 2]) -> Option<Self> {
        let low = first as u32;
        let cursor = match (first >> 32, low) {
            (START, 0) => DirectoryCursor::Start,
            (LINEAR, 0) => DirectoryCursor::Linear { offset: second },
            (INDEXED, collision) => DirectoryCursor::HTree {
                major: (second >> 32) as u32,
                minor: second as u32,
                collision,
            },
            (END, 0) => DirectoryCursor::End,
            _ => return None,
        };
        Some(Self(cursor))
    }
}

/// The room on a volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Bytes in a block.
    pub block_size: u64,
    /// Blocks in all.
    pub blocks: u64,
    /// Blocks that are free.
    pub free_blocks: u64,
    /// Nodes that the volume can hold.
    pub nodes: u32,
    /// Nodes that are free.
    pub free_nodes: u32,
}
