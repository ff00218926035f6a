//! A mounted volume, as a file-system server offers it to the virtual file system.
//!
//! Nodes (files, directories, links) go by number. A number stays with its node while the node is
//! open; `walk`, `lookup` and whatever makes a node do not open it. Names and paths are bytes
//! without zeros, by custom UTF-8. Links are never followed here.
//!
//! Made by `idlc` from `idl/filesystem.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 3;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "filesystem",
    id: 0xb3a9,
    version: 0xc0fa_a582_ddc0_72f2,
};

/// The labels of requests.
pub mod labels {
    /// Label of `info`.
    pub const INFO: u32 = 0xb3a9_0001;

    /// Label of `walk`.
    pub const WALK: u32 = 0xb3a9_0002;

    /// Label of `lookup`.
    pub const LOOKUP: u32 = 0xb3a9_0003;

    /// Label of `stat`.
    pub const STAT: u32 = 0xb3a9_0004;

    /// Label of `open`.
    pub const OPEN: u32 = 0xb3a9_0005;

    /// Label of `close`.
    pub const CLOSE: u32 = 0xb3a9_0006;

    /// Label of `read_at`.
    pub const READ_AT: u32 = 0xb3a9_0007;

    /// Label of `write_at`.
    pub const WRITE_AT: u32 = 0xb3a9_0008;

    /// Label of `truncate`.
    pub const TRUNCATE: u32 = 0xb3a9_0009;

    /// Label of `create`.
    pub const CREATE: u32 = 0xb3a9_000a;

    /// Label of `make_directory`.
    pub const MAKE_DIRECTORY: u32 = 0xb3a9_000b;

    /// Label of `symlink`.
    pub const SYMLINK: u32 = 0xb3a9_000c;

    /// Label of `link`.
    pub const LINK: u32 = 0xb3a9_000d;

    /// Label of `unlink`.
    pub const UNLINK: u32 = 0xb3a9_000e;

    /// Label of `remove_directory`.
    pub const REMOVE_DIRECTORY: u32 = 0xb3a9_000f;

    /// Label of `rename`.
    pub const RENAME: u32 = 0xb3a9_0010;

    /// Label of `read_link`.
    pub const READ_LINK: u32 = 0xb3a9_0011;

    /// Label of `read_directory`.
    pub const READ_DIRECTORY: u32 = 0xb3a9_0012;

    /// Label of `space`.
    pub const SPACE: u32 = 0xb3a9_0013;

    /// Label of `sync`.
    pub const SYNC: u32 = 0xb3a9_0014;

    /// Label of `unmount`.
    pub const UNMOUNT: u32 = 0xb3a9_0015;

    /// Label of `read_into`.
    pub const READ_INTO: u32 = 0xb3a9_0016;

    /// Label of `lasting`.
    pub const LASTING: u32 = 0xb3a9_0017;
}

/// The longest name in a directory.
pub const MAX_NAME: u32 = 255;

/// The longest path, and the longest target of a link.
pub const MAX_PATH: u32 = 1000;

/// The most bytes that one message carries of a file.
pub const MAX_DATA: u32 = 1536;

/// The longest buffer that is filled at once.
pub const MAX_LENT: u32 = 65536;

/// The most entries of a directory in one answer.
pub const MAX_ENTRIES: u32 = 7;

/// A path, or where a link leads.
pub type Path = libipc::codec::Bytes<1000>;

/// A name in a directory.
pub type Name = libipc::codec::Bytes<255>;

/// Why an operation was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Error {
    /// No such file or directory.
    NotFound = 1,
    /// The name exists already.
    Exists = 2,
    /// Not a directory.
    NotDirectory = 3,
    /// Is a directory.
    IsDirectory = 4,
    /// Neither a file nor a link.
    NotFile = 5,
    /// The directory is not empty.
    NotEmpty = 6,
    /// The name is not valid.
    InvalidName = 7,
    /// The request makes no sense.
    Invalid = 8,
    /// The directory changed; read it again from the start.
    StaleCursor = 9,
    /// Too many links.
    TooManyLinks = 10,
    /// The file would be too large.
    TooLarge = 11,
    /// No space left on the volume.
    NoSpace = 12,
    /// The file system is out of memory.
    NoMemory = 13,
    /// The volume is mounted read-only.
    ReadOnly = 14,
    /// A write was lost earlier; unmount the volume and check it.
    Failed = 15,
    /// The volume is damaged and must be checked.
    Damaged = 16,
    /// The volume uses something here that is not supported.
    Unsupported = 17,
    /// The device reports an error.
    Device = 18,
    /// The device or its file system is gone.
    Gone = 19,
    /// No volume is mounted here.
    NotMounted = 20,
}

