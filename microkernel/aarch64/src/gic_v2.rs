//! The GICv2's processor interface (Arm IHI 0048B §4.4), and what its distributor has of its own.

use weft_early::Range;

use crate::mmio::Mmio;

const TARGETS: u16 = 0x800;

const CONTROL: u16 = 0x00;
const PRIORITY: u16 = 0x04;
const ACKNOWLEDGE: u16 = 0x0c;
const END: u16 = 0x10;

/// What the distributor's control register wants to be on.
pub(crate) const DISTRIBUTOR_ON: u32 = 1;

/// A core's interface to the controller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interface(Mmio);

impl Interface {
    /// Switches the interface on for interrupts of every priority.
    pub(crate) fn new(registers: Range) -> Self {
        let interface = Mmio::new(registers.start);
        interface.write(PRIORITY, 0xff);
        interface.write(CONTROL, 1);
        Self(interface)
    }

    /// Sends a word of four shared interrupts to the boot core.
    pub(crate) fn route(distributor: Mmio, first: u16) {
        distributor.write(TARGETS + first, 0x0101_0101);
    }

    /// Takes the most urgent interrupt; what comes is its number, with what [`end`](Self::end) wants besides.
    pub(crate) fn take(self) -> u32 {
        self.0.read(ACKNOWLEDGE)
    }

    /// Ends what was taken.
    pub(crate) fn end(self, taken: u32) {
        self.0.write(END, taken);
    }
}
