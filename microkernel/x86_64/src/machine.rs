//! The architecture's state on one core, and its groups that are a line or two.

use weft_hal::{Arch, Console, CoreId, Cpu, Ports, Power, Width};

use crate::acpi::PowerPorts;
use crate::cpu::Features;
use crate::irq::{Call, IoApic, LocalApic};
use crate::msi::MsiLines;
use crate::paging::KernelHalf;
use crate::regs::Registers;
use crate::smp::PerCore;
use crate::timer::Time;
use crate::{port, power, serial, smp};

/// An x86_64 core.
pub struct X86_64 {
    pub(crate) core: CoreId,
    pub(crate) features: Features,
    pub(crate) power: PowerPorts,
    pub(crate) local_apic: LocalApic,
    pub(crate) io_apic: IoApic,
    pub(crate) messages: MsiLines,
    pub(crate) time: Time,
    pub(crate) kernel: KernelHalf,
}

impl X86_64 {
    /// A placeholder until [`Handover`](weft_early::Handover) brings the real one: lets the kernel's state be
    /// made at compile time. It may only be replaced.
    pub const ABSENT: Self = Self {
        core: CoreId::BOOT,
        features: Features::NONE,
        power: PowerPorts::NONE,
        local_apic: LocalApic::ABSENT,
        io_apic: IoApic::ABSENT,
        messages: MsiLines::new(),
        time: Time::STOPPED,
        kernel: KernelHalf::ABSENT,
    };

    /// The state of a further core, whose interrupt controller has the number `id`. Interrupt lines come to the boot core.
    pub(crate) fn further(&self, core: CoreId, id: u32) -> Self {
        Self {
            core,
            features: self.features,
            power: self.power,
            local_apic: self.local_apic.of_core(id),
            io_apic: IoApic::ABSENT,
            messages: MsiLines::none(),
            time: self.time,
            kernel: self.kernel,
        }
    }

    /// What the processor has.
    pub fn features(&self) -> &Features {
        &self.features
    }
}

impl Arch for X86_64 {
    type Context = Registers;

    fn forget(&mut self, context: &Registers) {
        PerCore::current().forget(context);
    }

    fn put_away(&mut self, context: &Registers) {
        PerCore::current().put_away(context);
    }
}

impl Cpu for X86_64 {
    fn core(&self) -> CoreId {
        self.core
    }

    // A function of its own, at whose address tools see the kernel look.
    #[inline(never)]
    fn interrupt_pending(&self) -> bool {
        self.is_interrupt_requested()
    }

    fn notify(&mut self, core: CoreId) {
        self.local_apic.call(smp::controller_of(core), Call::Mail);
    }
}

impl Console for X86_64 {
    fn write_byte(&mut self, byte: u8) {
        serial::debug_byte(byte);
    }
}

impl Ports for X86_64 {
    const EXIST: bool = true;

    fn port_read(&mut self, port: u16, width: Width) -> u32 {
        port::read(port, width)
    }

    fn port_write(&mut self, port: u16, width: Width, value: u32) {
        port::write(port, width, value);
    }
}

impl Power for X86_64 {
    fn off(&mut self, code: u8) -> ! {
        power::off(code, self.power)
    }
}