impl Error {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[
        Self::NotFound,
        Self::Exists,
        Self::NotDirectory,
        Self::IsDirectory,
        Self::NotFile,
        Self::NotEmpty,
        Self::InvalidName,
        Self::Invalid,
        Self::StaleCursor,
        Self::TooManyLinks,
        Self::TooLarge,
        Self::NoSpace,
        Self::NoMemory,
        Self::ReadOnly,
        Self::Failed,
        Self::Damaged,
        Self::Unsupported,
        Self::Device,
        Self::Gone,
        Self::NotMounted,
    ];

    /// The number that stands for it.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::NotFound),
            2 => Some(Self::Exists),
            3 => Some(Self::NotDirectory),
            4 => Some(Self::IsDirectory),
            5 => Some(Self::NotFile),
            6 => Some(Self::NotEmpty),
            7 => Some(Self::InvalidName),
            8 => Some(Self::Invalid),
            9 => Some(Self::StaleCursor),
            10 => Some(Self::TooManyLinks),
            11 => Some(Self::TooLarge),
            12 => Some(Self::NoSpace),
            13 => Some(Self::NoMemory),
            14 => Some(Self::ReadOnly),
            15 => Some(Self::Failed),
            16 => Some(Self::Damaged),
            17 => Some(Self::Unsupported),
            18 => Some(Self::Device),
            19 => Some(Self::Gone),
            20 => Some(Self::NotMounted),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for Error {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for Error {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

impl Error {
    /// One clause for people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::NotFound => "no such file or directory",
            Self::Exists => "the name exists already",
            Self::NotDirectory => "not a directory",
            Self::IsDirectory => "is a directory",
            Self::NotFile => "neither a file nor a link",
            Self::NotEmpty => "the directory is not empty",
            Self::InvalidName => "the name is not valid",
            Self::Invalid => "the request makes no sense",
            Self::StaleCursor => "the directory changed; read it again from the start",
            Self::TooManyLinks => "too many links",
            Self::TooLarge => "the file would be too large",
            Self::NoSpace => "no space left on the volume",
            Self::NoMemory => "the file system is out of memory",
            Self::ReadOnly => "the volume is mounted read-only",
            Self::Failed => "a write was lost earlier; unmount the volume and check it",
            Self::Damaged => "the volume is damaged and must be checked",
            Self::Unsupported => "the volume uses something here that is not supported",
            Self::Device => "the device reports an error",
            Self::Gone => "the device or its file system is gone",
            Self::NotMounted => "no volume is mounted here",
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum NodeKind {
    /// A regular file.
    File = 1,
    /// A directory.
    Directory = 2,
    /// A symbolic link.
    Link = 3,
    /// A device, pipe or socket of another system.
    Special = 4,
}

impl NodeKind {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[
        Self::File,
        Self::Directory,
        Self::Link,
        Self::Special,
    ];

    /// The number that stands for it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::File),
            2 => Some(Self::Directory),
            3 => Some(Self::Link),
            4 => Some(Self::Special),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for NodeKind {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for NodeKind {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// How far a path led.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Reach {
    /// To its end; a link at the end was not followed.
    End = 1,
    /// To a link before its end, which is for the caller to follow.
    Link = 2,
}

impl Reach {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::End, Self::Link];

    /// The number that stands for it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::End),
            2 => Some(Self::Link),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for Reach {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for Reach {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// Whether a volume can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum MountState {
    /// It can be read and written.
    Mounted = 1,
    /// It can be read; the reason says why not written.
    ReadOnly = 2,
    /// It could not be mounted; the reason says why.
    Failed = 3,
    /// It was unmounted.
    Unmounted = 4,
    /// There is no such volume.
    Absent = 5,
}

impl MountState {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[
        Self::Mounted,
        Self::ReadOnly,
        Self::Failed,
        Self::Unmounted,
        Self::Absent,
    ];

    /// The number that stands for it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Mounted),
            2 => Some(Self::ReadOnly),
            3 => Some(Self::Failed),
            4 => Some(Self::Unmounted),
            5 => Some(Self::Absent),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for MountState {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for MountState {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// What becomes of something that already has the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Existing {
    /// It is replaced.
    Replace = 1,
    /// It stays, and the request fails.
    Keep = 2,
}

impl Existing {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::Replace, Self::Keep];

    /// The number that stands for it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Replace),
            2 => Some(Self::Keep),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for Existing {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for Existing {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// How long what was told of a volume stays true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Lasting {
    /// It may be wrong at once: the volume changes by itself as well, or a node's number with what is done to others.
    NotAtAll = 1,
    /// Until this server is asked for a change. A node keeps its number as long as a name leads to it, and a
    /// number becomes another node's only by a request that makes one.
    UntilChanged = 2,
}

impl Lasting {
    /// Every entry, in declared order.
    pub const ALL: &'static [Self] = &[Self::NotAtAll, Self::UntilChanged];

    /// The number that stands for it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What a number stands for; `None` if it stands for nothing.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::NotAtAll),
            2 => Some(Self::UntilChanged),
            _ => None,
        }
    }
}

impl libipc::codec::Encode for Lasting {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.number())
    }
}

impl libipc::codec::Decode for Lasting {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_number(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// The properties of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Its number.
    pub node: u64,
    /// Length in bytes; of a link, the length of its target.
    pub size: u64,
    /// Bytes of the volume that it occupies.
    pub allocated: u64,
    /// When it was last read, in seconds since 1970.
    pub accessed: i64,
    /// When its content last changed, in seconds since 1970.
    pub modified: i64,
    /// When its properties last changed, in seconds since 1970.
    pub changed: i64,
    /// Owner.
    pub user: u32,
    /// Owning group.
    pub group: u32,
    /// Names that lead to it.
    pub links: u32,
    /// Permission bits, the lower twelve of a Unix mode.
    pub permissions: u16,
    /// What it is.
    pub kind: NodeKind,
}

impl libipc::codec::Encode for Stat {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.words(
            [
                self.node,
                self.size,
                self.allocated,
                self.accessed as u64,
                self.modified as u64,
                self.changed as u64,
                u64::from(self.user) | u64::from(self.group) << 32,
                u64::from(self.links) | u64::from(self.permissions) << 32
                    | u64::from(self.kind.number()) << 48,
            ],
            63,
        )
    }
}

impl libipc::codec::Decode for Stat {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        r.words(
            63,
            |w: [u64; 8]| Some(Self {
                node: w[0],
                size: w[1],
                allocated: w[2],
                accessed: w[3] as i64,
                modified: w[4] as i64,
                changed: w[5] as i64,
                user: w[6] as u32,
                group: (w[6] >> 32) as u32,
                links: w[7] as u32,
                permissions: (w[7] >> 32) as u16,
                kind: NodeKind::from_number((w[7] >> 48) as u8)?,
            }),
        )
    }
}

/// Where a path led.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// How far.
    pub reach: Reach,
    /// Where the rest of the path begins, in bytes, if a link stopped it.
    pub rest: u32,
    /// The directory that the link is in, if a link stopped it.
    pub directory: u64,
    /// What the path led to: its end, or the link.
    pub stat: Stat,
}

impl libipc::codec::Encode for Place {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.reach)?;
        w.put(&self.rest)?;
        w.put(&self.directory)?;
        w.put(&self.stat)
    }
}

impl libipc::codec::Decode for Place {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self {
            reach: r.get()?,
            rest: r.get()?,
            directory: r.get()?,
            stat: r.get()?,
        })
    }
}

