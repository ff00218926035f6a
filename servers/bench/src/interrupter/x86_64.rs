//! The PC's: the 8254 (data sheet, "Programming the 8254"). Its registers are ports, written by system calls, so that
//! the interrupt must come later, in the middle of a loop.

use libipc::objects::PortWidth;
use libipc::{Irq, PortRange, Startup};
use weft_sys::measure::counter;

use crate::check::{Outcome, done};

/// Registers from the first port.
const COUNT: u16 = 0;
const COMMAND: u16 = 3;
/// Channel 0, low byte then high byte, mode 0: one interrupt when the count ends.
const ONCE: u32 = 0x30;
/// About 100 µs at 1.193182 MHz.
const TICKS: u32 = 119;
/// More than a turn of the loop takes, and less than any interrupt.
const GAP: u64 = 64;

/// The timer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interrupter {
    ports: PortRange,
    /// Its interrupt.
    pub(crate) irq: Irq,
}

impl Interrupter {
    /// Takes what the manifest gives.
    pub(crate) fn open(env: &Startup) -> Outcome<Self> {
        Ok(Self {
            ports: env.ports("timer"),
            irq: env.irq("timer"),
        })
    }

    /// Lets it interrupt this thread, and gives the last counter before that. `begin` is done before each reading,
    /// the last time right before the one that is given.
    #[inline(always)]
    pub(crate) fn interrupt(&self, begin: impl Fn()) -> Outcome<u64> {
        let PortRange { ports, first, .. } = self.ports;
        for (register, value) in [(COMMAND, ONCE), (COUNT, TICKS & 0xff), (COUNT, TICKS >> 8)] {
            let written = ports.write(first + register, PortWidth::One, value);
            done("writing the timer's port", written)?;
        }
        let mut last = counter();
        loop {
            begin();
            let now = counter();
            if now.wrapping_sub(last) > GAP {
                return Ok(last);
            }
            last = now;
        }
    }

    /// Takes the interrupt back: a count that has ended does not begin again.
    pub(crate) fn quiet(&self) {}
}
