//! Interrupt lines: the GICv2's shared peripheral interrupts (Arm IHI 0048B).
//!
//! Line 0 is interrupt 32, the first shared one. Message-signalled interrupts are not there yet.

use weft_hal::{Interrupts, IrqLine, IrqMode, Msi, Trap};

use crate::board;
use crate::machine::Aarch64;
use crate::mmio::Mmio;

/// The first shared interrupt.
const SHARED: u32 = 32;
const LINES: u16 = 256;
/// The virtual timer's private interrupt.
const TIMER: u32 = 27;
/// Numbers from here on are no interrupts.
const SPECIAL: u32 = 1020;

const CONTROL: u16 = 0x000;
const TYPE: u16 = 0x004;
const SET_ENABLE: u16 = 0x100;
const CLEAR_ENABLE: u16 = 0x180;
const PRIORITY: u16 = 0x400;
const TARGETS: u16 = 0x800;
const CONFIGURATION: u16 = 0xc00;

const INTERFACE_CONTROL: u16 = 0x00;
const INTERFACE_PRIORITY: u16 = 0x04;
const ACKNOWLEDGE: u16 = 0x0c;
const END: u16 = 0x10;

/// The controller.
pub(crate) struct Gic {
    registers: Option<(Mmio, Mmio)>,
    interrupts: u32,
    level: [u64; LINES as usize / 64],
}

impl Gic {
    /// Stands for a board without one.
    pub(crate) const ABSENT: Self = Self {
        registers: None,
        interrupts: 0,
        level: [0; LINES as usize / 64],
    };

    /// Switches the controller on: all shared interrupts masked, the timer's open.
    pub(crate) fn new(gic: &board::Gic) -> Self {
        let distributor = Mmio::new(gic.distributor.start);
        let interface = Mmio::new(gic.interface.start);
        let interrupts = ((distributor.read(TYPE) & 0x1f) + 1) * 32;
        distributor.write(CONTROL, 0);
        for word in 1..interrupts / 32 {
            distributor.write(CLEAR_ENABLE + 4 * word as u16, !0);
        }
        for word in 0..interrupts / 4 {
            distributor.write(PRIORITY + 4 * word as u16, 0x8080_8080);
        }
        for word in SHARED / 4..interrupts / 4 {
            distributor.write(TARGETS + 4 * word as u16, 0x0101_0101);
        }
        distributor.write(SET_ENABLE, 1 << TIMER);
        distributor.write(CONTROL, 1);
        interface.write(INTERFACE_PRIORITY, 0xff);
        interface.write(INTERFACE_CONTROL, 1);
        let level = [0; LINES as usize / 64];
        Self {
            registers: Some((distributor, interface)),
            interrupts,
            level,
        }
    }

    fn exists(&self, line: u16) -> bool {
        line < LINES && u32::from(line) + SHARED < self.interrupts
    }

    fn set_mode(&mut self, line: u16, mode: IrqMode) {
        let number = line + SHARED as u16;
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

    fn set(&self, bank: u16, line: u16) {
        if let (true, Some((distributor, _))) = (self.exists(line), self.registers) {
            let number = line + SHARED as u16;
            distributor.write(bank + number / 32 * 4, 1 << (number % 32));
        }
    }
}

impl Aarch64 {
    /// Takes the interrupt that waits, and says what it is.
    pub(crate) fn acknowledge(&mut self) -> Trap {
        let Some((_, interface)) = self.gic.registers else {
            return Trap::Spurious;
        };
        let taken = interface.read(ACKNOWLEDGE);
        let trap = match taken & 0x3ff {
            TIMER => self.timer_fired(),
            number @ SHARED..SPECIAL => {
                let line = (number - SHARED) as u16;
                if self.gic.is_level(line) {
                    self.gic.set(CLEAR_ENABLE, line);
                }
                Trap::Interrupt(IrqLine(line))
            }
            SPECIAL.. => return Trap::Spurious,
            _ => Trap::Spurious,
        };
        interface.write(END, taken);
        trap
    }
}

impl Interrupts for Aarch64 {
    const LINES: u16 = LINES;

    fn configure(&mut self, line: IrqLine, mode: IrqMode) -> bool {
        if !self.gic.exists(line.0) {
            return false;
        }
        self.gic.set(CLEAR_ENABLE, line.0);
        self.gic.set_mode(line.0, mode);
        true
    }

    fn mask(&mut self, line: IrqLine) {
        self.gic.set(CLEAR_ENABLE, line.0);
    }

    fn unmask(&mut self, line: IrqLine) {
        self.gic.set(SET_ENABLE, line.0);
    }

    fn allocate_msi(&mut self) -> Option<Msi> {
        None
    }

    fn release(&mut self, line: IrqLine) {
        self.gic.set(CLEAR_ENABLE, line.0);
    }
}