/// A place in a directory. The start is all zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The first word, which only the file system understands.
    pub first: u64,
    /// The second word.
    pub second: u64,
}

impl libipc::codec::Encode for Cursor {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.words([self.first, self.second], 16)
    }
}

impl libipc::codec::Decode for Cursor {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        r.words(16, |w: [u64; 2]| Some(Self { first: w[0], second: w[1] }))
    }
}

/// One name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The node that it leads to.
    pub node: u64,
    /// What that is.
    pub kind: NodeKind,
    /// The name.
    pub name: libipc::codec::Bytes<255>,
}

impl libipc::codec::Encode for Entry {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.node)?;
        w.put(&self.kind)?;
        w.put(&self.name)
    }
}

impl libipc::codec::Decode for Entry {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self {
            node: r.get()?,
            kind: r.get()?,
            name: r.get()?,
        })
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
    /// Nodes that it can hold.
    pub nodes: u64,
    /// Nodes that are free.
    pub free_nodes: u64,
}

impl libipc::codec::Encode for Space {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.words(
            [
                self.block_size,
                self.blocks,
                self.free_blocks,
                self.nodes,
                self.free_nodes,
            ],
            40,
        )
    }
}

impl libipc::codec::Decode for Space {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        r.words(
            40,
            |w: [u64; 5]| Some(Self {
                block_size: w[0],
                blocks: w[1],
                free_blocks: w[2],
                nodes: w[3],
                free_nodes: w[4],
            }),
        )
    }
}

/// What is mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// Whether it can be used.
    pub state: MountState,
    /// The node of its root directory.
    pub root: u64,
    /// The kind of file system: `ext4`.
    pub kind: libipc::codec::Text<16>,
    /// The volume, as people name it: `disk 0, partition 1`.
    pub volume: libipc::codec::Text<64>,
    /// Why it is in this state; empty if all is well.
    pub reason: libipc::codec::Text<240>,
}

impl libipc::codec::Encode for Info {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.state)?;
        w.put(&self.root)?;
        w.put(&self.kind)?;
        w.put(&self.volume)?;
        w.put(&self.reason)
    }
}

impl libipc::codec::Decode for Info {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self {
            state: r.get()?,
            root: r.get()?,
            kind: r.get()?,
            volume: r.get()?,
            reason: r.get()?,
        })
    }
}

