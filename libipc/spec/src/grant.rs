//! A capability that a component is given, and the slot that holds it.

use alloc::string::String;

use serde::{Deserialize, Serialize};
use weft_abi::{CPtr, Rights};

use crate::{ComponentId, RingId};

/// A slot of a component's CNode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Slot(pub u32);

impl Slot {
    /// The slot as system calls name it.
    pub const fn cptr(self) -> CPtr {
        CPtr(self.0)
    }
}

/// One capability (or, for [`What::FreeMemory`] and [`What::DeviceMemory`], a run of them).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The name in the component's start-up page; empty for the slots that every program knows.
    pub name: String,
    /// Where it is.
    pub slot: Slot,
    /// What it allows: bits of [`Rights`].
    pub rights: u8,
    /// What it names.
    pub what: What,
}

impl Grant {
    /// What it allows.
    pub fn rights(&self) -> Rights {
        Rights::from_bits_truncate(self.rights)
    }

    /// How many slots it occupies.
    pub fn slots(&self) -> u32 {
        match self.what {
            What::FreeMemory { most } | What::DeviceMemory { most, .. } => most,
            _ => 1,
        }
    }
}

/// What a capability names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// The component's own CNode.
    OwnCNode,
    /// The component's own thread.
    OwnThread,
    /// The component's own address space.
    OwnSpace,
    /// A reply object.
    Reply,
    /// The endpoint on which it serves.
    Endpoint,
    /// The notification bound to its thread.
    Notification,
    /// A connection: a badged endpoint of `server`, for its interface number `interface`.
    Client {
        /// Who serves.
        server: ComponentId,
        /// The interface's number at the server.
        interface: u8,
    },
    /// The endpoint of `server` without a badge, to mint connections for others from.
    Mint {
        /// Whose endpoint.
        server: ComponentId,
    },
    /// The right to wake a ring's other side: its notification, badged with one bit.
    Kick {
        /// Which ring.
        ring: RingId,
        /// Who is woken.
        peer: ComponentId,
        /// The bit that the peer sees.
        bit: u8,
    },
    /// What tells `client`, which serves, that the component is gone that has it: a connection to `client` for an interface
    /// that nobody has.
    Tie {
        /// Who is told.
        client: ComponentId,
    },
    /// One interrupt, bound to the component's notification.
    Irq {
        /// The line.
        line: u32,
        /// How the line is triggered.
        mode: IrqMode,
        /// The bit that the component sees.
        bit: u8,
    },
    /// A range of x86 I/O ports.
    Ports {
        /// The first port.
        first: u16,
        /// The last port.
        last: u16,
    },
    /// The first frame of the memory region with this number, to learn its physical address.
    RegionFrame {
        /// Place in the component's `regions`.
        region: u16,
    },
    /// The kernel log.
    Log,
    /// The power switch.
    Machine,
    /// The right to make interrupt handlers.
    IrqControl,
    /// The right to set priorities up to a limit.
    SchedControl {
        /// The greatest priority.
        max: u8,
    },
    /// All memory that is left when the system is built, in at most so many slots.
    FreeMemory {
        /// Slots kept for it.
        most: u32,
    },
    /// Device memory as untypeds, in at most so many slots.
    DeviceMemory {
        /// First physical address.
        base: u64,
        /// Length in bytes.
        bytes: u64,
        /// Slots kept for it.
        most: u32,
    },
    /// The thread of another component; the original, so that deleting it ends the component.
    ThreadOf {
        /// Whose.
        component: ComponentId,
    },
    /// The CNode of another component.
    CNodeOf {
        /// Whose.
        component: ComponentId,
    },
}

/// How an interrupt line is triggered; numbers as in the ABI's `IrqCreate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum IrqMode {
    /// Rising edge.
    Edge = 0,
    /// Level, active low.
    LevelLow = 1,
    /// Level, active high.
    LevelHigh = 2,
}
