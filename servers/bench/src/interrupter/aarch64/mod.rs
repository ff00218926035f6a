//! Those of the aarch64 boards: which one it is, the names of the registers tell. Either raises its interrupt by one
//! store.

mod armc;
mod pl061;

use libipc::abi::startup::EntryKind;
use libipc::{Irq, Startup};

use crate::check::Outcome;
use armc::Armc;
use pl061::Pl061;

/// The board's device.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interrupter {
    device: Device,
    /// Its interrupt.
    pub(crate) irq: Irq,
}

#[derive(Clone, Copy, Debug)]
enum Device {
    /// On `virt`.
    Pins(Pl061),
    /// On `raspi4b`.
    Software(Armc),
}

impl Interrupter {
    /// Takes what the manifest gives, and makes the device ready.
    pub(crate) fn open(env: &Startup) -> Outcome<Self> {
        let (device, irq) = match env.find(EntryKind::Mmio, pl061::REGISTERS) {
            Some(_) => (Pl061::open(env).map(Device::Pins), pl061::IRQ),
            None => (Armc::open(env).map(Device::Software), armc::IRQ),
        };
        Ok(Self {
            device: device.ok_or("the device's registers are not mapped")?,
            irq: env.irq(irq),
        })
    }

    /// Lets it interrupt this thread, and gives the last counter before that. `begin` is done right before it is
    /// read.
    #[inline(always)]
    pub(crate) fn interrupt(&self, begin: impl Fn()) -> Outcome<u64> {
        // Nothing stands between the counter and the store.
        Ok(match self.device {
            Device::Pins(pins) => pins.interrupt(begin),
            Device::Software(armc) => armc.interrupt(begin),
        })
    }

    /// Takes the interrupt back.
    pub(crate) fn quiet(&self) {
        match self.device {
            Device::Pins(pins) => pins.quiet(),
            Device::Software(armc) => armc.quiet(),
        }
    }
}
