//! That of `virt`: the PL061, general-purpose pins (Arm DDI 0190, "Interrupt control"). A pin that is sensitive to the
//! level that it has interrupts as long as it may, so that one store raises the interrupt.

use libipc::Startup;
use weft_mmio::Registers;
use weft_sys::measure::counter;

/// The names of registers and interrupt in the board's file.
pub(super) const REGISTERS: &str = "gpio";
pub(super) const IRQ: &str = "gpio";

/// The pin; nothing is connected to it.
const PIN: u32 = 1 << 0;
/// Registers. That of the data shows the pins that the offset's bits 9 to 2 name.
const DATA: usize = (PIN as usize) << 2;
const DIRECTION: usize = 0x400;
const BY_LEVEL: usize = 0x404;
const LEVEL: usize = 0x40c;
const ENABLE: usize = 0x410;
const CLEAR: usize = 0x41c;

/// The pins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pl061 {
    registers: Registers,
}

impl Pl061 {
    /// Makes the pin ready; `None` if no registers are mapped.
    pub(super) fn open(env: &Startup) -> Option<Self> {
        let registers = Registers::open(env, REGISTERS)?;
        registers.write32(ENABLE, 0);
        registers.write32(DIRECTION, 0);
        registers.write32(BY_LEVEL, PIN);
        registers.write32(LEVEL, registers.read32(DATA) & PIN);
        Some(Self { registers })
    }

    /// Interrupts, and gives the counter before that.
    #[inline(always)]
    pub(super) fn interrupt(self, begin: impl Fn()) -> u64 {
        begin();
        let last = counter();
        self.registers.write32(ENABLE, PIN);
        last
    }

    /// Takes the interrupt back.
    pub(super) fn quiet(self) {
        self.registers.write32(ENABLE, 0);
        self.registers.write32(CLEAR, PIN);
    }
}
