//! Capabilities as user mode sees them: pointers, kinds and rights.

use bitflags::bitflags;

/// Text that enters the ABI hash.
pub(crate) const DESCRIPTION: &str = "kinds:untyped1 cnode2 thread3 sched4 endpoint5 reply6 notification7 space8 table9 \
     frame10 irqcontrol11 irq12 ports13 log14 machine15 schedcontrol16; rights:r1 w2 g4 x8 p16";

/// The index of a slot in the invoking thread's CSpace. 0 is never a capability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(transparent)]
pub struct CPtr(pub u32);

impl CPtr {
    /// No capability.
    pub const NULL: CPtr = CPtr(0);
}

/// The kind of object that a capability names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// Memory that other objects are made of.
    Untyped = 1,
    /// A table of capability slots.
    CNode = 2,
    /// A thread of execution, with its message page.
    Thread = 3,
    /// The right to use processor time: priority, budget, period.
    SchedContext = 4,
    /// Where messages are sent and received.
    Endpoint = 5,
    /// The one-shot right to answer a caller.
    Reply = 6,
    /// A 64-bit word of flags to signal and wait for.
    Notification = 7,
    /// The root of a set of page tables.
    AddressSpace = 8,
    /// A page table below the root.
    PageTable = 9,
    /// Memory that can be mapped: 4 KiB, 2 MiB or 1 GiB.
    Frame = 10,
    /// The right to make interrupt handlers.
    IrqControl = 11,
    /// One interrupt.
    IrqHandler = 12,
    /// A range of x86 I/O ports.
    IoPorts = 13,
    /// The kernel log.
    Log = 14,
    /// The machine's power switch.
    Machine = 15,
    /// The right to set priorities up to a limit.
    SchedControl = 16,
}

impl Kind {
    /// Every kind, by number.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=u64::from(u8::MAX)).map_while(Self::from_number)
    }

    /// Decodes a number.
    #[inline]
    pub const fn from_number(number: u64) -> Option<Self> {
        Some(match number {
            1 => Self::Untyped,
            2 => Self::CNode,
            3 => Self::Thread,
            4 => Self::SchedContext,
            5 => Self::Endpoint,
            6 => Self::Reply,
            7 => Self::Notification,
            8 => Self::AddressSpace,
            9 => Self::PageTable,
            10 => Self::Frame,
            11 => Self::IrqControl,
            12 => Self::IrqHandler,
            13 => Self::IoPorts,
            14 => Self::Log,
            15 => Self::Machine,
            16 => Self::SchedControl,
            _ => return None,
        })
    }
}

bitflags! {
    /// What a capability allows. Rights only shrink when a capability is derived.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Rights: u8 {
        /// Receive, wait, inspect, map readable.
        const READ = 1;
        /// Call, send, signal, modify, map writable.
        const WRITE = 2;
        /// Send capabilities along with a message.
        const GRANT = 4;
        /// Map executable.
        const EXECUTE = 8;
        /// Learn the physical address (drivers that do DMA).
        const PHYS = 16;
    }
}

/// The class of an untyped's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum MemoryClass {
    /// Plain memory, cleared when it is retyped.
    Ram = 0,
    /// Plain memory whose contents are kept (the boot image); makes frames and untypeds only.
    Retained = 1,
    /// Device registers; makes frames and untypeds only, mapped as device memory.
    Device = 2,
}

/// Mapping flags of `SpaceMap`: rights in bits 0..8, cache mode in bits 8..10.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapFlags(pub u64);

/// How a mapping is cached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum CacheMode {
    /// Write-back.
    Normal = 0,
    /// Writes are gathered; for frame buffers.
    WriteCombining = 1,
    /// Not cached.
    Uncached = 2,
    /// Device registers: not cached, not reordered.
    Device = 3,
}

impl MapFlags {
    /// Puts rights and cache mode together.
    pub const fn new(rights: Rights, cache: CacheMode) -> Self {
        Self(rights.bits() as u64 | ((cache as u64) << 8))
    }

    /// Takes them apart; `None` if a bit is set that means nothing.
    pub const fn decode(self) -> Option<(Rights, CacheMode)> {
        if self.0 >> 10 != 0 {
            return None;
        }
        let cache = match (self.0 >> 8) & 3 {
            0 => CacheMode::Normal,
            1 => CacheMode::WriteCombining,
            2 => CacheMode::Uncached,
            _ => CacheMode::Device,
        };
        match Rights::from_bits((self.0 & 0xff) as u8) {
            Some(rights) => Some((rights, cache)),
            None => None,
        }
    }
}
