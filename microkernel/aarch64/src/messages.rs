//! Message-signalled interrupts of this machine: a GICv3's ITS, a GICv2's frame, or none.

use core::cell::UnsafeCell;
use core::ptr;
use core::sync::atomic::{AtomicU64, Ordering};

use weft_early::{DIRECT_MAP, Range};
use weft_hal::{IrqLine, Msi};

use crate::gic_v2m::{self, Frame};
use crate::its::{self, Access, Its};
use crate::mmio::Mmio;
use crate::{board, cache, gic_v3};

/// What turns messages into interrupts.
#[expect(
    clippy::large_enum_variant,
    reason = "there is one of them, in a static, and no heap"
)]
pub(crate) enum Messages {
    None,
    Frame(Frame),
    Translated(Its<Tables>, u64),
}

/// The boot core's. It is not part of the kernel's state, whose first few hundred bytes are reached by shorter instructions.
struct Own(UnsafeCell<Messages>);

// SAFETY:
// 1. only `Messages::install` touches it, which one core calls once.
unsafe impl Sync for Own {}

static OWN: Own = Own(UnsafeCell::new(Messages::None));

impl Messages {
    /// Puts them where they stay. Called once, by the core that boots.
    pub(crate) fn install(self) -> &'static mut Self {
        // SAFETY:
        // 1. the only reference that is ever made: `Gic::new`, the only caller, runs once, before other cores do.
        let own = unsafe { &mut *OWN.0.get() };
        *own = self;
        own
    }

    /// Switches on what the board has, for the core that boots. `memory` is for tables; `shared` is the number of line 0's
    /// interrupt, and `lines` how many lines there are.
    pub(crate) fn new(
        board: (&board::Gic, Option<board::Messages>),
        memory: Option<u64>,
        (shared, lines): (u16, u16),
    ) -> Self {
        match board {
            (_, Some(board::Messages::Frame(registers))) => {
                let kind = Mmio::new(registers.start).read(gic_v2m::TYPE);
                Frame::new(registers.start, kind, shared, lines).map_or(Self::None, Self::Frame)
            }
            (
                board::Gic::V3 {
                    distributor,
                    redistributors,
                },
                Some(board::Messages::Translated(registers)),
            ) => {
                let redistributors = (*distributor, *redistributors);
                let its = memory.and_then(|memory| translated(redistributors, registers, memory));
                its.map_or(Self::None, |its| {
                    Self::Translated(its, registers.start + its::TRANSLATER)
                })
            }
            _ => Self::None,
        }
    }

    /// Whether a line is a message's.
    pub(crate) fn has(&self, line: IrqLine) -> bool {
        match self {
            Self::None => false,
            Self::Frame(frame) => frame.has(line),
            Self::Translated(..) => event(line).is_some(),
        }
    }

    /// Takes an unused line for a device, masked but in the controller.
    pub(crate) fn allocate(&mut self, device: u16, shared: u16) -> Option<Msi> {
        match self {
            Self::None => None,
            Self::Frame(frame) => {
                let line = frame.allocate()?;
                Some(Msi {
                    line,
                    address: frame.address,
                    data: u32::from(line.0 + shared),
                })
            }
            Self::Translated(its, address) => {
                let event = its.allocate(device)?;
                Some(Msi {
                    line: IrqLine(its::FIRST_LINE + event),
                    address: *address,
                    data: event.into(),
                })
            }
        }
    }

    /// Gives a line back.
    pub(crate) fn release(&mut self, line: IrqLine) {
        match (self, event(line)) {
            (Self::Frame(frame), _) => frame.release(line),
            (Self::Translated(its, _), Some(event)) => its.release(event),
            _ => {}
        }
    }

    /// Lets a line that is no shared interrupt's fire.
    #[cold]
    pub(crate) fn unmask(&mut self, line: IrqLine) {
        if let (Self::Translated(its, _), Some(event)) = (self, event(line)) {
            its.unmask(event);
        }
    }

    /// Stops a line that is no shared interrupt's.
    #[cold]
    pub(crate) fn mask(&mut self, line: IrqLine) {
        if let (Self::Translated(its, _), Some(event)) = (self, event(line)) {
            its.mask(event);
        }
    }
}

/// The event of a line, if it is an ITS's.
fn event(line: IrqLine) -> Option<u16> {
    let event = line.0.checked_sub(its::FIRST_LINE)?;
    (event < its::COUNT).then_some(event)
}

/// Switches LPIs on, and the ITS that makes them. `gic` is the distributor and the redistributors.
fn translated(gic: (Range, Range), registers: Range, memory: u64) -> Option<Its<Tables>> {
    let tables = Tables {
        registers: Mmio::new(registers.start),
        memory,
    };
    its::clear(&tables);
    let own = gic_v3::start_messages(gic, memory)?;
    Its::new(tables, memory, own)
}

/// The ITS, and the memory of its tables in the direct map.
pub(crate) struct Tables {
    registers: Mmio,
    /// Its physical address.
    memory: u64,
}

impl Tables {
    fn at(&self, offset: u64) -> usize {
        (DIRECT_MAP + self.memory + offset) as usize
    }
}

impl Access for Tables {
    fn read(&self, register: u16) -> u32 {
        self.registers.read(register)
    }

    fn write(&self, register: u16, value: u32) {
        self.registers.write(register, value);
    }

    fn store(&self, offset: u64, word: u64) {
        let place = ptr::with_exposed_provenance::<AtomicU64>(self.at(offset));
        // SAFETY:
        // 1. the direct map has the tables' memory, and offsets are multiples of 8 inside.
        // 2. boot took it for this alone; what the controller writes there is read by nobody here.
        let place = unsafe { &*place };
        place.store(word, Ordering::Relaxed);
        cache::write_back(place);
    }

    fn clear(&self, offset: u64, bytes: u64) {
        let start = self.at(offset);
        let place = ptr::with_exposed_provenance_mut::<u8>(start);
        // SAFETY:
        // 1. the direct map has the tables' memory, which the part is in.
        // 2. boot took it for this alone, and the controller does not use the part yet.
        unsafe { ptr::write_bytes(place, 0, bytes as usize) };
        cache::write_back_all(start as u64, start as u64 + bytes);
    }
}
