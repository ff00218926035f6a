//! The core's own interrupt controller, through MSRs (x2APIC) or memory (SDM 3A §11).

use core::arch::asm;
use core::sync::atomic::{Ordering, compiler_fence};

use crate::cpu::{self, Features};
use crate::irq::{MAIL, SPURIOUS, TIMER};
use crate::mmio::Mmio;

const IA32_APIC_BASE: u32 = 0x1b;
const ENABLE: u64 = 1 << 11;
const ENABLE_X2: u64 = 1 << 10;
const ADDRESS: u64 = 0x000f_ffff_ffff_f000;

const ID: u16 = 0x20;
const PRIORITY: u16 = 0x80;
const END: u16 = 0xb0;
const SPURIOUS_VECTOR: u16 = 0xf0;
const IN_SERVICE: u16 = 0x100;
const REQUESTED: u16 = 0x200;
const COMMAND: u16 = 0x300;
const DESTINATION: u16 = 0x310;
const LOCAL_TIMER: u16 = 0x320;
const LOCAL_INPUT_0: u16 = 0x350;
const LOCAL_ERROR: u16 = 0x370;
const INITIAL_COUNT: u16 = 0x380;
const CURRENT_COUNT: u16 = 0x390;
const DIVIDE: u16 = 0x3e0;
const SELF_X2: u32 = 0x83f;

const MASKED: u32 = 1 << 16;
const SOFTWARE_ENABLE: u32 = 1 << 8;
const DIVIDE_BY_1: u32 = 0b1011;
const TO_SELF: u32 = 1 << 18;
const TO_OTHERS: u32 = 3 << 18;
/// The bit of a command that is set while it has not been sent.
const PENDING: u32 = 1 << 12;
/// Reads after which a command counts as sent.
const PATIENCE: u32 = 10_000;
/// In memory, numbers are bytes, and this one means all.
const ALL: u32 = 0xff;

/// What a core tells another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// Look for mail.
    Mail,
    /// Stop, and wait for `Start`.
    Reset,
    /// Start in real mode, in the page with this number.
    Start(u8),
}

impl Call {
    const fn command(self) -> u32 {
        const ASSERT: u32 = 1 << 14;
        ASSERT
            | match self {
                Self::Mail => MAIL as u32,
                Self::Reset => 0b101 << 8,
                Self::Start(page) => 0b110 << 8 | page as u32,
            }
    }
}

/// How its registers are reached.
#[derive(Clone, Copy)]
enum Access {
    X2,
    Memory(Mmio),
}

/// The controller.
#[derive(Clone, Copy)]
pub(crate) struct LocalApic {
    access: Access,
    id: u32,
}

impl LocalApic {
    /// Stands for the controller before it is switched on.
    pub(crate) const ABSENT: Self = Self {
        access: Access::X2,
        id: 0,
    };

    /// The physical address of its registers where they are memory.
    pub(crate) fn physical() -> u64 {
        cpu::msr(IA32_APIC_BASE) & ADDRESS
    }

    /// Switches it on: everything local masked, the timer stopped.
    pub(crate) fn new(features: &Features) -> Self {
        let base = cpu::msr(IA32_APIC_BASE) | ENABLE;
        cpu::set_msr(IA32_APIC_BASE, base);
        let access = if features.x2apic {
            cpu::set_msr(IA32_APIC_BASE, base | ENABLE_X2);
            Access::X2
        } else {
            Access::Memory(Mmio::new(Self::physical()))
        };
        let mut apic = Self { access, id: 0 };
        apic.id = match apic.access {
            Access::X2 => apic.read(ID),
            Access::Memory(_) => apic.read(ID) >> 24,
        };
        for register in [LOCAL_INPUT_0, LOCAL_ERROR] {
            apic.write(register, MASKED);
        }
        apic.write(PRIORITY, 0);
        apic.write(DIVIDE, DIVIDE_BY_1);
        apic.write(LOCAL_TIMER, u32::from(TIMER) | MASKED);
        apic.write(SPURIOUS_VECTOR, SOFTWARE_ENABLE | u32::from(SPURIOUS));
        apic
    }

    /// That of another core, to be replaced there.
    pub(crate) const fn of_core(self, id: u32) -> Self {
        Self { id, ..self }
    }

