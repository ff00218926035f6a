//! Files: one tree of names over all mounted volumes.
//!
//! Each connection is a session with open files of its own, closed when it ends. Paths are absolute
//! and are bytes without zeros, by custom UTF-8; links are followed unless a method says otherwise.
//! A file has no position: every read and write names its offset, so that a request can be repeated.
//!
//! Made by `idlc` from `idl/vfs.idl`, which is the file to change.

use libipc::codec::Sink as _;

/// How often methods of this interface came or went, counted from 1.
pub const REVISION: u16 = 4;

/// Name, number and version of this interface.
pub const INTERFACE: libipc::Interface = libipc::Interface {
    name: "vfs",
    id: 0xac3d,
    version: 0xec90_cd0e_3fda_3825,
};

/// The labels of requests.
pub mod labels {
    /// Label of `open`.
    pub const OPEN: u32 = 0xac3d_0001;

    /// Label of `close`.
    pub const CLOSE: u32 = 0xac3d_0002;

    /// Label of `read_at`.
    pub const READ_AT: u32 = 0xac3d_0003;

    /// Label of `write_at`.
    pub const WRITE_AT: u32 = 0xac3d_0004;

    /// Label of `append`.
    pub const APPEND: u32 = 0xac3d_0005;

    /// Label of `stat_file`.
    pub const STAT_FILE: u32 = 0xac3d_0006;

    /// Label of `truncate`.
    pub const TRUNCATE: u32 = 0xac3d_0007;

    /// Label of `sync_file`.
    pub const SYNC_FILE: u32 = 0xac3d_0008;

    /// Label of `stat`.
    pub const STAT: u32 = 0xac3d_000a;

    /// Label of `stat_link`.
    pub const STAT_LINK: u32 = 0xac3d_000b;

    /// Label of `make_directory`.
    pub const MAKE_DIRECTORY: u32 = 0xac3d_000c;

    /// Label of `remove_directory`.
    pub const REMOVE_DIRECTORY: u32 = 0xac3d_000d;

    /// Label of `unlink`.
    pub const UNLINK: u32 = 0xac3d_000e;

    /// Label of `rename`.
    pub const RENAME: u32 = 0xac3d_000f;

    /// Label of `symlink`.
    pub const SYMLINK: u32 = 0xac3d_0010;

    /// Label of `link`.
    pub const LINK: u32 = 0xac3d_0011;

    /// Label of `read_link`.
    pub const READ_LINK: u32 = 0xac3d_0012;

    /// Label of `space`.
    pub const SPACE: u32 = 0xac3d_0013;

    /// Label of `mounts`.
    pub const MOUNTS: u32 = 0xac3d_0014;

    /// Label of `sync_all`.
    pub const SYNC_ALL: u32 = 0xac3d_0015;

    /// Label of `unmount_all`.
    pub const UNMOUNT_ALL: u32 = 0xac3d_0016;

    /// Label of `list`.
    pub const LIST: u32 = 0xac3d_0017;

    /// Label of `list_more`.
    pub const LIST_MORE: u32 = 0xac3d_8017;

    /// Label of `list_close`.
    pub const LIST_CLOSE: u32 = 0xac3d_c017;

    /// Label of `read_into`.
    pub const READ_INTO: u32 = 0xac3d_0018;

    /// Label of `open_lent`.
    pub const OPEN_LENT: u32 = 0xac3d_0019;

    /// Label of `length`.
    pub const LENGTH: u32 = 0xac3d_001a;
}

/// The longest path in bytes.
pub const MAX_PATH: u32 = 1000;

/// The most bytes that one message carries of a file.
pub const MAX_DATA: u32 = 1536;

/// The longest buffer that is filled at once.
pub const MAX_LENT: u32 = 65536;

/// The most entries of a directory that are on the way.
pub const MAX_ENTRIES: u32 = 7;

/// The most mounts in one answer.
pub const MAX_MOUNTS: u32 = 4;

/// Why an operation was not carried out: for a reason of the file system, or one of these.
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
    /// The path leads through too many links.
    LinkLoop = 21,
    /// The two names are on different volumes.
    OtherVolume = 22,
    /// A volume is mounted here.
    MountPoint = 23,
    /// The path is not absolute or too long.
    BadPath = 24,
    /// No such file is open.
    NotOpen = 25,
    /// As many files are open as the session may have.
    TooManyOpen = 26,
    /// The file was not opened for this.
    NotPermitted = 27,
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
        Self::LinkLoop,
        Self::OtherVolume,
        Self::MountPoint,
        Self::BadPath,
        Self::NotOpen,
        Self::TooManyOpen,
        Self::NotPermitted,
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
            21 => Some(Self::LinkLoop),
            22 => Some(Self::OtherVolume),
            23 => Some(Self::MountPoint),
            24 => Some(Self::BadPath),
            25 => Some(Self::NotOpen),
            26 => Some(Self::TooManyOpen),
            27 => Some(Self::NotPermitted),
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
            Self::LinkLoop => "the path leads through too many links",
            Self::OtherVolume => "the two names are on different volumes",
            Self::MountPoint => "a volume is mounted here",
            Self::BadPath => "the path is not absolute or too long",
            Self::NotOpen => "no such file is open",
            Self::TooManyOpen => "as many files are open as the session may have",
            Self::NotPermitted => "the file was not opened for this",
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}

