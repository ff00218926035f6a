//! The registers (§5.2): for each property of a pin a field in a row of registers.

use proto::gpio::{Edge, Function, Level, Pull};

/// How many pins there are.
const PINS: u8 = 58;

/// A register; each kind is a row of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Register {
    /// What pins do, 10 in each.
    Function(u8),
    /// Gives outputs the high level. One bit a pin, as in those below.
    Set(u8),
    /// Gives outputs the low level.
    Clear(u8),
    /// Which pins are high.
    Level(u8),
    /// Which pins had events; a 1 that is written ends one.
    Event(u8),
    /// For which pins it is one to rise.
    Rising(u8),
    /// For which pins it is one to fall.
    Falling(u8),
    /// What pins are drawn to, 16 in each.
    Pull(u8),
}

impl Register {
    /// Its offset in bytes.
    #[must_use]
    pub fn offset(self) -> usize {
        let (row, index) = match self {
            Self::Function(index) => (0x00, index),
            Self::Set(index) => (0x1c, index),
            Self::Clear(index) => (0x28, index),
            Self::Level(index) => (0x34, index),
            Self::Event(index) => (0x40, index),
            Self::Rising(index) => (0x4c, index),
            Self::Falling(index) => (0x58, index),
            Self::Pull(index) => (0xe4, index),
        };
        row + 4 * usize::from(index)
    }
}

/// Access to the registers.
pub trait Registers {
    /// Reads a register.
    fn read(&mut self, register: Register) -> u32;

    /// Writes a register.
    fn write(&mut self, register: Register, value: u32);
}

/// A pin that there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pin(u8);

impl Pin {
    pub(crate) fn new(number: u8) -> Option<Self> {
        (number < PINS).then_some(Self(number))
    }

    fn bank(self) -> u8 {
        self.0 / 32
    }

    fn bit(self) -> u32 {
        1 << (self.0 % 32)
    }
}

/// The pins.
#[derive(Debug)]
pub struct Pins<R> {
    registers: R,
}

impl<R: Registers> Pins<R> {
    /// The pins behind these registers, as firmware left them, but without events.
    pub fn new(mut registers: R) -> Self {
        for bank in 0..2 {
            registers.write(Register::Rising(bank), 0);
            registers.write(Register::Falling(bank), 0);
            registers.write(Register::Event(bank), u32::MAX);
        }
        Self { registers }
    }

    /// Reads a field of `bits` bits, of which a register has `each`.
    fn field(&mut self, row: fn(u8) -> Register, pin: Pin, (each, bits): (u8, u8)) -> u32 {
        let shift = u32::from(pin.0 % each) * u32::from(bits);
        self.registers.read(row(pin.0 / each)) >> shift & ((1 << bits) - 1)
    }

    fn set_field(&mut self, row: fn(u8) -> Register, pin: Pin, (each, bits): (u8, u8), value: u32) {
        let shift = u32::from(pin.0 % each) * u32::from(bits);
        let register = row(pin.0 / each);
        let others = self.registers.read(register) & !(((1 << bits) - 1) << shift);
        self.registers.write(register, others | value << shift);
    }

    pub(crate) fn function(&mut self, pin: Pin) -> Function {
        let number = self.field(Register::Function, pin, (10, 3));
        // Each number of three bits is one.
        Function::from_number(number as u8).unwrap_or(Function::Input)
    }

    pub(crate) fn set_function(&mut self, pin: Pin, function: Function) {
        self.set_field(Register::Function, pin, (10, 3), function.number().into());
    }

    pub(crate) fn pull(&mut self, pin: Pin) -> Pull {
        let number = self.field(Register::Pull, pin, (16, 2));
        Pull::from_number(number as u8).unwrap_or(Pull::None)
    }

    pub(crate) fn set_pull(&mut self, pin: Pin, pull: Pull) {
        self.set_field(Register::Pull, pin, (16, 2), pull.number().into());
    }

    pub(crate) fn level(&mut self, pin: Pin) -> Level {
        match self.registers.read(Register::Level(pin.bank())) & pin.bit() {
            0 => Level::Low,
            _ => Level::High,
        }
    }

    pub(crate) fn set_level(&mut self, pin: Pin, level: Level) {
        let register = match level {
            Level::Low => Register::Clear(pin.bank()),
            Level::High => Register::Set(pin.bank()),
        };
        self.registers.write(register, pin.bit());
    }

    /// Chooses the events of a pin. What happened before is none of them.
    pub(crate) fn detect(&mut self, pin: Pin, edge: Edge) {
        let wanted = edge.number();
        let bank = pin.bank();
        let rows = [
            (Register::Rising(bank), Edge::Rising),
            (Register::Falling(bank), Edge::Falling),
        ];
        for (register, one) in rows {
            let others = self.registers.read(register) & !pin.bit();
            let own = if wanted & one.number() == 0 {
                0
            } else {
                pin.bit()
            };
            self.registers.write(register, others | own);
        }
        self.registers.write(Register::Event(pin.bank()), pin.bit());
    }

    /// Takes the pins that had events: bit n stands for pin n.
    pub(crate) fn take_events(&mut self) -> u64 {
        let mut pins = 0;
        for bank in 0..2 {
            let register = Register::Event(bank);
            let events = self.registers.read(register);
            if events != 0 {
                self.registers.write(register, events);
            }
            pins |= u64::from(events) << (32 * bank);
        }
        pins & ((1 << PINS) - 1)
    }

    #[cfg(test)]
    pub(crate) fn registers(&mut self) -> &mut R {
        &mut self.registers
    }
}