/// A server of `filesystem`.
pub trait Server {
    /// Tells what is mounted.
    fn info(&mut self, caller: libipc::Caller) -> Info;

    /// Follows a path from the root of the volume. `.` is skipped, `..` leads up, at the root to
    /// the root.
    fn walk(&mut self, caller: libipc::Caller, path: &[u8]) -> Result<Place, Error>;

    /// Finds one name in a directory.
    fn lookup(
        &mut self,
        caller: libipc::Caller,
        directory: u64,
        name: &[u8],
    ) -> Result<Stat, Error>;

    /// Tells the properties of a node.
    fn stat(&mut self, caller: libipc::Caller, node: u64) -> Result<Stat, Error>;

    /// Opens a node: it stays usable, even without a name, until it is closed as often.
    fn open(&mut self, caller: libipc::Caller, node: u64) -> Result<Stat, Error>;

    /// Closes a node.
    fn close(&mut self, caller: libipc::Caller, node: u64) -> Result<(), Error>;

    /// Reads up to `max` bytes of a file; fewer only at its end.
    fn read_at(
        &mut self,
        caller: libipc::Caller,
        node: u64,
        offset: u64,
        max: u32,
    ) -> Result<libipc::codec::Bytes<1536>, Error>;

    /// Writes all bytes into a file, which grows if it has to.
    fn write_at(
        &mut self,
        caller: libipc::Caller,
        node: u64,
        offset: u64,
        data: &[u8],
    ) -> Result<(), Error>;

    /// Makes a file `size` bytes long; what is new reads as zero.
    fn truncate(
        &mut self,
        caller: libipc::Caller,
        node: u64,
        size: u64,
    ) -> Result<(), Error>;

    /// Makes an empty file.
    fn create(
        &mut self,
        caller: libipc::Caller,
        directory: u64,
        name: &[u8],
        permissions: u16,
    ) -> Result<Stat, Error>;

    /// Makes an empty directory.
    fn make_directory(
        &mut self,
        caller: libipc::Caller,
        directory: u64,
        name: &[u8],
        permissions: u16,
    ) -> Result<Stat, Error>;

    /// Makes a symbolic link.
    fn symlink(
        &mut self,
        caller: libipc::Caller,
        directory: u64,
        name: &[u8],
        target: &[u8],
    ) -> Result<Stat, Error>;

    /// Makes a further name for a file.
    fn link(
        &mut self,
        caller: libipc::Caller,
        node: u64,
        directory: u64,
        name: &[u8],
    ) -> Result<(), Error>;

    /// Takes a name away that is not a directory's; the node goes with its last name once it is
    /// closed.
    fn unlink(
        &mut self,
        caller: libipc::Caller,
        directory: u64,
        name: &[u8],
    ) -> Result<(), Error>;

    /// Takes an empty directory away.
    fn remove_directory(
        &mut self,
        caller: libipc::Caller,
        directory: u64,
        name: &[u8],
    ) -> Result<(), Error>;

    /// Gives something another name, in one step.
    fn rename(
        &mut self,
        caller: libipc::Caller,
        from_directory: u64,
        from_name: &[u8],
        to_directory: u64,
        to_name: &[u8],
        existing: Existing,
    ) -> Result<(), Error>;

    /// Tells the target of a link.
    fn read_link(
        &mut self,
        caller: libipc::Caller,
        node: u64,
    ) -> Result<libipc::codec::Bytes<1000>, Error>;

    /// Reads entries of a directory from a place on, and tells where to go on. An empty list says
    /// that there are no more. `.` and `..` are left out.
    fn read_directory(
        &mut self,
        caller: libipc::Caller,
        directory: u64,
        cursor: Cursor,
    ) -> Result<(libipc::codec::List<Entry, 7>, Cursor), Error>;

    /// Tells the room on the volume.
    fn space(&mut self, caller: libipc::Caller) -> Result<Space, Error>;

    /// Answers when everything that was written is on the device for certain.
    fn sync(&mut self, caller: libipc::Caller) -> Result<(), Error>;

    /// Syncs and lets go of the volume; nothing but `info` works afterwards.
    fn unmount(&mut self, caller: libipc::Caller) -> Result<(), Error>;

    /// Fills a buffer with what stands in a file from `offset` on, and tells how much that is: less than the
    /// buffer holds only at the end of the file.
    fn read_into(
        &mut self,
        caller: libipc::Caller,
        node: u64,
        offset: u64,
        data: libipc::lend::Place,
    ) -> Result<u32, Error>;

    /// Tells how long the answers to other requests stay true, for whoever keeps them. It is the same as long as the
    /// server lives.
    fn lasting(&mut self, caller: libipc::Caller) -> Lasting;

    /// Is told of a request for a method that this version of the interface does not have,
    /// which is answered so.
    fn unknown(&mut self, caller: libipc::Caller, ordinal: u16) {
        let _ = (caller, ordinal);
    }