impl From<super::filesystem::Error> for Error {
    fn from(error: super::filesystem::Error) -> Self {
        match error {
            super::filesystem::Error::NotFound => Self::NotFound,
            super::filesystem::Error::Exists => Self::Exists,
            super::filesystem::Error::NotDirectory => Self::NotDirectory,
            super::filesystem::Error::IsDirectory => Self::IsDirectory,
            super::filesystem::Error::NotFile => Self::NotFile,
            super::filesystem::Error::NotEmpty => Self::NotEmpty,
            super::filesystem::Error::InvalidName => Self::InvalidName,
            super::filesystem::Error::Invalid => Self::Invalid,
            super::filesystem::Error::StaleCursor => Self::StaleCursor,
            super::filesystem::Error::TooManyLinks => Self::TooManyLinks,
            super::filesystem::Error::TooLarge => Self::TooLarge,
            super::filesystem::Error::NoSpace => Self::NoSpace,
            super::filesystem::Error::NoMemory => Self::NoMemory,
            super::filesystem::Error::ReadOnly => Self::ReadOnly,
            super::filesystem::Error::Failed => Self::Failed,
            super::filesystem::Error::Damaged => Self::Damaged,
            super::filesystem::Error::Unsupported => Self::Unsupported,
            super::filesystem::Error::Device => Self::Device,
            super::filesystem::Error::Gone => Self::Gone,
            super::filesystem::Error::NotMounted => Self::NotMounted,
        }
    }
}

/// How a file is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct OpenFlags(u32);

impl OpenFlags {
    /// To read it.
    pub const READ: Self = Self(1);

    /// To write it.
    pub const WRITE: Self = Self(2);

    /// It is made if it does not exist.
    pub const CREATE: Self = Self(4);

    /// With `CREATE`: it must not exist.
    pub const EXCLUSIVE: Self = Self(8);

    /// Its content is cut off.
    pub const TRUNCATE: Self = Self(16);

    /// It must be a directory, to read its entries.
    pub const DIRECTORY: Self = Self(32);

    /// All bits that have a name.
    pub const ALL: Self = Self(63);

    /// No bit.
    pub const fn empty() -> Self {
        Self(0)
    }

    /// The bits as a number.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The bits of a number; `None` if one of them has no name.
    pub const fn from_bits(bits: u32) -> Option<Self> {
        if bits & !Self::ALL.0 == 0 { Some(Self(bits)) } else { None }
    }

    /// Whether all bits of `other` are here.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// These and those of `other`.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl core::ops::BitOr for OpenFlags {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        self.union(other)
    }
}

impl libipc::codec::Encode for OpenFlags {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.bits())
    }
}

impl libipc::codec::Decode for OpenFlags {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Self::from_bits(r.get()?).ok_or(libipc::codec::Malformed)
    }
}

/// A place in the tree where a volume is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// Where it is mounted.
    pub path: libipc::codec::Text<64>,
    /// Whether it can be used.
    pub state: super::filesystem::MountState,
    /// The kind of file system.
    pub kind: libipc::codec::Text<16>,
    /// The volume, as people name it.
    pub volume: libipc::codec::Text<64>,
    /// Why it is in this state; empty if all is well.
    pub reason: libipc::codec::Text<240>,
}

impl libipc::codec::Encode for Mount {
    fn encode<K>(&self, w: &mut K) -> Result<(), libipc::TooLong>
    where
        K: libipc::codec::Sink + ?Sized,
    {
        w.put(&self.path)?;
        w.put(&self.state)?;
        w.put(&self.kind)?;
        w.put(&self.volume)?;
        w.put(&self.reason)
    }
}

impl libipc::codec::Decode for Mount {
    fn decode(
        r: &mut libipc::codec::Decoder<'_>,
    ) -> Result<Self, libipc::codec::Malformed> {
        Ok(Self {
            path: r.get()?,
            state: r.get()?,
            kind: r.get()?,
            volume: r.get()?,
            reason: r.get()?,
        })
    }
}

/// A server of `vfs`.
pub trait Server {
    /// Opens a file or directory. `permissions` are those of a file that is made.
    fn open(
        &mut self,
        caller: libipc::Caller,
        path: &[u8],
        flags: OpenFlags,
        permissions: u16,
    ) -> Result<u32, Error>;

    /// Closes a file.
    fn close(&mut self, caller: libipc::Caller, file: u32) -> Result<(), Error>;

    /// Reads up to `max` bytes; fewer only at the end of the file.
    fn read_at(
        &mut self,
        caller: libipc::Caller,
        file: u32,
        offset: u64,
        max: u32,
    ) -> Result<libipc::codec::Bytes<1536>, Error>;

    /// Writes all bytes; the file grows if it has to.
    fn write_at(
        &mut self,
        caller: libipc::Caller,
        file: u32,
        offset: u64,
        data: &[u8],
    ) -> Result<(), Error>;

    /// Writes all bytes behind the end of the file, and tells where that was.
    fn append(
        &mut self,
        caller: libipc::Caller,
        file: u32,
        data: &[u8],
    ) -> Result<u64, Error>;

    /// Tells the properties of an open file.
    fn stat_file(
        &mut self,
        caller: libipc::Caller,
        file: u32,
    ) -> Result<super::filesystem::Stat, Error>;

    /// Makes a file `size` bytes long; what is new reads as zero.
    fn truncate(
        &mut self,
        caller: libipc::Caller,
        file: u32,
        size: u64,
    ) -> Result<(), Error>;

