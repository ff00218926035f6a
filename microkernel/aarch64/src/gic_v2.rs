//! The GICv2's processor interface (Arm IHI 0048B §4.4), and what its distributor has of its own.

use weft_early::Range;

use crate::mmio::Mmio;

const TARGETS: u16 = 0x800;
const SOFTWARE: u16 = 0xf00;

const CONTROL: u16 = 0x00;
const PRIORITY: u16 = 0x04;
const ACKNOWLEDGE: u16 = 0x0c;
const END: u16 = 0x10;

/// What the distributor's control register wants to be on.
pub(crate) const DISTRIBUTOR_ON: u32 = 1;

/// How the controller reaches this core from others. Where there is only one core no targets are kept: then it is told
/// that whoever writes is meant.
pub(crate) fn target(distributor: Mmio) -> u64 {
    const WHOEVER_WRITES: u32 = 2 << 24;
    match own_bit(distributor) {
        0 => u64::from(WHOEVER_WRITES),
        bit => u64::from(bit << 16),
    }
}

/// Raises a software-generated interrupt.
pub(crate) fn send(distributor: Mmio, target: u64, number: u16) {
    distributor.write(SOFTWARE, target as u32 | u32::from(number));
}

/// This core's bit in lists of targets: private interrupts have only their own core.
fn own_bit(distributor: Mmio) -> u32 {
    distributor.read(TARGETS) & 0xff
}

/// A core's interface to the controller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interface(Mmio);

impl Interface {
    /// Switches this core's interface on for interrupts of every priority; each core sees its own at these addresses.
    pub(crate) fn new(registers: Range) -> Self {
        let interface = Mmio::new(registers.start);
        interface.write(PRIORITY, 0xff);
        interface.write(CONTROL, 1);
        Self(interface)
    }

    /// Sends a word of four shared interrupts to this core.
    pub(crate) fn route(distributor: Mmio, first: u16) {
        const IN_EACH_BYTE: u32 = 0x0101_0101;
        distributor.write(TARGETS + first, own_bit(distributor).max(1) * IN_EACH_BYTE);
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
