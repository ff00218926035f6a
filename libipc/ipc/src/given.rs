//! The things that a start-up page names, with what a program needs to use each.

use weft_abi::startup::slots::NOTIFICATION;
use weft_abi::{CPtr, Refusal, Rights};

use crate::objects::{CNode, Frame, IoPorts, IrqHandler, Notification};
use crate::slots;

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

impl Irq {
    /// Lets an interrupt that a bus gave signal the program's own notification, by a bit that neither rings nor interrupts of
    /// the manifest have, which count from 0. A program has one at most.
    ///
    /// # Errors
    /// `Exhausted` if no slot is left; what the kernel refuses.
    pub fn bound(handler: IrqHandler) -> Result<Self, Refusal> {
        const BITS: u64 = 1 << 62;
        let slot = slots::allocate().ok_or(Refusal::Exhausted)?;
        let own = CNode::OWN;
        own.mint(slot, own, NOTIFICATION, Rights::WRITE, BITS)?;
        handler.bind(Notification::from(slot))?;
        let bits = BITS;
        Ok(Self { handler, bits })
    }
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