    /// Answers when everything that was written to the file's volume is on the device for certain.
    fn sync_file(&mut self, caller: libipc::Caller, file: u32) -> Result<(), Error>;

    /// Tells the properties of what a path leads to.
    fn stat(
        &mut self,
        caller: libipc::Caller,
        path: &[u8],
    ) -> Result<super::filesystem::Stat, Error>;

    /// As `stat`, but of a link itself at the path's end.
    fn stat_link(
        &mut self,
        caller: libipc::Caller,
        path: &[u8],
    ) -> Result<super::filesystem::Stat, Error>;

    /// Makes an empty directory.
    fn make_directory(
        &mut self,
        caller: libipc::Caller,
        path: &[u8],
        permissions: u16,
    ) -> Result<(), Error>;

    /// Takes an empty directory away.
    fn remove_directory(
        &mut self,
        caller: libipc::Caller,
        path: &[u8],
    ) -> Result<(), Error>;

    /// Takes a name away that is not a directory's. A link at the path's end is not followed.
    fn unlink(&mut self, caller: libipc::Caller, path: &[u8]) -> Result<(), Error>;

    /// Gives something another name on the same volume, in one step; what had the name is replaced.
    fn rename(
        &mut self,
        caller: libipc::Caller,
        old: &[u8],
        to: &[u8],
    ) -> Result<(), Error>;

    /// Makes a symbolic link at `path` that leads to `target`.
    fn symlink(
        &mut self,
        caller: libipc::Caller,
        target: &[u8],
        path: &[u8],
    ) -> Result<(), Error>;

    /// Makes a further name for a file.
    fn link(
        &mut self,
        caller: libipc::Caller,
        existing: &[u8],
        path: &[u8],
    ) -> Result<(), Error>;

    /// Tells the target of a link.
    fn read_link(
        &mut self,
        caller: libipc::Caller,
        path: &[u8],
    ) -> Result<libipc::codec::Bytes<1000>, Error>;

    /// Tells the room on the volume that a path leads to.
    fn space(
        &mut self,
        caller: libipc::Caller,
        path: &[u8],
    ) -> Result<super::filesystem::Space, Error>;

    /// Lists mounts in order, from number `first` on. An empty list says that there are no more.
    fn mounts(
        &mut self,
        caller: libipc::Caller,
        first: u32,
    ) -> libipc::codec::List<Mount, 4>;

    /// Answers when everything that was written to any volume is on its device for certain.
    fn sync_all(&mut self, caller: libipc::Caller) -> Result<(), Error>;

    /// Syncs and unmounts every volume, before the machine is switched off.
    fn unmount_all(&mut self, caller: libipc::Caller) -> Result<(), Error>;

    /// Lists what is in a directory, in no order; with `.` and `..`. A directory that is changed meanwhile
    /// may end it with `StaleCursor`.
    fn list(&mut self, caller: libipc::Caller, path: &[u8]) -> Result<u32, Error>;

    /// Goes on with a stream of `list` by at most `credits` elements.
    fn list_more(
        &mut self,
        caller: libipc::Caller,
        stream: u32,
        credits: u32,
    ) -> Result<(libipc::codec::List<super::filesystem::Entry, 7>, bool), Error>;

    /// Ends a stream of `list` of which no more is wanted.
    fn list_close(&mut self, caller: libipc::Caller, stream: u32);

    /// Fills a buffer with what stands in a file from `offset` on, and tells how much that is: less than the
    /// buffer holds only at the end of the file.
    fn read_into(
        &mut self,
        caller: libipc::Caller,
        file: u32,
        offset: u64,
        data: libipc::lend::Place,
    ) -> Result<u32, Error>;

    /// As `open`, with the path in a buffer: so that it can be asked for together with what is to be done with
    /// the file.
    fn open_lent(
        &mut self,
        caller: libipc::Caller,
        path: libipc::lend::Place,
        flags: OpenFlags,
        permissions: u16,
    ) -> Result<u32, Error>;