    /// Takes signals of the notification that is bound to the server's thread.
    fn signal(&mut self, bits: u64) {
        let _ = bits;
    }

    /// Frees what is kept for a client: the last capability with its badge is gone.
    fn client_gone(&mut self, client: libipc::Caller) {
        let _ = client;
    }

    /// Decides about a thread that faulted and whose faults come here. It stays stopped
    /// unless a server says otherwise.
    fn fault(&mut self, fault: libipc::Fault) -> libipc::FaultAnswer {
        let _ = fault;
        libipc::FaultAnswer::Stop
    }
}

/// Hands a request to the server's method, and answers what no method answers.
pub fn dispatch<S: Server + ?Sized>(server: &mut S, request: libipc::Request<'_>) {
    let libipc::Request { caller, message, .. } = request;
    match message.label() {
        labels::INFO => serve_info(server, caller, message),
        labels::WALK => serve_walk(server, caller, message),
        labels::LOOKUP => serve_lookup(server, caller, message),
        labels::STAT => serve_stat(server, caller, message),
        labels::OPEN => serve_open(server, caller, message),
        labels::CLOSE => serve_close(server, caller, message),
        labels::READ_AT => serve_read_at(server, caller, message),
        labels::WRITE_AT => serve_write_at(server, caller, message),
        labels::TRUNCATE => serve_truncate(server, caller, message),
        labels::CREATE => serve_create(server, caller, message),
        labels::MAKE_DIRECTORY => serve_make_directory(server, caller, message),
        labels::SYMLINK => serve_symlink(server, caller, message),
        labels::LINK => serve_link(server, caller, message),
        labels::UNLINK => serve_unlink(server, caller, message),
        labels::REMOVE_DIRECTORY => serve_remove_directory(server, caller, message),
        labels::RENAME => serve_rename(server, caller, message),
        labels::READ_LINK => serve_read_link(server, caller, message),
        labels::READ_DIRECTORY => serve_read_directory(server, caller, message),
        labels::SPACE => serve_space(server, caller, message),
        labels::SYNC => serve_sync(server, caller, message),
        labels::UNMOUNT => serve_unmount(server, caller, message),
        labels::READ_INTO => serve_read_into(server, caller, message),
        labels::LASTING => serve_lasting(server, caller, message),
        _ => {
            if let Some(ordinal) = libipc::codec::stub::unknown(message, INTERFACE.id) {
                server.unknown(caller, ordinal);
            }
        }
    }
}

/// Hands a request that came in registers to the server's method, if all of it is there and
/// right; what this does not answer is for [`dispatch`].
#[inline]
pub fn dispatch_short<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    request: libipc::Short,
) -> Option<libipc::Short> {
    const CLOSE: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::CLOSE,
        1,
        0,
    );
    const TRUNCATE: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::TRUNCATE,
        2,
        0,
    );
    const SPACE: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::SPACE,
        0,
        0,
    );
    const SYNC: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::SYNC,
        0,
        0,
    );
    const UNMOUNT: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::UNMOUNT,
        0,
        0,
    );
    const READ_INTO: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::READ_INTO,
        3,
        0,
    );
    const LASTING: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::LASTING,
        0,
        0,
    );
    let w = request.words;
    match request.info {
        CLOSE => {
            let node = w[0];
            match libipc::meter::method(
                caller,
                labels::CLOSE,
                || server.close(caller, node),
            ) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        TRUNCATE => {
            let node = w[0];
            let size = w[1];
            match libipc::meter::method(
                caller,
                labels::TRUNCATE,
                || server.truncate(caller, node, size),
            ) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        SPACE => {
            match libipc::meter::method(caller, labels::SPACE, || server.space(caller)) {
                Ok(space) => {
                    Some(
                        libipc::Short::ok(
                            5,
                            [
                                space.block_size,
                                space.blocks,
                                space.free_blocks,
                                space.nodes,
                                space.free_nodes,
                                0,
                            ],
                        ),
                    )
                }
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        SYNC => {
            match libipc::meter::method(caller, labels::SYNC, || server.sync(caller)) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        UNMOUNT => {
            match libipc::meter::method(
                caller,
                labels::UNMOUNT,
                || server.unmount(caller),
            ) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        READ_INTO => {
            let node = w[0];
            let offset = w[1];
            let data = libipc::lend::Place::of_word(w[2], 65536)?;
            match libipc::meter::method(
                caller,
                labels::READ_INTO,
                || server.read_into(caller, node, offset, data),
            ) {
                Ok(read) => Some(libipc::Short::ok(1, [u64::from(read), 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        LASTING => {
            let lasting = libipc::meter::method(
                caller,
                labels::LASTING,
                || server.lasting(caller),
            );
            Some(libipc::Short::ok(1, [u64::from(lasting.number()), 0, 0, 0, 0, 0]))
        }
        _ => None,
    }
}

fn serve_info<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::INFO, || server.info(caller)))
        },
        |w, info| w.put(&info),
    );
}

fn serve_walk<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let path = r.bytes::<1000>()?;
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::WALK, || server.walk(caller, path)))
        },
        |w, place| w.put(&place),
    );
}

