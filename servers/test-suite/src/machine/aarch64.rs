//! QEMU's `virt` and its Raspberry Pi 4.

use libipc::abi::Syscall;
use libipc::abi::startup::EntryKind;
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
/// Registers of the ARMC (BCM2711 ARM Peripherals, 2020, §6.5.3), and the first of its software interrupts.
const SWIRQ_SET: usize = 0x3f0;
const SWIRQ_CLEAR: usize = 0x3f4;
const FIRST: u32 = 1;

/// What interrupts when it is told to.
#[derive(Clone, Copy)]
enum Device {
    /// The PL031 of `virt`, a clock of whole seconds: interrupts when its match register is the time.
    Clock(Registers),
    /// The software interrupts of the Raspberry Pi.
    Software(Registers),
}

/// The device of the board.
#[derive(Clone, Copy)]
pub(crate) struct Timer {
    device: Device,
    /// Its interrupt.
    pub(crate) irq: Irq,
}

impl Timer {
    /// Takes what the manifest gives.
    pub(crate) fn open(env: &Startup) -> Self {
        let has_clock = env.find(EntryKind::Mmio, "rtc").is_some();
        let (registers, irq) = if has_clock {
            ("rtc", "rtc")
        } else {
            ("armc", "software0")
        };
        let Some(registers) = Registers::open(env, registers) else {
            panic!("the registers of the device are not mapped");
        };
        let device = match has_clock {
            true => Device::Clock(registers),
            false => Device::Software(registers),
        };
        let irq = env.irq(irq);
        Self { device, irq }
    }

    /// The line of its interrupt.
    pub(crate) fn line(self) -> u32 {
        match self.device {
            Device::Clock(_) => 2,
            Device::Software(_) => 40,
        }
    }

    /// Whether the board has message-signalled interrupts as well.
    pub(crate) fn has_messages_beside(self) -> bool {
        matches!(self.device, Device::Clock(_))
    }

    /// A capability of the device, for a program that may do with it what it likes.
    pub(crate) fn capability(&self) -> CPtr {
        self.irq.handler.cptr()
    }

    /// Lets it interrupt.
    pub(crate) fn begin(&self) -> Outcome {
        match self.device {
            Device::Clock(registers) => {
                registers.write32(ENABLE, 1);
                match_now(registers);
            }
            Device::Software(registers) => registers.write32(SWIRQ_SET, FIRST),
        }
        Ok(())
    }

    /// Lets the next interrupt come after one has.
    pub(crate) fn again(&self) -> Outcome {
        match self.device {
            Device::Clock(registers) => {
                registers.write32(CLEAR, 1);
                match_now(registers);
            }
            Device::Software(registers) => {
                registers.write32(SWIRQ_CLEAR, FIRST);
                registers.write32(SWIRQ_SET, FIRST);
            }
        }
        Ok(())
    }

    /// Lets it interrupt no more.
    pub(crate) fn end(&self) -> Outcome {
        match self.device {
            Device::Clock(registers) => {
                registers.write32(ENABLE, 0);
                registers.write32(CLEAR, 1);
            }
            Device::Software(registers) => registers.write32(SWIRQ_CLEAR, FIRST),
        }
        Ok(())
    }
}

/// The time is the one that is matched, or will be in a second if it has just gone on.
fn match_now(clock: Registers) {
    let before = clock.read32(NOW);
    clock.write32(MATCH, before);
    if clock.read32(NOW) != before {
        clock.write32(MATCH, before.wrapping_add(2));
    }
}