    /// Tells how long an open file is, in bytes. `TooLarge` says that it is 4 GiB or more.
    fn length(&mut self, caller: libipc::Caller, file: u32) -> Result<u32, Error>;

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
        labels::OPEN => serve_open(server, caller, message),
        labels::CLOSE => serve_close(server, caller, message),
        labels::READ_AT => serve_read_at(server, caller, message),
        labels::WRITE_AT => serve_write_at(server, caller, message),
        labels::APPEND => serve_append(server, caller, message),
        labels::STAT_FILE => serve_stat_file(server, caller, message),
        labels::TRUNCATE => serve_truncate(server, caller, message),
        labels::SYNC_FILE => serve_sync_file(server, caller, message),
        labels::STAT => serve_stat(server, caller, message),
        labels::STAT_LINK => serve_stat_link(server, caller, message),
        labels::MAKE_DIRECTORY => serve_make_directory(server, caller, message),
        labels::REMOVE_DIRECTORY => serve_remove_directory(server, caller, message),
        labels::UNLINK => serve_unlink(server, caller, message),
        labels::RENAME => serve_rename(server, caller, message),
        labels::SYMLINK => serve_symlink(server, caller, message),
        labels::LINK => serve_link(server, caller, message),
        labels::READ_LINK => serve_read_link(server, caller, message),
        labels::SPACE => serve_space(server, caller, message),
        labels::MOUNTS => serve_mounts(server, caller, message),
        labels::SYNC_ALL => serve_sync_all(server, caller, message),
        labels::UNMOUNT_ALL => serve_unmount_all(server, caller, message),
        labels::LIST => serve_list(server, caller, message),
        labels::LIST_MORE => serve_list_more(server, caller, message),
        labels::LIST_CLOSE => serve_list_close(server, caller, message),
        labels::READ_INTO => serve_read_into(server, caller, message),
        labels::OPEN_LENT => serve_open_lent(server, caller, message),
        labels::LENGTH => serve_length(server, caller, message),
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
    const SYNC_FILE: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::SYNC_FILE,
        1,
        0,
    );
    const SYNC_ALL: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::SYNC_ALL,
        0,
        0,
    );
    const UNMOUNT_ALL: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::UNMOUNT_ALL,
        0,
        0,
    );
    const LIST_CLOSE: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::LIST_CLOSE,
        1,
        0,
    );
    const READ_INTO: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::READ_INTO,
        3,
        0,
    );
    const OPEN_LENT: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::OPEN_LENT,
        2,
        0,
    );
    const LENGTH: libipc::abi::MessageInfo = libipc::abi::MessageInfo::new(
        labels::LENGTH,
        1,
        0,
    );
    let w = request.words;
    match request.info {
        CLOSE => {
            if w[0] & 0xffffffff00000000 != 0 {
                return None;
            }
            let file = w[0] as u32;
            match libipc::meter::method(
                caller,
                labels::CLOSE,
                || server.close(caller, file),
            ) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        TRUNCATE => {
            if w[0] & 0xffffffff00000000 != 0 {
                return None;
            }
            let file = w[0] as u32;
            let size = w[1];
            match libipc::meter::method(
                caller,
                labels::TRUNCATE,
                || server.truncate(caller, file, size),
            ) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        SYNC_FILE => {
            if w[0] & 0xffffffff00000000 != 0 {
                return None;
            }
            let file = w[0] as u32;
            match libipc::meter::method(
                caller,
                labels::SYNC_FILE,
                || server.sync_file(caller, file),
            ) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        SYNC_ALL => {
            match libipc::meter::method(
                caller,
                labels::SYNC_ALL,
                || server.sync_all(caller),
            ) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        UNMOUNT_ALL => {
            match libipc::meter::method(
                caller,
                labels::UNMOUNT_ALL,
                || server.unmount_all(caller),
            ) {
                Ok(()) => Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        LIST_CLOSE => {
            if w[0] & 0xffffffff00000000 != 0 {
                return None;
            }
            let stream = w[0] as u32;
            libipc::meter::method(
                caller,
                labels::LIST_CLOSE,
                || server.list_close(caller, stream),
            );
            Some(libipc::Short::ok(0, [0, 0, 0, 0, 0, 0]))
        }
        READ_INTO => {
            if w[0] & 0xffffffff00000000 != 0 {
                return None;
            }
            let file = w[0] as u32;
            let offset = w[1];
            let data = libipc::lend::Place::of_word(w[2], 65536)?;
            match libipc::meter::method(
                caller,
                labels::READ_INTO,
                || server.read_into(caller, file, offset, data),
            ) {
                Ok(read) => Some(libipc::Short::ok(1, [u64::from(read), 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        OPEN_LENT => {
            if w[1] & 0xffff000000000000 != 0 {
                return None;
            }
            let path = libipc::lend::Place::of_word(w[0], 1000)?;
            let flags = OpenFlags::from_bits(w[1] as u32)?;
            let permissions = (w[1] >> 32) as u16;
            match libipc::meter::method(
                caller,
                labels::OPEN_LENT,
                || server.open_lent(caller, path, flags, permissions),
            ) {
                Ok(file) => Some(libipc::Short::ok(1, [u64::from(file), 0, 0, 0, 0, 0])),
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        LENGTH => {
            if w[0] & 0xffffffff00000000 != 0 {
                return None;
            }
            let file = w[0] as u32;
            match libipc::meter::method(
                caller,
                labels::LENGTH,
                || server.length(caller, file),
            ) {
                Ok(length) => {
                    Some(libipc::Short::ok(1, [u64::from(length), 0, 0, 0, 0, 0]))
                }
                Err(error) => Some(libipc::Short::error(error.number())),
            }
        }
        _ => None,
    }
}

fn serve_open<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let path = r.bytes::<1000>()?;
            let flags = r.get()?;
            let permissions = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::OPEN,
                    || server.open(caller, path, flags, permissions),
                ),
            )
        },
        |w, file| w.put(&file),
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
            let file = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::CLOSE,
                    || server.close(caller, file),
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
            let file = r.get()?;
            let offset = r.get()?;
            let max = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::READ_AT,
                    || server.read_at(caller, file, offset, max),
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
            let file = r.get()?;
            let offset = r.get()?;
            let data = r.bytes::<1536>()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::WRITE_AT,
                    || server.write_at(caller, file, offset, data),
                ),
            )
        },
        |_, ()| Ok(()),
    );
}

fn serve_append<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let file = r.get()?;
            let data = r.bytes::<1536>()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::APPEND,
                    || server.append(caller, file, data),
                ),
            )
        },
        |w, offset| w.put(&offset),
    );
}

