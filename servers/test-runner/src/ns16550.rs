//! The serial line of the PC, by polling.

use libipc::objects::PortWidth;
use libipc::{PortRange, Startup};

/// Offset of the line status register (16550 data sheet, table "Register addresses").
const LINE_STATUS: u16 = 5;
/// The transmitter takes a byte.
const CAN_SEND: u32 = 1 << 5;

/// A 16550 as the firmware left it.
pub(crate) struct Line(PortRange);

impl Line {
    /// Takes what the manifest gives.
    pub(crate) fn open(env: &Startup) -> Self {
        Self(env.ports("com1"))
    }

    /// Sends a byte.
    pub(crate) fn send(&self, byte: u8) -> Result<(), libipc::Refusal> {
        let PortRange { ports, first, .. } = self.0;
        while ports.read(first + LINE_STATUS, PortWidth::One)? & CAN_SEND == 0 {}
        ports.write(first, PortWidth::One, byte.into())
    }
}
