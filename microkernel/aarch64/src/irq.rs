//! Interrupt lines: the GIC's shared peripheral interrupts (Arm IHI 0048B, IHI 0069H).
//!
//! Line 0 is interrupt 32, the first shared one. The distributor is nearly the same in GICv2 and GICv3; how a core
//! takes an interrupt is not (`gic_v2`, `gic_v3`). Shared interrupts all go to the core that boots; the other cores
//! have their timer and interrupts from each other (`sgi`).
//!
//! Message-signalled interrupts are lines as well (`messages`): a GICv2's are shared interrupts that devices raise by a
//! write. A GICv3's are interrupts of their own, in the place of the lines from [`its::FIRST_LINE`] on; their numbers are such that
//! [`Aarch64::acknowledge`] need not tell them apart.

use weft_hal::{CoreId, Interrupts, IrqLine, IrqMode, Msi, Trap};

use crate::machine::Aarch64;
use crate::messages::Messages;
use crate::mmio::Mmio;
use crate::{board, cpu, gic_v2, gic_v3, its, sgi};

/// The first shared interrupt.
const SHARED: u16 = 32;
const LINES: u16 = 256;
/// The virtual timer's private interrupt.
const TIMER: u16 = 27;
/// Numbers from here on are no interrupts.
const SPECIAL: u16 = 1020;

const CONTROL: u16 = 0x000;
const TYPE: u16 = 0x004;
const SET_ENABLE: u16 = 0x100;
const CLEAR_ENABLE: u16 = 0x180;
const CLEAR_PENDING: u16 = 0x280;
const PRIORITY: u16 = 0x400;
const CONFIGURATION: u16 = 0xc00;
const MIDDLE: u32 = 0x8080_8080;

/// How a core takes interrupts.
#[derive(Clone, Copy, Debug)]
enum Interface {
    V2(gic_v2::Interface),
    V3(gic_v3::Interface),
}

/// The controller. What an interrupt needs comes first and together.
#[repr(C)]
pub(crate) struct Gic {
    registers: Option<(Mmio, Interface)>,
    /// How many lines are shared interrupts, from the first on.
    shared: u16,
    level: [u64; LINES as usize / 64],
    messages: Option<&'static mut Messages>,
}

// What `acknowledge` makes of a message's number.
const _: () =
    assert!(its::LINE_0 & 0x3ff == SHARED as u32 && its::FIRST_LINE + its::COUNT <= LINES);

impl Gic {
    /// Stands for a board without one.
    pub(crate) const ABSENT: Self = Self {
        registers: None,
        shared: 0,
        level: [0; LINES as usize / 64],
        messages: None,
    };

    /// Switches the controller on, for the core that boots: all shared interrupts are its own, and masked. `memory` is for the
    /// tables of message-signalled ones.
    pub(crate) fn new(
        gic: &board::Gic,
        messages: Option<board::Messages>,
        memory: Option<u64>,
    ) -> Self {
        let distributor = Mmio::new(gic.distributor().start);
        let interrupts = ((distributor.read(TYPE) & 0x1f) as u16 + 1) * 32;
        distributor.write(CONTROL, 0);
        (SHARED..interrupts).step_by(32).for_each(|first| {
            distributor.write(CLEAR_ENABLE + first / 8, !0);
        });
        (SHARED..interrupts.min(SPECIAL))
            .step_by(4)
            .for_each(|first| distributor.write(PRIORITY + first, MIDDLE));
        match gic {
            board::Gic::V2 { .. } => Self::start_v2(distributor, gic, interrupts),
            board::Gic::V3 { .. } => Self::start_v3(distributor, interrupts),
        }
        let lines = (interrupts.min(SPECIAL) - SHARED).min(LINES);
        let joined = Self::join(gic, CoreId::BOOT);
        let messages = Messages::new((gic, messages), memory, (SHARED, lines));
        Self {
            shared: match messages {
                Messages::Translated(..) => lines.min(its::FIRST_LINE),
                _ => lines,
            },
            messages: Some(messages.install()),
            ..joined
        }
    }

    fn start_v2(distributor: Mmio, gic: &board::Gic, interrupts: u16) {
        sgi::use_distributor(gic.distributor().start);
        (SHARED..interrupts.min(SPECIAL))
            .step_by(4)
            .for_each(|first| gic_v2::Interface::route(distributor, first));
        distributor.write(CONTROL, gic_v2::DISTRIBUTOR_ON);
    }

    fn start_v3(distributor: Mmio, interrupts: u16) {
        (SHARED..interrupts)
            .step_by(32)
            .for_each(|first| gic_v3::Interface::group(distributor, first / 32));
        distributor.write(CONTROL, gic_v3::DISTRIBUTOR_ON);
        (SHARED..interrupts.min(SPECIAL))
            .step_by(4)
            .for_each(|first| gic_v3::Interface::route(distributor, first));
    }