fn serve_stat_file<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let file = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::STAT_FILE,
                    || server.stat_file(caller, file),
                ),
            )
        },
        |w, stat| w.put(&stat),
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
            let file = r.get()?;
            let size = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::TRUNCATE,
                    || server.truncate(caller, file, size),
                ),
            )
        },
        |_, ()| Ok(()),
    );
}

fn serve_sync_file<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let file = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::SYNC_FILE,
                    || server.sync_file(caller, file),
                ),
            )
        },
        |_, ()| Ok(()),
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
            let path = r.bytes::<1000>()?;
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::STAT, || server.stat(caller, path)))
        },
        |w, stat| w.put(&stat),
    );
}

fn serve_stat_link<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let path = r.bytes::<1000>()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::STAT_LINK,
                    || server.stat_link(caller, path),
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
            let path = r.bytes::<1000>()?;
            let permissions = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::MAKE_DIRECTORY,
                    || server.make_directory(caller, path, permissions),
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
            let path = r.bytes::<1000>()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::REMOVE_DIRECTORY,
                    || server.remove_directory(caller, path),
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
            let path = r.bytes::<1000>()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::UNLINK,
                    || server.unlink(caller, path),
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
            let old = r.bytes::<1000>()?;
            let to = r.bytes::<1000>()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::RENAME,
                    || server.rename(caller, old, to),
                ),
            )
        },
        |_, ()| Ok(()),
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
            let target = r.bytes::<1000>()?;
            let path = r.bytes::<1000>()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::SYMLINK,
                    || server.symlink(caller, target, path),
                ),
            )
        },
        |_, ()| Ok(()),
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
            let existing = r.bytes::<1000>()?;
            let path = r.bytes::<1000>()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::LINK,
                    || server.link(caller, existing, path),
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
            let path = r.bytes::<1000>()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::READ_LINK,
                    || server.read_link(caller, path),
                ),
            )
        },
        |w, target| w.put(&target),
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
            let path = r.bytes::<1000>()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::SPACE,
                    || server.space(caller, path),
                ),
            )
        },
        |w, space| w.put(&space),
    );
}

fn serve_mounts<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let first = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::MOUNTS,
                    || server.mounts(caller, first),
                ),
            )
        },
        |w, found| w.put(&found),
    );
}

fn serve_sync_all<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::SYNC_ALL,
                    || server.sync_all(caller),
                ),
            )
        },
        |_, ()| Ok(()),
    );
}

fn serve_unmount_all<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::UNMOUNT_ALL,
                    || server.unmount_all(caller),
                ),
            )
        },
        |_, ()| Ok(()),
    );
}

fn serve_list<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let path = r.bytes::<1000>()?;
            r.finish()?;
            Ok(libipc::meter::method(caller, labels::LIST, || server.list(caller, path)))
        },
        |w, stream| w.put(&stream),
    );
}

fn serve_list_more<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let stream = r.get()?;
            let credits = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::LIST_MORE,
                    || server.list_more(caller, stream, credits),
                ),
            )
        },
        |w, (entries, ended)| {
            w.put(&entries)?;
            w.put(&ended)
        },
    );
}

fn serve_list_close<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve_surely(
        message,
        |r| {
            let stream = r.get()?;
            r.finish()?;
            libipc::meter::method(
                caller,
                labels::LIST_CLOSE,
                || server.list_close(caller, stream),
            );
            Ok(())
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
            let file = r.get()?;
            let offset = r.get()?;
            let data = libipc::lend::Place::decode(r, 65536)?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::READ_INTO,
                    || server.read_into(caller, file, offset, data),
                ),
            )
        },
        |w, read| w.put(&read),
    );
}

fn serve_open_lent<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let path = libipc::lend::Place::decode(r, 1000)?;
            let flags = r.get()?;
            let permissions = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::OPEN_LENT,
                    || server.open_lent(caller, path, flags, permissions),
                ),
            )
        },
        |w, file| w.put(&file),
    );
}