fn serve_lookup<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let directory = r.get()?;
            let name = r.bytes::<255>()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::LOOKUP,
                    || server.lookup(caller, directory, name),
                ),
            )
        },
        |w, stat| w.put(&stat),
    );
}

fn serve_stat<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let node = r.get()?;
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::STAT, || server.stat(caller, node)))
        },
        |w, stat| w.put(&stat),
    );
}

fn serve_open<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let node = r.get()?;
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::OPEN, || server.open(caller, node)))
        },
        |w, stat| w.put(&stat),
    );
}

fn serve_close<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let node = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::CLOSE,
                    || server.close(caller, node),
                ),
            )
        },
        |_, ()| Ok(()),
    );
}

fn serve_read_at<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let node = r.get()?;
            let offset = r.get()?;
            let max = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::READ_AT,
                    || server.read_at(caller, node, offset, max),
                ),
            )
        },
        |w, data| w.put(&data),
    );
}

fn serve_write_at<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let node = r.get()?;
            let offset = r.get()?;
            let data = r.bytes::<1536>()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::WRITE_AT,
                    || server.write_at(caller, node, offset, data),
                ),
            )
        },
        |_, ()| Ok(()),
    );
}

fn serve_truncate<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let node = r.get()?;
            let size = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::TRUNCATE,
                    || server.truncate(caller, node, size),
                ),
            )
        },
        |_, ()| Ok(()),
    );
}

fn serve_create<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let directory = r.get()?;
            let name = r.bytes::<255>()?;
            let permissions = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::CREATE,
                    || server.create(caller, directory, name, permissions),
                ),
            )
        },
        |w, stat| w.put(&stat),
    );
}

fn serve_make_directory<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let directory = r.get()?;
            let name = r.bytes::<255>()?;
            let permissions = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::MAKE_DIRECTORY,
                    || server.make_directory(caller, directory, name, permissions),
                ),
            )
        },
        |w, stat| w.put(&stat),
    );
}

fn serve_symlink<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let directory = r.get()?;
            let name = r.bytes::<255>()?;
            let target = r.bytes::<1000>()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::SYMLINK,
                    || server.symlink(caller, directory, name, target),
                ),
            )
        },
        |w, stat| w.put(&stat),
    );
}

fn serve_link<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let node = r.get()?;
            let directory = r.get()?;
            let name = r.bytes::<255>()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::LINK,
                    || server.link(caller, node, directory, name),
                ),
            )
        },
        |_, ()| Ok(()),
    );
}

fn serve_unlink<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let directory = r.get()?;
            let name = r.bytes::<255>()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::UNLINK,
                    || server.unlink(caller, directory, name),
                ),
            )
        },
        |_, ()| Ok(()),
    );
}

fn serve_remove_directory<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let directory = r.get()?;
            let name = r.bytes::<255>()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::REMOVE_DIRECTORY,
                    || server.remove_directory(caller, directory, name),
                ),
            )
        },
        |_, ()| Ok(()),
    );
}

fn serve_rename<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let from_directory = r.get()?;
            let from_name = r.bytes::<255>()?;
            let to_directory = r.get()?;
            let to_name = r.bytes::<255>()?;
            let existing = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::RENAME,
                    || {
                        server
                            .rename(
                                caller,
                                from_directory,
                                from_name,
                                to_directory,
                                to_name,
                                existing,
                            )
                    },
                ),
            )
        },
        |_, ()| Ok(()),
    );
}

fn serve_read_link<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let node = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::READ_LINK,
                    || server.read_link(caller, node),
                ),
            )
        },
        |w, target| w.put(&target),
    );
}

fn serve_read_directory<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let directory = r.get()?;
            let cursor = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::READ_DIRECTORY,
                    || server.read_directory(caller, directory, cursor),
                ),
            )
        },
        |w, (entries, next)| {
            w.put(&entries)?;
            w.put(&next)
        },
    );
}

fn serve_space<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::SPACE, || server.space(caller)))
        },
        |w, space| w.put(&space),
    );
}

fn serve_sync<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::SYNC, || server.sync(caller)))
        },
        |_, ()| Ok(()),
    );
}

fn serve_unmount<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::UNMOUNT, || server.unmount(caller)))
        },
        |_, ()| Ok(()),
    );
}

fn serve_read_into<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let node = r.get()?;
            let offset = r.get()?;
            let data = libipc::lend::Place::decode(r, 65536)?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::READ_INTO,
                    || server.read_into(caller, node, offset, data),
                ),
            )
        },
        |w, read| w.put(&read),
    );
}

