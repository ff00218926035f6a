//! The PC.

use libipc::abi::Syscall;
use libipc::objects::PortWidth;
use libipc::{CPtr, FaultKind, Irq, PortRange, Startup};
use test_script::Probe;

use crate::check::{Outcome, done};

/// How many registers a dump has.
pub(crate) const DUMP: usize = 19;
/// Where the first two arguments are in it.
pub(crate) const ARGUMENTS: [usize; 2] = [5, 4];
/// Where the stack pointer is.
pub(crate) const SP: usize = 7;
/// Where the instruction pointer is.
pub(crate) const IP: usize = 16;
/// Where the flags are.
pub(crate) const FLAGS: usize = 17;
/// Flags that user mode always has: interrupts on, and bit 1.
pub(crate) const USER_FLAGS: u64 = 0x202;
/// What a fault may add to them: the resume flag.
pub(crate) const FLAGS_OF_FAULTS: u64 = 1 << 16;
/// The instruction of a system call.
pub(crate) const SYSTEM_CALL: [u8; 2] = [0x0f, 0x05];
/// Bytes that a push takes.
pub(crate) const PUSH: u64 = 8;
/// What user mode must not do, and how that is told.
pub(crate) const REFUSED: [(Probe, FaultKind); 8] = [
    (Probe::Halt, FaultKind::Privileged),
    (Probe::Mask, FaultKind::Privileged),
    (Probe::In, FaultKind::Privileged),
    (Probe::Out, FaultKind::Privileged),
    (Probe::Interrupt, FaultKind::Privileged),
    (Probe::PageTables, FaultKind::Privileged),
    (Probe::ModelRegister, FaultKind::Privileged),
    (Probe::StoreTable, FaultKind::Privileged),
];
/// A fault that any program can make, and what it is.
pub(crate) const ANY: (Probe, FaultKind) = (Probe::Divide, FaultKind::Divide);
/// System calls that this board has nothing for.
pub(crate) const WITHOUT_OBJECTS: [Syscall; 0] = [];

/// The registers that [`Probe::Count`] fills.
pub(crate) fn filled() -> impl Iterator<Item = usize> {
    (0..16).filter(|index| ![ARGUMENTS[0], SP].contains(index))
}

/// Registers of the 8254 (data sheet, "Programming the 8254"), from the first port.
const COUNT: u16 = 0;
const COMMAND: u16 = 3;
/// 10 ms at 1.193182 MHz.
const HUNDREDTH: u16 = 11_932;

/// The 8254: interrupts a hundred times a second.
#[derive(Clone, Copy)]
pub(crate) struct Timer {
    /// Its ports.
    pub(crate) ports: PortRange,
    /// Its interrupt.
    pub(crate) irq: Irq,
}

impl Timer {
    /// Takes what the manifest gives.
    pub(crate) fn open(env: &Startup) -> Self {
        Self {
            ports: env.ports("timer"),
            irq: env.irq("timer"),
        }
    }

    /// The line of its interrupt.
    pub(crate) fn line(self) -> u32 {
        0
    }

    /// Whether the board has message-signalled interrupts as well.
    pub(crate) fn has_messages_beside(self) -> bool {
        true
    }

    /// A capability of the device, for a program that may do with it what it likes.
    pub(crate) fn capability(&self) -> CPtr {
        self.ports.ports.cptr()
    }

    /// Lets it interrupt.
    pub(crate) fn begin(&self) -> Outcome {
        // Channel 0, low byte then high byte, mode 2.
        self.write(COMMAND, 0x34)?;
        self.write(COUNT, u32::from(HUNDREDTH & 0xff))?;
        self.write(COUNT, u32::from(HUNDREDTH >> 8))
    }

    /// Lets the next interrupt come after one has: it does by itself.
    pub(crate) fn again(&self) -> Outcome {
        Ok(())
    }

    /// Lets it interrupt no more: mode 0 without a count.
    pub(crate) fn end(&self) -> Outcome {
        self.write(COMMAND, 0x30)
    }

    fn write(&self, offset: u16, value: u32) -> Outcome {
        let port = self.ports.first + offset;
        let written = self.ports.ports.write(port, PortWidth::One, value);
        done("writing a port", written)
    }
}
