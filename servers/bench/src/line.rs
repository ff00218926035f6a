//! Where figures are told: the serial line if the manifest gives it, else the kernel log.
//!
//! The line is a 16550 as the firmware left it, used without a driver: nothing is measured any more, and a
//! driver's process would be one more thing that can go wrong.

use core::fmt;

use libipc::abi::startup::EntryKind;
use libipc::objects::PortWidth;
use libipc::{Log, PortRange, Refusal, Startup};

/// Offset of the line status register (16550 data sheet, table "Register addresses").
const LINE_STATUS: u16 = 5;
/// The transmitter takes a byte.
const CAN_SEND: u32 = 1 << 5;

/// Where text goes.
pub(crate) enum Line {
    /// Over the serial line.
    Serial(PortRange),
    /// To the kernel log, which boards without ports print.
    Log(Log),
    /// Nowhere.
    Nowhere,
}

impl Line {
    /// Takes what the manifest gives.
    pub(crate) fn open(env: &Startup) -> Self {
        if env.find(EntryKind::Ports, "com1").is_some() {
            return Self::Serial(env.ports("com1"));
        }
        env.log().map_or(Self::Nowhere, Self::Log)
    }
}

impl fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let written = match self {
            Self::Serial(ports) => text.bytes().try_for_each(|byte| send(*ports, byte)),
            Self::Log(log) => log.write(text.as_bytes()),
            Self::Nowhere => return Err(fmt::Error),
        };
        written.map_err(|_| fmt::Error)
    }
}

fn send(PortRange { ports, first, .. }: PortRange, byte: u8) -> Result<(), Refusal> {
    while ports.read(first + LINE_STATUS, PortWidth::One)? & CAN_SEND == 0 {}
    ports.write(first, PortWidth::One, byte.into())
}