fn serve_lasting<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::LASTING, || server.lasting(caller)))
        },
        |w, lasting| w.put(&lasting),
    );
}

/// Makes a server one that a server loop can run.
#[derive(Debug)]
pub struct Dispatcher<S>(pub S);

impl<S: Server> libipc::Service for Dispatcher<S> {
    fn request(&mut self, request: libipc::Request<'_>) {
        dispatch(&mut self.0, request);
    }

    #[inline]
    fn short(
        &mut self,
        caller: libipc::Caller,
        request: libipc::Short,
    ) -> Option<libipc::Short> {
        dispatch_short(&mut self.0, caller, request)
    }

    fn signal(&mut self, bits: u64) {
        self.0.signal(bits);
    }

    fn client_gone(&mut self, client: libipc::Caller) {
        self.0.client_gone(client);
    }

    fn fault(&mut self, fault: libipc::Fault) -> libipc::FaultAnswer {
        self.0.fault(fault)
    }
}

/// Serves an endpoint for ever.
pub fn serve(endpoint: libipc::Endpoint, server: impl Server) -> libipc::Never {
    libipc::serve(endpoint, Dispatcher(server))
}

/// A client of `filesystem`.
#[derive(Debug)]
pub struct Client<T = libipc::Connection> {
    transport: T,
}

impl<T: libipc::Transport> Client<T> {
    /// A client that calls over `transport`.
    pub const fn new(transport: T) -> Self {
        Self { transport }
    }

    /// What it calls over.
    pub const fn transport(&self) -> &T {
        &self.transport
    }

