//! Takes the function over from the bus server.

use core::fmt;

use libipc::objects::{AddressSpace, IrqHandler};
use libipc::{Irq, Refusal, Startup};
use proto::pci::{BusMaster, Client, Error};
use virtio_blk::{Location, SetupError, Signals, find_capabilities};
use weft_mmio::{MapFailure, Registers, map_registers};

use crate::windows::Windows;

type CallError = libipc::Error<Error>;

/// Block devices before and since virtio 1.0 (virtio 1.2 §4.1.2); both may have modern windows.
const PRODUCTS: [u16; 2] = [0x1001, 0x1042];
const VENDOR: u16 = 0x1af4;
/// Windows lie in at most so many register blocks.
const MAX_BLOCKS: usize = 3;

/// The function, ready to be set up.
pub(crate) struct Attached {
    pub(crate) windows: Windows,
    pub(crate) irq: Irq,
    pub(crate) signals: Signals,
}

/// Why there is no disk.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Problem {
    /// The bus has no function for this driver, or does not answer.
    Bus(CallError),
    /// It is not a modern virtio block device.
    NotVirtio,
    /// A register block could not be mapped.
    Map(MapFailure),
    /// The interrupt could not be bound.
    Interrupt(Refusal),
    /// There is no memory for the queue.
    Memory,
    /// The device does not work.
    Device(SetupError),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bus(libipc::Error::Server(Error::Gone)) => f.write_str("no device on the bus"),
            Self::Bus(error) => write!(f, "the bus server refuses: {error}"),
            Self::NotVirtio => f.write_str("the function is no modern virtio block device"),
            Self::Map(failure) => write!(f, "cannot map registers: {failure:?}"),
            Self::Interrupt(refusal) => write!(f, "no interrupt: {}", refusal.text()),
            Self::Memory => f.write_str("no DMA memory named \"queue\""),
            Self::Device(error) => write!(f, "the device does not work: {error:?}"),
        }
    }
}

impl From<CallError> for Problem {
    fn from(error: CallError) -> Self {
        Self::Bus(error)
    }
}

/// Finds the windows, maps them, binds the interrupt, and lets the device reach memory.
pub(crate) fn attach(env: &Startup) -> Result<Attached, Problem> {
    let bus: Client = env.connect("pci");
    let function = bus.info()?;
    if function.vendor != VENDOR || !PRODUCTS.contains(&function.product) {
        return Err(Problem::NotVirtio);
    }
    let (interrupt, signals) = interrupt(&bus)?;
    let windows = map_windows(env, &bus, signals)?;
    let irq = Irq::bound(interrupt).map_err(Problem::Interrupt)?;
    bus.set_bus_master(BusMaster::On)?;
    Ok(Attached {
        windows,
        irq,
        signals,
    })
}

/// A vector, or where the machine has none left the wire.
fn interrupt(bus: &Client) -> Result<(IrqHandler, Signals), Problem> {
    let (interrupt, signals) = match bus.vector(0) {
        Err(libipc::Error::Server(Error::Exhausted | Error::Unsupported)) => {
            (bus.wire()?, Signals::ByWire)
        }
        vector => (vector?, Signals::ByMessage),
    };
    Ok((IrqHandler::from(interrupt.into_slot()), signals))
}

fn map_windows(env: &Startup, bus: &Client, signals: Signals) -> Result<Windows, Problem> {
    let found =
        find_capabilities(|offset| bus.read_config(offset).ok()).ok_or(Problem::NotVirtio)?;
    let mut blocks = Blocks {
        env,
        bus,
        known: heapless::Vec::new(),
        mapped: 0,
    };
    Ok(Windows {
        common: blocks.window(found.common)?,
        notify: blocks.window(found.notify)?,
        device: blocks.window(found.device)?,
        interrupt: match signals {
            Signals::ByMessage => None,
            Signals::ByWire => Some(blocks.window(found.interrupt.ok_or(Problem::NotVirtio)?)?),
        },
        stride: found.doorbell_stride as usize,
    })
}

/// The register blocks that were mapped, by number.
struct Blocks<'a> {
    env: &'a Startup,
    bus: &'a Client,
    known: heapless::Vec<(u8, Registers), MAX_BLOCKS>,
    mapped: u64,
}

impl Blocks<'_> {
    fn window(&mut self, at: Location) -> Result<Registers, Problem> {
        let block = self.block(at.bar)?;
        block
            .part(at.offset as usize, at.length as usize)
            .ok_or(Problem::NotVirtio)
    }

    fn block(&mut self, number: u8) -> Result<Registers, Problem> {
        if let Some((_, block)) = self.known.iter().find(|(known, _)| *known == number) {
            return Ok(*block);
        }
        let (offset, size, memory) = self.bus.bar(number)?;
        let space: AddressSpace = self.env.other("space");
        // The capability is kept: the frames were made of it.
        let memory = libipc::objects::Untyped::from(memory.into_slot());
        let block = map_registers(self.env, space, memory, (offset, size), &mut self.mapped)
            .map_err(Problem::Map)?;
        // Three windows lie in no more blocks than that.
        let _ = self.known.push((number, block));
        Ok(block)
    }
}