    /// Opens this core's interface to a controller that is on: the timer's interrupt and those from other cores. No shared
    /// interrupt is this core's.
    pub(crate) fn join(gic: &board::Gic, core: CoreId) -> Self {
        let distributor = Mmio::new(gic.distributor().start);
        let interface = match gic {
            board::Gic::V2 { interface, .. } => {
                open_private(distributor);
                sgi::announce(core, gic_v2::target(distributor));
                Some(Interface::V2(gic_v2::Interface::new(*interface)))
            }
            board::Gic::V3 { redistributors, .. } => {
                let interface = gic_v3::Interface::new(*redistributors);
                interface.map(|interface| {
                    open_private(interface.private());
                    sgi::announce(core, gic_v3::target());
                    Interface::V3(interface)
                })
            }
        };
        Self {
            registers: interface.map(|interface| (distributor, interface)),
            ..Self::ABSENT
        }
    }

    fn set_mode(&mut self, line: u16, mode: IrqMode) {
        let number = line + SHARED;
        let bit = 1u64 << (line % 64);
        if let Some(word) = self.level.get_mut(usize::from(line / 64)) {
            *word = if mode == IrqMode::Edge {
                *word & !bit
            } else {
                *word | bit
            };
        }
        if let Some((distributor, _)) = self.registers {
            let (register, shift) = (CONFIGURATION + number / 16 * 4, number % 16 * 2);
            let others = distributor.read(register) & !(2 << shift);
            let edge = if mode == IrqMode::Edge { 2 << shift } else { 0 };
            distributor.write(register, others | edge);
        }
    }

    fn is_level(&self, line: u16) -> bool {
        self.level
            .get(usize::from(line / 64))
            .is_some_and(|word| word >> (line % 64) & 1 == 1)
    }

    /// Sets a shared interrupt's bit; `false` if the line is none.
    #[inline(always)]
    fn set(&self, bank: u16, line: u16) -> bool {
        let shared = line < self.shared;
        if let (true, Some((distributor, _))) = (shared, self.registers) {
            let number = line + SHARED;
            distributor.write(bank + number / 32 * 4, 1 << (number % 32));
        }
        shared
    }
}

/// Masks the core's private interrupts, all but the timer's and those from other cores.
#[inline(never)]
fn open_private(registers: Mmio) {
    registers.write(CLEAR_ENABLE, !0);
    (0..SHARED)
        .step_by(4)
        .for_each(|first| registers.write(PRIORITY + first, MIDDLE));
    registers.write(SET_ENABLE, 1 << TIMER | sgi::ALL);
}

impl Interface {
    fn take(self) -> u32 {
        match self {
            Self::V2(interface) => interface.take(),
            Self::V3(interface) => interface.take(),
        }
    }

    fn end(self, taken: u32) {
        match self {
            Self::V2(interface) => interface.end(taken),
            Self::V3(interface) => interface.end(taken),
        }
    }
}

impl Aarch64 {
    /// Takes the interrupt that waits, and says what it is.
    #[inline(always)]
    pub(crate) fn acknowledge(&mut self) -> Trap {
        let Some((distributor, interface)) = self.gic.registers else {
            return Trap::Spurious;
        };
        let taken = interface.take();
        let trap = match (taken & 0x3ff) as u16 {
            number @ SHARED..SPECIAL => {
                let line = number - SHARED;
                if self.gic.is_level(line) {
                    distributor.write(CLEAR_ENABLE + number / 32 * 4, 1 << (number % 32));
                }
                Trap::Interrupt(IrqLine(line))
            }
            TIMER => self.timer_fired(),
            sgi::MAIL => Trap::Mail,
            sgi::STOP => cpu::park(),
            SPECIAL.. => return Trap::Spurious,
            _ => Trap::Spurious,
        };
        interface.end(taken);
        trap
    }
}

impl Interrupts for Aarch64 {
    const LINES: u16 = LINES;

    fn configure(&mut self, line: IrqLine, mode: IrqMode) -> bool {
        let message = |messages: &&mut Messages| messages.has(line);
        if self.gic.messages.as_ref().is_some_and(message) {
            return false;
        }
        if !self.gic.set(CLEAR_ENABLE, line.0) {
            return false;
        }
        self.gic.set_mode(line.0, mode);
        true
    }

    fn mask(&mut self, line: IrqLine) {
        if !self.gic.set(CLEAR_ENABLE, line.0)
            && let Some(messages) = &mut self.gic.messages
        {
            messages.mask(line);
        }
    }

    fn unmask(&mut self, line: IrqLine) {
        if !self.gic.set(SET_ENABLE, line.0)
            && let Some(messages) = &mut self.gic.messages
        {
            messages.unmask(line);
        }
    }

    fn allocate_msi(&mut self, device: u16) -> Option<Msi> {
        let message = self.gic.messages.as_mut()?.allocate(device, SHARED)?;
        let line = message.line.0;
        // What was left of whoever had a shared interrupt before is nobody's.
        if self.gic.set(CLEAR_ENABLE, line) {
            self.gic.set_mode(line, IrqMode::Edge);
            self.gic.set(CLEAR_PENDING, line);
        }
        Some(message)
    }

    fn release(&mut self, line: IrqLine) {
        self.gic.set(CLEAR_ENABLE, line.0);
        if let Some(messages) = &mut self.gic.messages {
            messages.release(line);
        }
    }
}