    /// Tells what is mounted.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn info(&self) -> Result<Info, libipc::TransportError> {
        libipc::codec::stub::ask(&self.transport, labels::INFO, |_| Ok(()), |r| r.get())
    }

    /// Follows a path from the root of the volume. `.` is skipped, `..` leads up, at the root to
    /// the root.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn walk(&self, path: &[u8]) -> Result<Place, libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::WALK,
            |w| w.bytes::<1000>(path),
            |r| r.get(),
        )
    }

    /// Finds one name in a directory.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn lookup(
        &self,
        directory: u64,
        name: &[u8],
    ) -> Result<Stat, libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::LOOKUP,
            |w| {
                w.put(&directory)?;
                w.bytes::<255>(name)
            },
            |r| r.get(),
        )
    }

    /// Tells the properties of a node.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn stat(&self, node: u64) -> Result<Stat, libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::STAT,
            |w| w.put(&node),
            |r| r.get(),
        )
    }

    /// Opens a node: it stays usable, even without a name, until it is closed as often.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn open(&self, node: u64) -> Result<Stat, libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::OPEN,
            |w| w.put(&node),
            |r| r.get(),
        )
    }

    /// Closes a node.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn close(&self, node: u64) -> Result<(), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(labels::CLOSE, 1, [node, 0, 0, 0, 0, 0]),
            0,
            |_| Some(()),
        )
    }

    /// Reads up to `max` bytes of a file; fewer only at its end.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn read_at(
        &self,
        node: u64,
        offset: u64,
        max: u32,
    ) -> Result<libipc::codec::Bytes<1536>, libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::READ_AT,
            |w| {
                w.put(&node)?;
                w.put(&offset)?;
                w.put(&max)
            },
            |r| r.get(),
        )
    }

    /// Writes all bytes into a file, which grows if it has to.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn write_at(
        &self,
        node: u64,
        offset: u64,
        data: &[u8],
    ) -> Result<(), libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::WRITE_AT,
            |w| {
                w.put(&node)?;
                w.put(&offset)?;
                w.bytes::<1536>(data)
            },
            |_| Ok(()),
        )
    }

    /// Makes a file `size` bytes long; what is new reads as zero.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn truncate(&self, node: u64, size: u64) -> Result<(), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(labels::TRUNCATE, 2, [node, size, 0, 0, 0, 0]),
            0,
            |_| Some(()),
        )
    }

    /// Makes an empty file.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn create(
        &self,
        directory: u64,
        name: &[u8],
        permissions: u16,
    ) -> Result<Stat, libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::CREATE,
            |w| {
                w.put(&directory)?;
                w.bytes::<255>(name)?;
                w.put(&permissions)
            },
            |r| r.get(),
        )
    }

    /// Makes an empty directory.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn make_directory(
        &self,
        directory: u64,
        name: &[u8],
        permissions: u16,
    ) -> Result<Stat, libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::MAKE_DIRECTORY,
            |w| {
                w.put(&directory)?;
                w.bytes::<255>(name)?;
                w.put(&permissions)
            },
            |r| r.get(),
        )
    }

    /// Makes a symbolic link.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn symlink(
        &self,
        directory: u64,
        name: &[u8],
        target: &[u8],
    ) -> Result<Stat, libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::SYMLINK,
            |w| {
                w.put(&directory)?;
                w.bytes::<255>(name)?;
                w.bytes::<1000>(target)
            },
            |r| r.get(),
        )
    }

    /// Makes a further name for a file.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn link(
        &self,
        node: u64,
        directory: u64,
        name: &[u8],
    ) -> Result<(), libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::LINK,
            |w| {
                w.put(&node)?;
                w.put(&directory)?;
                w.bytes::<255>(name)
            },
            |_| Ok(()),
        )
    }

    /// Takes a name away that is not a directory's; the node goes with its last name once it is
    /// closed.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn unlink(
        &self,
        directory: u64,
        name: &[u8],
    ) -> Result<(), libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::UNLINK,
            |w| {
                w.put(&directory)?;
                w.bytes::<255>(name)
            },
            |_| Ok(()),
        )
    }

    /// Takes an empty directory away.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn remove_directory(
        &self,
        directory: u64,
        name: &[u8],
    ) -> Result<(), libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::REMOVE_DIRECTORY,
            |w| {
                w.put(&directory)?;
                w.bytes::<255>(name)
            },
            |_| Ok(()),
        )
    }

    /// Gives something another name, in one step.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn rename(
        &self,
        from_directory: u64,
        from_name: &[u8],
        to_directory: u64,
        to_name: &[u8],
        existing: Existing,
    ) -> Result<(), libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::RENAME,
            |w| {
                w.put(&from_directory)?;
                w.bytes::<255>(from_name)?;
                w.put(&to_directory)?;
                w.bytes::<255>(to_name)?;
                w.put(&existing)
            },
            |_| Ok(()),
        )
    }

    /// Tells the target of a link.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn read_link(
        &self,
        node: u64,
    ) -> Result<libipc::codec::Bytes<1000>, libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::READ_LINK,
            |w| w.put(&node),
            |r| r.get(),
        )
    }

    /// Reads entries of a directory from a place on, and tells where to go on. An empty list says
    /// that there are no more. `.` and `..` are left out.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn read_directory(
        &self,
        directory: u64,
        cursor: &Cursor,
    ) -> Result<(libipc::codec::List<Entry, 7>, Cursor), libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::READ_DIRECTORY,
            |w| {
                w.put(&directory)?;
                w.put(cursor)
            },
            |r| Ok((r.get()?, r.get()?)),
        )
    }

    /// Tells the room on the volume.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn space(&self) -> Result<Space, libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(labels::SPACE, 0, [0, 0, 0, 0, 0, 0]),
            5,
            |w| Some(Space {
                block_size: w[0],
                blocks: w[1],
                free_blocks: w[2],
                nodes: w[3],
                free_nodes: w[4],
            }),
        )
    }

    /// Answers when everything that was written is on the device for certain.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn sync(&self) -> Result<(), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(labels::SYNC, 0, [0, 0, 0, 0, 0, 0]),
            0,
            |_| Some(()),
        )
    }

    /// Syncs and lets go of the volume; nothing but `info` works afterwards.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn unmount(&self) -> Result<(), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(labels::UNMOUNT, 0, [0, 0, 0, 0, 0, 0]),
            0,
            |_| Some(()),
        )
    }

    /// Fills a buffer with what stands in a file from `offset` on, and tells how much that is: less than the
    /// buffer holds only at the end of the file.
    ///
    /// Since revision 2 of the interface.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn read_into(
        &self,
        node: u64,
        offset: u64,
        data: &libipc::lend::Out<'_, 65536>,
    ) -> Result<u32, libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(
                labels::READ_INTO,
                3,
                [node, offset, data.word(), 0, 0, 0],
            ),
            1,
            |w| {
                if w[0] & 0xffffffff00000000 != 0 {
                    return None;
                }
                Some(w[0] as u32)
            },
        )
    }

    /// Tells how long the answers to other requests stay true, for whoever keeps them. It is the same as long as the
    /// server lives.
    ///
    /// Since revision 3 of the interface.
    ///
    /// Asked again once if the server dies meanwhile.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn lasting(&self) -> Result<Lasting, libipc::TransportError> {
        libipc::codec::stub::again(|| {
            libipc::codec::short::ask(
                &self.transport,
                libipc::Short::request(labels::LASTING, 0, [0, 0, 0, 0, 0, 0]),
                1,
                |w| {
                    if w[0] & 0xffffffffffffff00 != 0 {
                        return None;
                    }
                    Lasting::from_number(w[0] as u8)
                },
            )
        })
    }
}

impl From<libipc::Connection> for Client {
    fn from(connection: libipc::Connection) -> Self {
        Self::new(connection)
    }
}

impl From<libipc::Cap<Client>> for Client {
    fn from(cap: libipc::Cap<Client>) -> Self {
        Self::new(cap.into())
    }
}
