//! QEMU's `virt`.

use libipc::abi::Syscall;
use libipc::{CPtr, FaultKind, Irq, Startup};
use test_script::Probe;
use weft_mmio::Registers;

use crate::check::Outcome;

/// How many registers a dump has: x0 to x30, stack pointer, instruction pointer, flags.
pub(crate) const DUMP: usize = 34;
/// Where the first two arguments are in it.
pub(crate) const ARGUMENTS: [usize; 2] = [0, 1];
/// Where the stack pointer is.
pub(crate) const SP: usize = 31;
/// Where the instruction pointer is.
pub(crate) const IP: usize = 32;
/// Where the flags are.
pub(crate) const FLAGS: usize = 33;
/// Flags that user mode always has.
pub(crate) const USER_FLAGS: u64 = 0;
/// What a fault may add to them.
pub(crate) const FLAGS_OF_FAULTS: u64 = 0;
/// The instruction of a system call.
pub(crate) const SYSTEM_CALL: [u8; 4] = 0xd400_0001_u32.to_le_bytes();
/// Bytes that a push takes.
pub(crate) const PUSH: u64 = 16;
/// What user mode must not do, and how that is told: of registers that it may not even name the processor says no
/// more than that the instruction is not there.
pub(crate) const REFUSED: [(Probe, FaultKind); 6] = [
    (Probe::Halt, FaultKind::Undefined),
    (Probe::Mask, FaultKind::Privileged),
    (Probe::Interrupt, FaultKind::Undefined),
    (Probe::PageTables, FaultKind::Undefined),
    (Probe::ModelRegister, FaultKind::Undefined),
    (Probe::StoreTable, FaultKind::Undefined),
];
/// A fault that any program can make, and what it is.
pub(crate) const ANY: (Probe, FaultKind) = (Probe::Breakpoint, FaultKind::Breakpoint);
/// System calls that this board has nothing for.
pub(crate) const WITHOUT_OBJECTS: [Syscall; 2] = [Syscall::PortRead, Syscall::PortWrite];

/// The registers that [`Probe::Count`] fills.
pub(crate) fn filled() -> impl Iterator<Item = usize> {
    1..31
}

/// Registers of the PL031 (Arm DDI 0224C §3.2).
const NOW: usize = 0x00;
const MATCH: usize = 0x04;
const ENABLE: usize = 0x10;
const CLEAR: usize = 0x1c;

/// The PL031, a clock of whole seconds: interrupts when its match register is the time.
#[derive(Clone, Copy)]
pub(crate) struct Timer {
    registers: Registers,
    /// Its interrupt.
    pub(crate) irq: Irq,
}

impl Timer {
    /// The line of its interrupt.
    pub(crate) const LINE: u32 = 2;

    /// Takes what the manifest gives.
    pub(crate) fn open(env: &Startup) -> Self {
        let Some(registers) = Registers::open(env, "rtc") else {
            panic!("the registers of the clock are not mapped");
        };
        Self {
            registers,
            irq: env.irq("rtc"),
        }
    }

    /// A capability of the device, for a program that may do with it what it likes.
    pub(crate) fn capability(&self) -> CPtr {
        self.irq.handler.cptr()
    }

    /// Lets it interrupt.
    pub(crate) fn begin(&self) -> Outcome {
        self.registers.write32(ENABLE, 1);
        self.match_now();
        Ok(())
    }

    /// Lets the next interrupt come after one has.
    pub(crate) fn again(&self) -> Outcome {
        self.registers.write32(CLEAR, 1);
        self.match_now();
        Ok(())
    }

    /// Lets it interrupt no more.
    pub(crate) fn end(&self) -> Outcome {
        self.registers.write32(ENABLE, 0);
        self.registers.write32(CLEAR, 1);
        Ok(())
    }

    /// The time is the one that is matched, or will be in a second if it has just gone on.
    fn match_now(&self) {
        let before = self.registers.read32(NOW);
        self.registers.write32(MATCH, before);
        if self.registers.read32(NOW) != before {
            self.registers.write32(MATCH, before.wrapping_add(2));
        }
    }
}
