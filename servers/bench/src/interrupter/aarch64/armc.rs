//! That of `raspi4b`: a software interrupt of the ARMC (BCM2711 ARM Peripherals, 2020, §6.2.3 and §6.5.3). A store sets it, another
//! clears it. QEMU connects neither the system timer nor the SPI controllers to this board's GIC, but these interrupts it does.

use libipc::Startup;
use weft_mmio::Registers;
use weft_sys::measure::counter;

/// The names of registers and interrupt in the board's file.
pub(super) const REGISTERS: &str = "armc";
pub(super) const IRQ: &str = "software0";

/// Software interrupt 0.
const BIT: u32 = 1 << 0;
/// Registers: what is written to them is set, and cleared.
const SWIRQ_SET: usize = 0x3f0;
const SWIRQ_CLEAR: usize = 0x3f4;

/// The software interrupt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Armc {
    registers: Registers,
}

impl Armc {
    /// Makes it quiet; `None` if no registers are mapped.
    pub(super) fn open(env: &Startup) -> Option<Self> {
        let registers = Registers::open(env, REGISTERS)?;
        let armc = Self { registers };
        armc.quiet();
        Some(armc)
    }

    /// Interrupts, and gives the counter before that.
    #[inline(always)]
    pub(super) fn interrupt(self, begin: impl Fn()) -> u64 {
        begin();
        let last = counter();
        self.registers.write32(SWIRQ_SET, BIT);
        last
    }

    /// Takes the interrupt back.
    pub(super) fn quiet(self) {
        self.registers.write32(SWIRQ_CLEAR, BIT);
    }
}
