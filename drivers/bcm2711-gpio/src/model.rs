//! Pretended pins, stricter than the real ones.

use std::vec::Vec;

use crate::{Register, Registers};

const PINS: usize = 58;

/// The pins.
pub(crate) struct Chip {
    pub(crate) functions: [u32; PINS],
    pub(crate) pulls: [u32; PINS],
    /// What is put on a pin from outside.
    pub(crate) outside: [bool; PINS],
    latched: [bool; PINS],
    rising: u64,
    falling: u64,
    events: u64,
}

impl Chip {
    /// Pins that firmware has used: some do something, and some had events.
    pub(crate) fn in_use() -> Self {
        let mut chip = Self {
            functions: [0; PINS],
            pulls: [1; PINS],
            outside: [false; PINS],
            latched: [false; PINS],
            rising: 1 << 3,
            falling: 1 << 40,
            events: 1 << 40 | 1,
        };
        (chip.functions[14], chip.functions[15]) = (4, 4);
        chip
    }

    fn level(&self, pin: usize) -> bool {
        match self.functions[pin] {
            1 => self.latched[pin],
            _ => self.outside[pin],
        }
    }

    /// Puts a level on a pin.
    pub(crate) fn put(&mut self, pin: usize, level: bool) {
        let before = self.level(pin);
        self.outside[pin] = level;
        let wanted = match (before, self.level(pin)) {
            (false, true) => self.rising,
            (true, false) => self.falling,
            _ => 0,
        };
        self.events |= wanted & 1 << pin;
    }

    /// Whether the interrupt line is up.
    pub(crate) fn interrupts(&self) -> bool {
        self.events != 0
    }

    fn pack(values: &[u32], bits: u32) -> u32 {
        let shifted = values
            .iter()
            .enumerate()
            .map(|(n, value)| value << (n as u32 * bits));
        shifted.fold(0, |all, one| all | one)
    }

    fn bits(&self, bank: u8, of: impl Fn(&Self, usize) -> bool) -> u32 {
        let pins: Vec<_> = (0..PINS).filter(|pin| of(self, *pin)).collect();
        let all = pins.iter().fold(0u64, |all, pin| all | 1 << pin);
        (all >> (32 * bank)) as u32
    }
}

fn word(value: u64, bank: u8) -> u32 {
    (value >> (32 * bank)) as u32
}

fn set_word(value: &mut u64, bank: u8, word: u32) {
    let shift = 32 * bank;
    *value = *value & !(u64::from(u32::MAX) << shift) | u64::from(word) << shift;
}

impl Registers for Chip {
    fn read(&mut self, register: Register) -> u32 {
        assert!(register.offset() < 0xf4, "there is no such register");
        match register {
            Register::Function(n) => {
                let first = usize::from(n) * 10;
                Self::pack(&self.functions[first..PINS.min(first + 10)], 3)
            }
            Register::Pull(n) => {
                let first = usize::from(n) * 16;
                Self::pack(&self.pulls[first..PINS.min(first + 16)], 2)
            }
            Register::Level(bank) => self.bits(bank, Self::level),
            Register::Event(bank) => word(self.events, bank),
            Register::Rising(bank) => word(self.rising, bank),
            Register::Falling(bank) => word(self.falling, bank),
            other => panic!("{other:?} is write-only"),
        }
    }

    fn write(&mut self, register: Register, value: u32) {
        match register {
            Register::Function(n) => {
                let own = self.functions.iter_mut().skip(usize::from(n) * 10).take(10);
                own.zip(0..)
                    .for_each(|(pin, at)| *pin = value >> (3 * at) & 7);
            }
            Register::Pull(n) => {
                let own = self.pulls.iter_mut().skip(usize::from(n) * 16).take(16);
                for (pin, at) in own.zip(0..) {
                    *pin = value >> (2 * at) & 3;
                    assert_ne!(*pin, 3, "that is reserved");
                }
            }
            Register::Set(bank) | Register::Clear(bank) => {
                for (pin, latched) in self.latched.iter_mut().enumerate() {
                    if pin / 32 == usize::from(bank) && value >> (pin % 32) & 1 == 1 {
                        assert_eq!(self.functions[pin], 1, "it is an output");
                        *latched = matches!(register, Register::Set(_));
                    }
                }
            }
            Register::Event(bank) => {
                let ended = u64::from(value) << (32 * bank);
                self.events &= !ended;
            }
            Register::Rising(bank) => set_word(&mut self.rising, bank, value),
            Register::Falling(bank) => set_word(&mut self.falling, bank, value),
            Register::Level(_) => panic!("{register:?} is read-only"),
        }
    }
}