fn serve_length<S: Server + ?Sized>(
    server: &mut S,
    caller: libipc::Caller,
    message: &mut libipc::Message,
) {
    libipc::codec::stub::serve(
        message,
        |r| {
            let file = r.get()?;
            r.finish()?;
            Ok(
                libipc::meter::method(
                    caller,
                    labels::LENGTH,
                    || server.length(caller, file),
                ),
            )
        },
        |w, length| w.put(&length),
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

/// A client of `vfs`.
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

    /// Opens a file or directory. `permissions` are those of a file that is made.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn open(
        &self,
        path: &[u8],
        flags: OpenFlags,
        permissions: u16,
    ) -> Result<u32, libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::OPEN,
            |w| {
                w.bytes::<1000>(path)?;
                w.put(&flags)?;
                w.put(&permissions)
            },
            |r| r.get(),
        )
    }

    /// Closes a file.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn close(&self, file: u32) -> Result<(), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(labels::CLOSE, 1, [u64::from(file), 0, 0, 0, 0, 0]),
            0,
            |_| Some(()),
        )
    }

    /// Reads up to `max` bytes; fewer only at the end of the file.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn read_at(
        &self,
        file: u32,
        offset: u64,
        max: u32,
    ) -> Result<libipc::codec::Bytes<1536>, libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::READ_AT,
            |w| {
                w.put(&file)?;
                w.put(&offset)?;
                w.put(&max)
            },
            |r| r.get(),
        )
    }

    /// Writes all bytes; the file grows if it has to.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn write_at(
        &self,
        file: u32,
        offset: u64,
        data: &[u8],
    ) -> Result<(), libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::WRITE_AT,
            |w| {
                w.put(&file)?;
                w.put(&offset)?;
                w.bytes::<1536>(data)
            },
            |_| Ok(()),
        )
    }

    /// Writes all bytes behind the end of the file, and tells where that was.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn append(&self, file: u32, data: &[u8]) -> Result<u64, libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::APPEND,
            |w| {
                w.put(&file)?;
                w.bytes::<1536>(data)
            },
            |r| r.get(),
        )
    }

    /// Tells the properties of an open file.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn stat_file(
        &self,
        file: u32,
    ) -> Result<super::filesystem::Stat, libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::STAT_FILE,
            |w| w.put(&file),
            |r| r.get(),
        )
    }

    /// Makes a file `size` bytes long; what is new reads as zero.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn truncate(&self, file: u32, size: u64) -> Result<(), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(
                labels::TRUNCATE,
                2,
                [u64::from(file), size, 0, 0, 0, 0],
            ),
            0,
            |_| Some(()),
        )
    }

    /// Answers when everything that was written to the file's volume is on the device for certain.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn sync_file(&self, file: u32) -> Result<(), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(
                labels::SYNC_FILE,
                1,
                [u64::from(file), 0, 0, 0, 0, 0],
            ),
            0,
            |_| Some(()),
        )
    }

    /// Tells the properties of what a path leads to.
    ///
    /// Asked again once if the server dies meanwhile.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn stat(
        &self,
        path: &[u8],
    ) -> Result<super::filesystem::Stat, libipc::Error<Error>> {
        libipc::codec::stub::again(|| {
            libipc::codec::stub::call(
                &self.transport,
                labels::STAT,
                |w| w.bytes::<1000>(path),
                |r| r.get(),
            )
        })
    }

    /// As `stat`, but of a link itself at the path's end.
    ///
    /// Asked again once if the server dies meanwhile.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn stat_link(
        &self,
        path: &[u8],
    ) -> Result<super::filesystem::Stat, libipc::Error<Error>> {
        libipc::codec::stub::again(|| {
            libipc::codec::stub::call(
                &self.transport,
                labels::STAT_LINK,
                |w| w.bytes::<1000>(path),
                |r| r.get(),
            )
        })
    }

    /// Makes an empty directory.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn make_directory(
        &self,
        path: &[u8],
        permissions: u16,
    ) -> Result<(), libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::MAKE_DIRECTORY,
            |w| {
                w.bytes::<1000>(path)?;
                w.put(&permissions)
            },
            |_| Ok(()),
        )
    }

    /// Takes an empty directory away.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn remove_directory(&self, path: &[u8]) -> Result<(), libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::REMOVE_DIRECTORY,
            |w| w.bytes::<1000>(path),
            |_| Ok(()),
        )
    }

    /// Takes a name away that is not a directory's. A link at the path's end is not followed.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn unlink(&self, path: &[u8]) -> Result<(), libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::UNLINK,
            |w| w.bytes::<1000>(path),
            |_| Ok(()),
        )
    }

    /// Gives something another name on the same volume, in one step; what had the name is replaced.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn rename(&self, old: &[u8], to: &[u8]) -> Result<(), libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::RENAME,
            |w| {
                w.bytes::<1000>(old)?;
                w.bytes::<1000>(to)
            },
            |_| Ok(()),
        )
    }

    /// Makes a symbolic link at `path` that leads to `target`.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn symlink(
        &self,
        target: &[u8],
        path: &[u8],
    ) -> Result<(), libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::SYMLINK,
            |w| {
                w.bytes::<1000>(target)?;
                w.bytes::<1000>(path)
            },
            |_| Ok(()),
        )
    }

    /// Makes a further name for a file.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn link(
        &self,
        existing: &[u8],
        path: &[u8],
    ) -> Result<(), libipc::Error<Error>> {
        libipc::codec::stub::call(
            &self.transport,
            labels::LINK,
            |w| {
                w.bytes::<1000>(existing)?;
                w.bytes::<1000>(path)
            },
            |_| Ok(()),
        )
    }

    /// Tells the target of a link.
    ///
    /// Asked again once if the server dies meanwhile.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn read_link(
        &self,
        path: &[u8],
    ) -> Result<libipc::codec::Bytes<1000>, libipc::Error<Error>> {
        libipc::codec::stub::again(|| {
            libipc::codec::stub::call(
                &self.transport,
                labels::READ_LINK,
                |w| w.bytes::<1000>(path),
                |r| r.get(),
            )
        })
    }

    /// Tells the room on the volume that a path leads to.
    ///
    /// Asked again once if the server dies meanwhile.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn space(
        &self,
        path: &[u8],
    ) -> Result<super::filesystem::Space, libipc::Error<Error>> {
        libipc::codec::stub::again(|| {
            libipc::codec::stub::call(
                &self.transport,
                labels::SPACE,
                |w| w.bytes::<1000>(path),
                |r| r.get(),
            )
        })
    }

    /// Lists mounts in order, from number `first` on. An empty list says that there are no more.
    ///
    /// Asked again once if the server dies meanwhile.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn mounts(
        &self,
        first: u32,
    ) -> Result<libipc::codec::List<Mount, 4>, libipc::TransportError> {
        libipc::codec::stub::again(|| {
            libipc::codec::stub::ask(
                &self.transport,
                labels::MOUNTS,
                |w| w.put(&first),
                |r| r.get(),
            )
        })
    }

    /// Answers when everything that was written to any volume is on its device for certain.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn sync_all(&self) -> Result<(), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(labels::SYNC_ALL, 0, [0, 0, 0, 0, 0, 0]),
            0,
            |_| Some(()),
        )
    }

    /// Syncs and unmounts every volume, before the machine is switched off.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn unmount_all(&self) -> Result<(), libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(labels::UNMOUNT_ALL, 0, [0, 0, 0, 0, 0, 0]),
            0,
            |_| Some(()),
        )
    }

    /// Lists what is in a directory, in no order; with `.` and `..`. A directory that is changed meanwhile
    /// may end it with `StaleCursor`.
    ///
    /// Since revision 2 of the interface.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn list(
        &self,
        path: &[u8],
    ) -> Result<
        libipc::stream::Incoming<
            '_,
            Self,
            super::filesystem::Entry,
            libipc::Error<Error>,
            7,
        >,
        libipc::Error<Error>,
    > {
        let stream = libipc::codec::stub::call(
            &self.transport,
            labels::LIST,
            |w| w.bytes::<1000>(path),
            |r| r.get(),
        )?;
        Ok(
            libipc::stream::Incoming::new(
                self,
                stream,
                Self::list_more,
                Self::list_close,
            ),
        )
    }

    /// Goes on with a stream of `list` by at most `credits` elements.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn list_more(
        &self,
        stream: u32,
        credits: u32,
    ) -> Result<
        (libipc::codec::List<super::filesystem::Entry, 7>, bool),
        libipc::Error<Error>,
    > {
        libipc::codec::stub::call(
            &self.transport,
            labels::LIST_MORE,
            |w| {
                w.put(&stream)?;
                w.put(&credits)
            },
            |r| Ok((r.get()?, r.get()?)),
        )
    }

    /// Ends a stream of `list` of which no more is wanted.
    ///
    /// # Errors
    /// Why no answer came.
    pub fn list_close(&self, stream: u32) -> Result<(), libipc::TransportError> {
        libipc::codec::short::ask(
            &self.transport,
            libipc::Short::request(
                labels::LIST_CLOSE,
                1,
                [u64::from(stream), 0, 0, 0, 0, 0],
            ),
            0,
            |_| Some(()),
        )
    }

    /// Fills a buffer with what stands in a file from `offset` on, and tells how much that is: less than the
    /// buffer holds only at the end of the file.
    ///
    /// Since revision 3 of the interface.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn read_into(
        &self,
        file: u32,
        offset: u64,
        data: &libipc::lend::Out<'_, 65536>,
    ) -> Result<u32, libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(
                labels::READ_INTO,
                3,
                [u64::from(file), offset, data.word(), 0, 0, 0],
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

    /// As `open`, with the path in a buffer: so that it can be asked for together with what is to be done with
    /// the file.
    ///
    /// Since revision 4 of the interface.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn open_lent(
        &self,
        path: &libipc::lend::In<'_, 1000>,
        flags: OpenFlags,
        permissions: u16,
    ) -> Result<u32, libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(
                labels::OPEN_LENT,
                2,
                [
                    path.word(),
                    u64::from(flags.bits()) | u64::from(permissions) << 32,
                    0,
                    0,
                    0,
                    0,
                ],
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

    /// Tells how long an open file is, in bytes. `TooLarge` says that it is 4 GiB or more.
    ///
    /// Since revision 4 of the interface.
    ///
    /// # Errors
    /// The server's own error, or why no answer came.
    pub fn length(&self, file: u32) -> Result<u32, libipc::Error<Error>> {
        libipc::codec::short::call(
            &self.transport,
            libipc::Short::request(labels::LENGTH, 1, [u64::from(file), 0, 0, 0, 0, 0]),
            1,
            |w| {
                if w[0] & 0xffffffff00000000 != 0 {
                    return None;
                }
                Some(w[0] as u32)
            },
        )
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

/// The ring's request for `close`; `libipc::codec::result` reads its outcome.
///
/// # Errors
/// If an argument is longer than the interface allows.
#[inline]
pub fn close_request(file: u32) -> Result<libipc::ring::RingRequest, libipc::TooLong> {
    libipc::codec::request(labels::CLOSE, |w| w.put(&file))
}

/// The ring's request for `read_into`; `libipc::codec::result` reads its outcome.
///
/// # Errors
/// If an argument is longer than the interface allows.
#[inline]
pub fn read_into_request(
    file: u32,
    offset: u64,
    data: &libipc::lend::Out<'_, 65536>,
) -> Result<libipc::ring::RingRequest, libipc::TooLong> {
    libipc::codec::request(
        labels::READ_INTO,
        |w| {
            w.put(&file)?;
            w.put(&offset)?;
            w.put(&data.word())
        },
    )
}

/// The ring's request for `open_lent`; `libipc::codec::result` reads its outcome.
///
/// # Errors
/// If an argument is longer than the interface allows.
#[inline]
pub fn open_lent_request(
    path: &libipc::lend::In<'_, 1000>,
    flags: OpenFlags,
    permissions: u16,
) -> Result<libipc::ring::RingRequest, libipc::TooLong> {
    libipc::codec::request(
        labels::OPEN_LENT,
        |w| {
            w.put(&path.word())?;
            w.put(&flags)?;
            w.put(&permissions)
        },
    )
}

/// The ring's request for `length`; `libipc::codec::result` reads its outcome.
///
/// # Errors
/// If an argument is longer than the interface allows.
#[inline]
pub fn length_request(file: u32) -> Result<libipc::ring::RingRequest, libipc::TooLong> {
    libipc::codec::request(labels::LENGTH, |w| w.put(&file))
}

/// Calls of `vfs` to be made together over a ring: one doorbell, and a
/// ticket each that fetches the result.
#[derive(Debug, Default)]
pub struct Batch {
    calls: libipc::codec::batch::Calls,
}

impl Batch {
    /// A batch without calls.
    pub const fn new() -> Self {
        Self {
            calls: libipc::codec::batch::Calls::new(),
        }
    }

    /// How many calls are queued.
    pub fn len(&self) -> usize {
        self.calls.len()
    }

    /// Whether no call is queued.
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// Closes a file.
    ///
    /// # Errors
    /// If the batch is full, or the first argument is no earlier call's result.
    #[inline]
    pub fn close(
        &mut self,
        file: impl Into<libipc::codec::batch::Given>,
    ) -> Result<libipc::codec::batch::Ticket<(), Error>, libipc::TooLong> {
        self.calls.push_given(file.into(), close_request)
    }

    /// Fills a buffer with what stands in a file from `offset` on, and tells how much that is: less than the
    /// buffer holds only at the end of the file.
    ///
    /// # Errors
    /// If the batch is full, or the first argument is no earlier call's result.
    #[inline]
    pub fn read_into(
        &mut self,
        file: impl Into<libipc::codec::batch::Given>,
        offset: u64,
        data: &libipc::lend::Out<'_, 65536>,
    ) -> Result<libipc::codec::batch::Ticket<u32, Error>, libipc::TooLong> {
        self.calls.push_given(file.into(), |file| read_into_request(file, offset, data))
    }

    /// As `open`, with the path in a buffer: so that it can be asked for together with what is to be done with
    /// the file.
    ///
    /// # Errors
    /// If the batch is full.
    #[inline]
    pub fn open_lent(
        &mut self,
        path: &libipc::lend::In<'_, 1000>,
        flags: OpenFlags,
        permissions: u16,
    ) -> Result<libipc::codec::batch::Ticket<u32, Error>, libipc::TooLong> {
        self.calls.push(open_lent_request(path, flags, permissions))
    }

    /// Tells how long an open file is, in bytes. `TooLarge` says that it is 4 GiB or more.
    ///
    /// # Errors
    /// If the batch is full, or the first argument is no earlier call's result.
    #[inline]
    pub fn length(
        &mut self,
        file: impl Into<libipc::codec::batch::Given>,
    ) -> Result<libipc::codec::batch::Ticket<u32, Error>, libipc::TooLong> {
        self.calls.push_given(file.into(), length_request)
    }

    /// Makes a call depend on the success of every call that was queued before it: else it is skipped.
    pub fn after_success<R, E>(&mut self, ticket: &libipc::codec::batch::Ticket<R, E>) {
        self.calls.after_success(ticket);
    }

    /// Makes all calls and waits for all of them.
    ///
    /// # Errors
    /// Why there are no results; some calls may then have been carried out.
    pub fn run<W: libipc::codec::batch::Wake>(
        &self,
        ring: &mut libipc::codec::batch::ClientRing<'_, W>,
    ) -> Result<libipc::codec::batch::Outcomes<'_>, libipc::codec::batch::BatchError> {
        self.calls.run(ring)
    }
}

/// Calls of `vfs` that are under way on their own over a ring: each is a future, which is
/// cancelled by dropping it.
#[derive(Clone, Copy, Debug)]
pub struct Submits<'s, W>(pub &'s libipc::submit::Submitter<W>);

