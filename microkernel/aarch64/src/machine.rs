//! The architecture's state on one core, and its groups that are a line or two.

use weft_hal::{Arch, Console, CoreId, Cpu, PhysAddr, Ports, Power, Width};

use crate::board::Conduit;
use crate::cpu::{self, Features};
use crate::irq::Gic;
use crate::regs::Registers;
use crate::smp::PerCore;
use crate::timer::Time;
use crate::{power, serial, sgi};

/// An aarch64 core.
pub struct Aarch64 {
    pub(crate) core: CoreId,
    pub(crate) features: Features,
    pub(crate) conduit: Option<Conduit>,
    pub(crate) gic: Gic,
    pub(crate) time: Time,
    /// A table without entries: the user half when there is no user.
    pub(crate) empty_root: PhysAddr,
}

impl Aarch64 {
    /// A placeholder until [`Handover`](weft_early::Handover) brings the real one: lets the kernel's state be
    /// made at compile time. It may only be replaced.
    pub const ABSENT: Self = Self {
        core: CoreId::BOOT,
        features: Features::NONE,
        conduit: None,
        gic: Gic::ABSENT,
        time: Time::STOPPED,
        empty_root: PhysAddr(0),
    };

    /// What the processor has.
    pub fn features(&self) -> &Features {
        &self.features
    }
}

impl Arch for Aarch64 {
    type Context = Registers;

    fn forget(&mut self, context: &Registers) {
        PerCore::current().forget(context);
    }

    fn put_away(&mut self, context: &Registers) {
        PerCore::current().put_away(context);
    }
}

impl Cpu for Aarch64 {
    #[inline(always)]
    fn core(&self) -> CoreId {
        self.core
    }

    // A function of its own, at whose address tools see the kernel look.
    #[inline(never)]
    fn interrupt_pending(&self) -> bool {
        cpu::pending() != 0
    }

    fn notify(&mut self, core: CoreId) {
        sgi::send(core, sgi::MAIL);
    }
}

impl Console for Aarch64 {
    fn write_byte(&mut self, byte: u8) {
        if byte == b'\n' {
            serial::byte(b'\r');
        }
        serial::byte(byte);
    }
}

impl Ports for Aarch64 {
    const EXIST: bool = false;

    fn port_read(&mut self, _: u16, _: Width) -> u32 {
        0
    }

    fn port_write(&mut self, _: u16, _: Width, _: u32) {}
}

impl Power for Aarch64 {
    fn off(&mut self, code: u8) -> ! {
        power::off(code, self.conduit)
    }
}