    /// The controller of the core that executes this, as it was switched on.
    pub(crate) fn current() -> Self {
        let access = if cpu::msr(IA32_APIC_BASE) & ENABLE_X2 == 0 {
            Access::Memory(Mmio::new(Self::physical()))
        } else {
            Access::X2
        };
        Self { access, id: 0 }
    }

    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    /// Tells it that the interrupt was taken.
    pub(crate) fn end_of_interrupt(&self) {
        self.write(END, 0);
    }

    /// Whether any vector from 32 on, and below 32 times `end`, is requested.
    pub(crate) fn is_any_requested(&self, end: u16) -> bool {
        // How the registers are reached is the same for all.
        let mut all = 0;
        match self.access {
            Access::X2 => {
                for word in 1..end {
                    all |= cpu::msr(x2(REQUESTED + 16 * word)) as u32;
                }
            }
            Access::Memory(registers) => {
                for word in 1..end {
                    all |= registers.read(REQUESTED + 16 * word);
                }
            }
        }
        all != 0
    }

    /// Whether a vector was taken and not acknowledged yet.
    pub(crate) fn is_in_service(&self, vector: u8) -> bool {
        let word = u16::from(vector / 32);
        self.read(IN_SERVICE + 16 * word) >> (vector % 32) & 1 == 1
    }

    /// Raises a vector on this core.
    pub(crate) fn raise(&self, vector: u8) {
        match self.access {
            Access::X2 => cpu::set_msr(SELF_X2, u64::from(vector)),
            Access::Memory(_) => self.write(COMMAND, TO_SELF | u32::from(vector)),
        }
    }

    /// Tells another core, or this one, something; what was written before is seen there. `false` if the core cannot be told.
    #[inline(never)]
    pub(crate) fn call(&self, id: u32, call: Call) -> bool {
        let reachable = id < ALL || matches!(self.access, Access::X2);
        if reachable {
            self.command(id, call.command());
        }
        reachable
    }

    /// Stops all other cores by a non-maskable interrupt.
    pub(crate) fn interrupt_others(&self) {
        const NON_MASKABLE: u32 = 0b100 << 8 | 1 << 14;
        self.command(0, TO_OTHERS | NON_MASKABLE);
    }

    fn command(&self, to: u32, command: u32) {
        match self.access {
            Access::X2 => {
                // A write to such a register does not wait for stores (SDM 3A §10.12.3).
                // SAFETY:
                // 1. only waits.
                unsafe { asm!("mfence", "lfence", options(nostack, preserves_flags)) };
                cpu::set_msr(x2(COMMAND), u64::from(to) << 32 | u64::from(command));
            }
            Access::Memory(registers) => {
                let sent = |_: &u32| registers.read(COMMAND) & PENDING == 0;
                let _ = (0..PATIENCE).find(sent);
                // Uncached stores wait for all others.
                compiler_fence(Ordering::SeqCst);
                registers.write(DESTINATION, to << 24);
                registers.write(COMMAND, command);
            }
        }
    }

    /// Counts down from `ticks` silently, to be read with [`remaining`](Self::remaining).
    pub(crate) fn count_from(&self, ticks: u32) {
        self.write(LOCAL_TIMER, u32::from(TIMER) | MASKED);
        self.write(INITIAL_COUNT, ticks);
    }

    /// Raises the timer's vector once after `ticks`; 0 stops the timer.
    pub(crate) fn fire_after(&self, ticks: u32) {
        self.write(LOCAL_TIMER, u32::from(TIMER));
        self.write(INITIAL_COUNT, ticks);
    }

    /// What is left of the count.
    pub(crate) fn remaining(&self) -> u32 {
        self.read(CURRENT_COUNT)
    }

    fn read(&self, register: u16) -> u32 {
        match self.access {
            Access::X2 => cpu::msr(x2(register)) as u32,
            Access::Memory(registers) => registers.read(register),
        }
    }

    fn write(&self, register: u16, value: u32) {
        match self.access {
            Access::X2 => cpu::set_msr(x2(register), u64::from(value)),
            Access::Memory(registers) => registers.write(register, value),
        }
    }
}

const fn x2(register: u16) -> u32 {
    0x800 + (register >> 4) as u32
}