impl<'s, W: libipc::codec::batch::Wake> Submits<'s, W> {
    /// Closes a file.
    pub fn close(self, file: u32) -> libipc::submit::Pending<'s, (), Error, W> {
        self.0.submit(close_request(file))
    }

    /// Fills a buffer with what stands in a file from `offset` on, and tells how much that is: less than the
    /// buffer holds only at the end of the file.
    pub fn read_into(
        self,
        file: u32,
        offset: u64,
        data: &libipc::lend::Out<'_, 65536>,
    ) -> libipc::submit::Pending<'s, u32, Error, W> {
        self.0
            .submit(read_into_request(file, offset, data))
            .with_word(libipc::submit::Side::In, data.word())
    }

    /// As `open`, with the path in a buffer: so that it can be asked for together with what is to be done with
    /// the file.
    pub fn open_lent(
        self,
        path: &libipc::lend::In<'_, 1000>,
        flags: OpenFlags,
        permissions: u16,
    ) -> libipc::submit::Pending<'s, u32, Error, W> {
        self.0
            .submit(open_lent_request(path, flags, permissions))
            .with_word(libipc::submit::Side::Out, path.word())
    }

    /// Tells how long an open file is, in bytes. `TooLarge` says that it is 4 GiB or more.
    pub fn length(self, file: u32) -> libipc::submit::Pending<'s, u32, Error, W> {
        self.0.submit(length_request(file))
    }
}
