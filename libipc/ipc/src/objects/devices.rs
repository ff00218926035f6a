//! Interrupts and I/O ports.

use weft_abi::{CPtr, Refusal, Syscall};
use weft_sys::invoke;

use super::{CNode, Notification};

super::object! {
    /// The right to make interrupt handlers.
    IrqControl
}

super::object! {
    /// One interrupt.
    IrqHandler
}

super::object! {
    /// A range of x86 I/O ports.
    IoPorts
}

/// How an interrupt line is triggered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum IrqMode {
    /// By a rising edge.
    EdgeHigh = 0,
    /// By a low level.
    LevelLow = 1,
    /// By a high level.
    LevelHigh = 2,
}

/// What a device writes to raise a message-signalled interrupt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageInterrupt {
    /// Where to.
    pub address: u64,
    /// What.
    pub data: u64,
}

/// The width of an I/O port in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum PortWidth {
    /// 8 bits.
    One = 1,
    /// 16 bits.
    Two = 2,
    /// 32 bits.
    Four = 4,
}

impl IrqControl {
    /// Makes the handler of an interrupt line in an empty slot.
    pub fn create(
        self,
        line: u32,
        mode: IrqMode,
        cnode: CNode,
        index: CPtr,
    ) -> Result<(), Refusal> {
        let cnode = u64::from(cnode.cptr().0);
        let arguments = [u64::from(line), mode as u64, cnode, u64::from(index.0), 0];
        invoke(Syscall::IrqCreate, self.0, arguments).map(|_| ())
    }

    /// Makes the handler of a message-signalled interrupt in an empty slot, for the device with a place on its bus: of PCI
    /// bus, device and function, of 8, 5 and 3 bits.
    pub fn create_message(
        self,
        device: u16,
        cnode: CNode,
        index: CPtr,
    ) -> Result<MessageInterrupt, Refusal> {
        let (cnode, index) = (u64::from(cnode.cptr().0), u64::from(index.0));
        let arguments = [cnode, index, u64::from(device), 0, 0];
        let [_, address, data, ..] = invoke(Syscall::IrqCreateMsi, self.0, arguments)?;
        Ok(MessageInterrupt { address, data })
    }
}

impl IrqHandler {
    /// Sets which notification it signals, with that capability's badge.
    pub fn bind(self, notification: Notification) -> Result<(), Refusal> {
        let arguments = [u64::from(notification.cptr().0), 0, 0, 0, 0];
        invoke(Syscall::IrqBind, self.0, arguments).map(|_| ())
    }

    /// Allows the next interrupt.
    #[inline]
    pub fn acknowledge(self) -> Result<(), Refusal> {
        invoke(Syscall::IrqAck, self.0, [0; 5]).map(|_| ())
    }
}

impl IoPorts {
    /// Reads a port.
    #[inline]
    pub fn read(self, port: u16, width: PortWidth) -> Result<u32, Refusal> {
        let arguments = [u64::from(port), width as u64, 0, 0, 0];
        let [_, value, ..] = invoke(Syscall::PortRead, self.0, arguments)?;
        Ok(value as u32)
    }

    /// Writes a port.
    #[inline]
    pub fn write(self, port: u16, width: PortWidth, value: u32) -> Result<(), Refusal> {
        let arguments = [u64::from(port), width as u64, u64::from(value), 0, 0];
        invoke(Syscall::PortWrite, self.0, arguments).map(|_| ())
    }
}
