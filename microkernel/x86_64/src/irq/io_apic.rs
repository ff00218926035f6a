//! The I/O APIC (82093AA): redirects input lines to vectors.

use weft_hal::IrqMode;

use crate::acpi::{Madt, Override};
use crate::mmio::Mmio;

const SELECT: u16 = 0x00;
const WINDOW: u16 = 0x10;
const VERSION: u8 = 1;
const REDIRECTION: u8 = 0x10;
const LOW_ACTIVE: u32 = 1 << 13;
const LEVEL: u32 = 1 << 15;
const MASKED: u32 = 1 << 16;
/// Input 2 has the timer; ISA interrupt 2 does not exist.
const CASCADE: u16 = 2;

/// The controller and where the lines enter it.
pub(crate) struct IoApic {
    registers: Option<Mmio>,
    inputs: u16,
    overrides: [Option<Override>; 16],
    level: u32,
}

impl IoApic {
    /// Stands for a machine without one.
    pub(crate) const ABSENT: Self = Self {
        registers: None,
        inputs: 0,
        overrides: [None; 16],
        level: 0,
    };

    /// The controller that the MADT names, all inputs masked. Without one no input can be configured.
    pub(crate) fn new(madt: &Madt) -> Self {
        let registers = madt.io_apic.map(|entry| Mmio::new(entry.address));
        let mut apic = Self {
            registers,
            inputs: 0,
            overrides: madt.overrides,
            level: 0,
        };
        apic.inputs = if registers.is_some() {
            ((apic.read(VERSION) >> 16) as u8).into()
        } else {
            0
        };
        if registers.is_some() {
            apic.inputs += 1;
        }
        for input in 0..apic.inputs {
            apic.write(REDIRECTION + 2 * input as u8, MASKED);
        }
        apic
    }

    /// Directs a line to a vector of a core, masked; `false` if there is no such input.
    pub(crate) fn configure(&mut self, line: u16, vector: u8, core: u32, mode: IrqMode) -> bool {
        let Some(input) = self.input(line) else {
            return false;
        };
        let mode = self
            .rerouted(line)
            .map_or(mode, |rerouted| override_mode(rerouted.flags, mode));
        let trigger = match mode {
            IrqMode::Edge => 0,
            IrqMode::LevelLow => LEVEL | LOW_ACTIVE,
            IrqMode::LevelHigh => LEVEL,
        };
        let bit = 1 << line;
        self.level = if trigger & LEVEL == 0 {
            self.level & !bit
        } else {
            self.level | bit
        };
        self.write(
            REDIRECTION + 2 * input,
            u32::from(vector) | trigger | MASKED,
        );
        self.write(REDIRECTION + 2 * input + 1, core << 24);
        true
    }

    /// Whether a line is level triggered.
    pub(crate) fn is_level(&self, line: u16) -> bool {
        self.level >> line & 1 == 1
    }

    /// Stops a line.
    pub(crate) fn mask(&mut self, line: u16) {
        self.change(line, |low| low | MASKED);
    }

    /// Lets a line fire; one that was never configured has no vector and stays stopped.
    pub(crate) fn unmask(&mut self, line: u16) {
        self.change(
            line,
            |low| if low & 0xff == 0 { low } else { low & !MASKED },
        );
    }

    /// Masks a line and forgets its vector.
    pub(crate) fn release(&mut self, line: u16) {
        self.change(line, |_| MASKED);
    }

    fn change(&mut self, line: u16, to: impl Fn(u32) -> u32) {
        if let Some(input) = self.input(line) {
            let low = self.read(REDIRECTION + 2 * input);
            self.write(REDIRECTION + 2 * input, to(low));
        }
    }

    fn rerouted(&self, line: u16) -> Option<Override> {
        self.overrides.get(usize::from(line)).copied().flatten()
    }

    fn input(&self, line: u16) -> Option<u8> {
        let rerouted = self.rerouted(line);
        if line == CASCADE && rerouted.is_none() {
            return None;
        }
        let input = rerouted.map_or(u32::from(line), |rerouted| rerouted.global);
        u8::try_from(input)
            .ok()
            .filter(|input| u16::from(*input) < self.inputs)
    }

    fn read(&self, register: u8) -> u32 {
        self.registers.map_or(0, |registers| {
            registers.write(SELECT, u32::from(register));
            registers.read(WINDOW)
        })
    }

    fn write(&self, register: u8, value: u32) {
        if let Some(registers) = self.registers {
            registers.write(SELECT, u32::from(register));
            registers.write(WINDOW, value);
        }
    }
}

/// What firmware says of polarity and trigger (MPS flags), or else `mode`.
fn override_mode(flags: u16, mode: IrqMode) -> IrqMode {
    match (flags & 3, flags >> 2 & 3) {
        (_, 1) => IrqMode::Edge,
        (3, 3) => IrqMode::LevelLow,
        (_, 3) => IrqMode::LevelHigh,
        _ => mode,
    }
}
