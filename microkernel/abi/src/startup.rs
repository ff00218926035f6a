//! The start-up page: how a program learns which capabilities and regions it was given, by name.
//!
//! Written by root or the process server, mapped read-only at [`STARTUP_PAGE`](crate::layout::STARTUP_PAGE);
//! its address is the program's first argument.

use bitflags::bitflags;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::CPtr;

/// Text that enters the ABI hash.
pub(crate) const DESCRIPTION: &str = "startup:2 header{magic,abi,heap_base,heap_len,entries,args_len,granted,name32} entry{name24,kind,slot,v0,v1} \
     kinds:client1 server2 notification3 irq4 mmio5 dma6 ports7 ring8 pool9 log10 other11 reply12 file13";

/// `StartupHeader::magic`.
pub const MAGIC: u64 = u64::from_le_bytes(*b"WEFTSTRT");
/// The greatest number of entries in a page.
pub const MAX_ENTRIES: usize = 72;
/// The greatest length of an entry's name in bytes.
pub const NAME_BYTES: usize = 24;
/// In the place of a slot of the peer's part of a ring: the peer runs on another core, so that it pays to look for a while before
/// having oneself woken.
pub const RING_APART: u32 = 1;
/// The greatest length of the arguments in bytes; they are NUL-separated and follow the entries.
pub const MAX_ARGS: usize = 480;

/// Slots that every program has.
pub mod slots {
    use super::CPtr;

    /// The program's own CNode.
    pub const CNODE: CPtr = CPtr(1);
    /// Its first reply object (0 to 1 a program; further ones are entries of the page).
    pub const REPLY: CPtr = CPtr(2);
    /// The endpoint on which it serves, if it is a server.
    pub const ENDPOINT: CPtr = CPtr(3);
    /// The notification bound to its main thread.
    pub const NOTIFICATION: CPtr = CPtr(4);
    /// The first slot that depends on the program.
    pub const FIRST: CPtr = CPtr(8);
}

/// The page's header.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct StartupHeader {
    /// [`MAGIC`].
    pub magic: u64,
    /// The ABI hash of the system.
    pub abi_hash: u64,
    /// Address of the heap.
    pub heap_base: u64,
    /// Its length in bytes; 0 if there is none.
    pub heap_len: u64,
    /// How many entries follow.
    pub entries: u32,
    /// Length of the arguments behind the last entry.
    pub args_len: u32,
    /// First free slot of the program's CNode.
    pub first_free: u32,
    /// log2 of the number of slots in the CNode.
    pub cnode_size: u32,
    /// What of the processor the program may use ([`Granted`]).
    pub granted: u64,
    /// The program's name, padded with zeros.
    pub name: [u8; 32],
}

bitflags! {
    /// What of the processor a program may use that not every one may.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct Granted: u64 {
        /// Its counters ([`SpaceAllowCounters`](crate::Syscall::SpaceAllowCounters)).
        const COUNTERS = 1;
    }
}

/// What an entry describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum EntryKind {
    /// A connection to a server: `slot` is a badged endpoint; `v1` is the badge by which this program is told that the server
    /// is gone, 0 if it is not.
    Client = 1,
    /// An interface this program serves: `slot` is its endpoint, `v0` the interface's index in badges.
    Server = 2,
    /// A notification; `v0` are the bits this program sees for it (its bound one) or 0.
    Notification = 3,
    /// An interrupt: `slot` is the handler, `v0` the bits it signals.
    Irq = 4,
    /// Device registers mapped at `v0`, `v1` bytes.
    Mmio = 5,
    /// Memory for DMA mapped at `v0`, `v1` bytes, contiguous; `slot` is its first frame (PHYS).
    Dma = 6,
    /// I/O ports: `slot`, first port `v0`, last port `v1`.
    Ports = 7,
    /// One side's part of a ring, mapped at `v0`, `v1` bytes. Of the part that this program writes `slot` is the peer's notification;
    /// of the other, which has no slot, it is [`RING_APART`] if the peer runs on another core, else 0.
    Ring = 8,
    /// A pool mapped at `v0`, `v1` bytes.
    Pool = 9,
    /// The kernel log.
    Log = 10,
    /// Another capability, known by its name.
    Other = 11,
    /// A further reply object.
    Reply = 12,
    /// A file of the boot image mapped at `v0`, `v1` bytes, the last page filled with zeros.
    File = 13,
}

impl EntryKind {
    /// Decodes a number.
    pub const fn from_number(number: u32) -> Option<Self> {
        Some(match number {
            1 => Self::Client,
            2 => Self::Server,
            3 => Self::Notification,
            4 => Self::Irq,
            5 => Self::Mmio,
            6 => Self::Dma,
            7 => Self::Ports,
            8 => Self::Ring,
            9 => Self::Pool,
            10 => Self::Log,
            11 => Self::Other,
            12 => Self::Reply,
            13 => Self::File,
            _ => return None,
        })
    }
}

/// One named thing that the program was given.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable)]
#[repr(C)]
pub struct Entry {
    /// Name, padded with zeros.
    pub name: [u8; NAME_BYTES],
    /// [`EntryKind`].
    pub kind: u32,
    /// Slot, 0 if there is none.
    pub slot: u32,
    /// First value, by kind.
    pub v0: u64,
    /// Second value, by kind.
    pub v1: u64,
}
