//! The serial line of Arm's boards, by polling (Arm DDI 0183G §3.3).

use libipc::Startup;
use weft_mmio::Registers;

const DATA: usize = 0x00;
const FLAGS: usize = 0x18;
const FULL: u32 = 1 << 5;
const CONTROL: usize = 0x30;
/// The UART, for sending.
const ON: u32 = 1 | 1 << 8;

/// A PL011.
pub(crate) struct Line(Registers);

impl Line {
    /// Takes what the manifest gives, and switches it on.
    pub(crate) fn open(env: &Startup) -> Self {
        let Some(registers) = Registers::open(env, "pl011") else {
            panic!("the registers of the serial line are not mapped");
        };
        registers.write32(CONTROL, ON);
        Self(registers)
    }

    /// Sends a byte.
    pub(crate) fn send(&self, byte: u8) -> Result<(), libipc::Refusal> {
        while self.0.read32(FLAGS) & FULL != 0 {}
        self.0.write32(DATA, byte.into());
        Ok(())
    }
}
