//! That of `virt`: the PL061, general-purpose pins (Arm DDI 0190, "Interrupt control"). A pin that is sensitive to the
//! level that it has interrupts as long as it may, so that one store raises the interrupt.

use libipc::{Irq, Startup};
use weft_mmio::Registers;
use weft_sys::measure::counter;

use crate::check::Outcome;

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
pub(crate) struct Interrupter {
    registers: Registers,
    /// Their interrupt.
    pub(crate) irq: Irq,
}

impl Interrupter {
    /// Takes what the manifest gives, and makes the pin ready.
    pub(crate) fn open(env: &Startup) -> Outcome<Self> {
        let registers = Registers::open(env, "gpio").ok_or("the pins are not mapped")?;
        registers.write32(ENABLE, 0);
        registers.write32(DIRECTION, 0);
        registers.write32(BY_LEVEL, PIN);
        registers.write32(LEVEL, registers.read32(DATA) & PIN);
        Ok(Self {
            registers,
            irq: env.irq("gpio"),
        })
    }

    /// Lets it interrupt this thread, and gives the last counter before that. `begin` is done right before it is
    /// read.
    #[inline(always)]
    pub(crate) fn interrupt(&self, begin: impl Fn()) -> Outcome<u64> {
        begin();
        let last = counter();
        self.registers.write32(ENABLE, PIN);
        Ok(last)
    }

    /// Takes the interrupt back.
    pub(crate) fn quiet(&self) {
        self.registers.write32(ENABLE, 0);
        self.registers.write32(CLEAR, PIN);
    }
}
