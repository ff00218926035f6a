//! Takes a controller over from the bus server.

use core::fmt;

use libipc::objects::{AddressSpace, IrqHandler, Untyped};
use libipc::{Irq, Refusal, Startup};
use proto::pci::{BusMaster, Client, Error};
use weft_mmio::{MapFailure, Registers, map_registers};

type CallError = libipc::Error<Error>;

/// Controllers of SD cards (PCI Code and ID Assignment 1.11, §1.9).
const CLASS: u16 = 0x0805;
/// The register block of the first slot (SDHC §C.2; others are not used).
const FIRST_SLOT: u8 = 0;

/// A controller.
pub(super) struct Attached {
    pub(super) registers: Registers,
    pub(super) irq: Irq,
}

/// Why there is none.
#[derive(Clone, Copy, Debug)]
pub(super) enum Problem {
    /// The bus has none for this driver, or does not answer.
    Bus(CallError),
    /// The interrupt's wire is another driver's.
    Wire,
    /// The registers could not be mapped.
    Map(MapFailure),
    /// The interrupt could not be bound.
    Interrupt(Refusal),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bus(libipc::Error::Server(Error::Gone)) => {
                f.write_str("no controller on the bus")
            }
            Self::Bus(error) => write!(f, "the bus server refuses: {error}"),
            Self::Wire => {
                f.write_str("another device has its interrupt; put it into a slot of its own")
            }
            Self::Map(failure) => write!(f, "cannot map registers: {failure:?}"),
            Self::Interrupt(refusal) => write!(f, "no interrupt: {}", refusal.text()),
        }
    }
}

impl From<CallError> for Problem {
    fn from(error: CallError) -> Self {
        Self::Bus(error)
    }
}

/// Takes the first controller, maps its registers, binds its interrupt, and lets it reach memory. Such controllers signal
/// by wire.
pub(super) fn attach(env: &Startup, bus: &Client) -> Result<Attached, Problem> {
    bus.take(CLASS)?;
    let (offset, size, memory) = bus.bar(FIRST_SLOT)?;
    let space: AddressSpace = env.other("space");
    // The capability is kept: the frames were made of it.
    let memory = Untyped::from(memory.into_slot());
    let registers =
        map_registers(env, space, memory, (offset, size), &mut 0).map_err(Problem::Map)?;
    let wire = match bus.wire() {
        Err(libipc::Error::Server(Error::Taken)) => return Err(Problem::Wire),
        wire => wire?,
    };
    let irq = Irq::bound(IrqHandler::from(wire.into_slot())).map_err(Problem::Interrupt)?;
    bus.set_bus_master(BusMaster::On)?;
    Ok(Attached { registers, irq })
}
