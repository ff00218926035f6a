//! Errors on purpose, for images that are for that: registers that let fail what somebody asks to fail.
//!
//! No emulator has cards that lose answers, but controllers have a register by which errors can be forced (SDHC §2.2,
//! offset 52h), and cards do not hear commands that they do not know. So it is the controller and the card that fail, as
//! far as they can be made to: it shows the error in its own status, and raises its own interrupt. Rejected: to change
//! what the driver reads of the status, by which no interrupt would come, and the card would be in another state than
//! after a real error.
//!
//! The driver is generic over its registers, and a program of its own has the [`Injector`] before the bare ones, so
//! that nothing of this is in other images. [`Plan`] is what is to fail.

mod plan;
mod somebody;

use crate::command::UNKNOWN;
use crate::registers::{clock, mode, state, status};
use crate::{BLOCK, Register, Registers};
use plan::Effect;
pub use plan::{Plan, UnknownSlot};
use proto::card_faults::Slot;

/// Words in a block.
const WORDS: u32 = (BLOCK / size_of::<u32>()) as u32;
/// What the driver waits for while data is on its way.
const DATA: u32 = status::TRANSFER_COMPLETE | status::WRITE_READY | status::READ_READY;
/// What the controller shows when data has stopped.
const SHOWN: u32 = status::ALL & !DATA;

/// Registers that fail as a plan says.
#[derive(Clone, Copy)]
pub struct Injector<'p, R> {
    registers: R,
    plan: &'p Plan,
}

impl<'p, R: Registers> Injector<'p, R> {
    /// Stands before a controller's registers.
    pub fn new(registers: R, plan: &'p Plan) -> Self {
        Self { registers, plan }
    }

    /// Lets the controller show errors and raise its interrupt for them.
    fn force(&self, errors: u32) {
        self.registers.write(Register::ForceEvents, errors);
    }

    /// Sends a command, or lets it fail.
    fn send(&self, word: u32) {
        let index = word >> 24 & 0x3f;
        if self.plan.is_unheard() {
            return self.send_unheard(word);
        }
        if index == 9 && self.do_to_card().is_none() {
            // The driver begins anew.
            return self.force(status::COMMAND_CRC);
        }
        let Some(effect) = self.plan.next(index) else {
            return self.registers.write(Register::Command, word);
        };
        match effect {
            Effect::Unheard => self.send_unheard(word),
            Effect::Answer(errors) => {
                self.registers.write(Register::Command, word);
                self.force(errors);
            }
            Effect::Data => {
                let is_many = self.plan.blocks.get() >> 16 > 1;
                if is_many && word & mode::DMA == 0 {
                    // The first block is moved, the second is not.
                    self.plan.words.set(WORDS);
                } else {
                    self.stop_data();
                }
                self.registers.write(Register::Command, word);
            }
        }
    }

    /// Does what the plan says was done to the card before it was put in; nothing if it does not follow.
    fn do_to_card(&self) -> Option<()> {
        let address = self.plan.argument.get();
        match self.plan.slot() {
            Slot::ProtectedCard => somebody::protect(&self.registers, address),
            Slot::PasswordCard => somebody::lock(&self.registers, address),
            _ => Some(()),
        }
    }

    /// Sends a command that no card knows in the place of one that is answered alike.
    fn send_unheard(&self, word: u32) {
        let answer = word & 0x001b_0000;
        self.registers
            .write(Register::Command, UNKNOWN << 24 | answer);
    }

    /// Nothing is shown of data any more, until the controller is reset.
    fn stop_data(&self) {
        self.plan.has_stopped.set(true);
        self.registers.write(Register::StatusEnable, SHOWN);
    }

    /// A word of data is moved.
    fn count_word(&self) {
        let words = &self.plan.words;
        match words.get() {
            0 => {}
            1 => {
                words.set(0);
                self.stop_data();
            }
            more => words.set(more - 1),
        }
    }

    /// The driver begins or ends to wait for an interrupt.
    fn enable_signals(&self, signals: u32) {
        if !self.plan.has_stopped.get() {
            return self.registers.write(Register::SignalEnable, signals);
        }
        self.registers
            .write(Register::SignalEnable, signals & SHOWN);
        if signals & DATA != 0
            && let Some(errors) = self.plan.strike()
        {
            self.force(errors);
        }
    }

    /// The clock is set, or something reset.
    fn set_clock(&self, word: u32) {
        self.registers.write(Register::Clock, word);
        if word & clock::RESET_ALL != 0 {
            self.plan.forget_data();
        }
        if word & clock::RESET_DATA != 0 {
            self.plan.forget_data();
            self.registers.write(Register::StatusEnable, status::ALL);
        }
    }
}

impl<R: Registers> Registers for Injector<'_, R> {
    fn read(&self, register: Register) -> u32 {
        if register == Register::Buffer {
            self.count_word();
        }
        let word = self.registers.read(register);
        match (register, self.plan.slot()) {
            (Register::State, Slot::NoCard) => word & !state::INSERTED,
            (Register::State, Slot::LockedCard) => word & !state::WRITABLE,
            _ => word,
        }
    }

    fn write(&self, register: Register, value: u32) {
        match register {
            Register::Command => return self.send(value),
            Register::SignalEnable => return self.enable_signals(value),
            Register::Clock => return self.set_clock(value),
            Register::Argument => self.plan.argument.set(value),
            Register::Blocks => self.plan.blocks.set(value),
            Register::Buffer => self.count_word(),
            _ => {}
        }
        self.registers.write(register, value);
    }
}

#[cfg(test)]
#[path = "inject_tests.rs"]
mod tests;
