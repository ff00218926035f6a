//! The things that a start-up page names, with what a program needs to use each.

use weft_abi::CPtr;

use crate::objects::{Frame, IoPorts, IrqHandler};

/// The endpoint of a server, and which of its interfaces it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Where it receives.
    pub slot: CPtr,
    /// The interface's index in the badges of its clients.
    pub interface: u8,
}

/// An interrupt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Irq {
    /// Its handler.
    pub handler: IrqHandler,
    /// The bits of the bound notification that it signals.
    pub bits: u64,
}

/// Memory that is mapped into the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// Its first address.
    pub address: u64,
    /// Its length in bytes.
    pub length: u64,
    /// The capability that goes with it, by kind: the first frame of DMA memory or of large device memory, the notification of
    /// a ring's peer.
    pub slot: CPtr,
}

impl Region {
    /// The first frame, of DMA memory or of large device memory (multiples of 2 MiB).
    pub fn frame(self) -> Frame {
        Frame::from(self.slot)
    }
}

/// A range of I/O ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortRange {
    /// The right to use them.
    pub ports: IoPorts,
    /// The first port.
    pub first: u16,
    /// The last port.
    pub last: u16,
}
