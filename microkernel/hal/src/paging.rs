//! Page tables: how an architecture encodes entries.
//!
//! Both architectures use four levels of 512 eight-byte entries over 4 KiB pages. Level 1 is the last.
//! Core walks the tables; an architecture says what entries mean.

use core::sync::atomic::AtomicU64;

use weft_abi::Rights;
use weft_abi::cap::CacheMode;

use crate::PhysAddr;

/// The size of a mapped frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageSize {
    /// 4 KiB, an entry of level 1.
    Small,
    /// 2 MiB, an entry of level 2.
    Large,
    /// 1 GiB, an entry of level 3.
    Huge,
}

impl PageSize {
    /// log2 of the size in bytes.
    pub const fn log2(self) -> u8 {
        match self {
            Self::Small => 12,
            Self::Large => 21,
            Self::Huge => 30,
        }
    }

    /// The size with this logarithm.
    pub const fn from_log2(log2: u8) -> Option<Self> {
        match log2 {
            12 => Some(Self::Small),
            21 => Some(Self::Large),
            30 => Some(Self::Huge),
            _ => None,
        }
    }

    /// The level whose entries map pages of this size.
    pub const fn level(self) -> u8 {
        match self {
            Self::Small => 1,
            Self::Large => 2,
            Self::Huge => 3,
        }
    }
}

/// A mapping of one page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Where the page is; aligned to its size.
    pub physical: PhysAddr,
    /// Its size.
    pub size: PageSize,
    /// READ, WRITE, EXECUTE. Never WRITE with EXECUTE.
    pub rights: Rights,
    /// How it is cached.
    pub cache: CacheMode,
}

/// What an entry of a page table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Nothing.
    Empty,
    /// A table of the next lower level.
    Table(PhysAddr),
    /// A page.
    Page {
        /// Its physical address.
        physical: PhysAddr,
    },
}

/// Page tables.
pub trait Paging {
    /// The greatest [`Asid`](crate::Asid) that core may give out, if it is to give out fewer than it could.
    const MAX_ASID: u16 = u16::MAX;

    /// The number of root entries, counted from 0, that belong to user mode (256 where the kernel shares the root).
    const USER_ROOT_ENTRIES: usize;

    /// Whether the hardware can map pages of this size.
    fn supports(&self, size: PageSize) -> bool;

    /// Gets the memory behind a page of 4 KiB ready for the way it is about to be mapped: what was written to it as data
    /// can then be executed, and is seen by those who do not look into caches. Comes before the entry is set;
    /// does nothing where caches follow by themselves, nor for a larger page: that is got ready in pieces before.
    fn prepare_page(&self, _: Leaf) {}

    /// Whether memory has to be got ready before it is mapped in this way.
    fn has_to_prepare(&self, _: &Leaf) -> bool {
        false
    }

    /// As [`prepare_page`](Self::prepare_page), of a piece of a larger page: `bytes` from `from` on, multiples of 4 KiB.
    fn prepare_piece(&self, _: Leaf, _from: u64, _bytes: u64) {}

    /// Encodes a user page. The address is ORed in: the pages of a run differ in nothing else.
    fn encode_page(leaf: Leaf) -> u64;

    /// Encodes a reference to a table of the next lower level.
    fn encode_table(table: PhysAddr) -> u64;

    /// Decodes an entry of a table of `level`.
    fn decode(entry: u64, level: u8) -> Entry;

    /// The table of the next lower level that an entry of a table above the last level leads to: what
    /// [`decode`](Self::decode) says, for walks, which ask nothing else.
    fn table_in(entry: u64) -> Option<PhysAddr>;

    /// Makes a cleared page the root of an address space (adds the kernel's part where the root is shared).
    fn prepare_root(&self, root: &[AtomicU64; 512]);

    /// Makes table changes that only added entries visible to the table walker.
    fn publish(&self);
}
