//! The mailbox: a word there, a word back (firmware, "Accessing mailboxes").

use core::fmt;

use device_wait::Pace;

use crate::letter::{self, Letter, Question, Reading, VALUES};

/// A register, as offset in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Register {
    /// Mail from the firmware.
    Receive = 0x00,
    /// Whether there is any.
    ReceiveStatus = 0x18,
    /// Whether it raises the interrupt.
    ReceiveConfig = 0x1c,
    /// Mail to the firmware.
    Send = 0x20,
    /// Whether there is room for it.
    SendStatus = 0x38,
}

/// Access to the registers.
pub trait Registers {
    /// Reads a register.
    fn read(&self, register: Register) -> u32;

    /// Writes a register.
    fn write(&self, register: Register, value: u32);
}

const FULL: u32 = 1 << 31;
const EMPTY: u32 = 1 << 30;
const MAIL_RAISES: u32 = 1 << 0;
/// The channel of questions.
const PROPERTIES: u32 = 8;

/// The longest that the firmware may take.
const PATIENCE_NS: u64 = 1_000_000_000;
/// Between two looks whether there is room.
const LOOK_NS: u64 = 100_000;
/// Words that wait in a mailbox.
const DEPTH: u32 = 8;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The letter lies where the firmware does not see it.
    OutOfSight,
    /// The firmware says nothing. It may still write into the letter, which is not used again.
    Silent,
    /// It could not make sense of the letter.
    NotUnderstood,
    /// It does not know what was asked for.
    Unknown,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutOfSight => "the letter lies where the firmware does not see it",
            Self::Silent => "the firmware does not answer",
            Self::NotUnderstood => "the firmware does not understand letters",
            Self::Unknown => "the firmware does not know",
        })
    }
}

/// The mailbox and the one letter that travels.
#[derive(Debug)]
pub struct Mailbox<R, L, P> {
    registers: R,
    letter: L,
    pace: P,
    address: u32,
    state: Result<(), Failure>,
}

impl<R: Registers, L: Letter, P: Pace> Mailbox<R, L, P> {
    /// A mailbox. What lies in it was for somebody who is no more, and is thrown away.
    ///
    /// # Errors
    /// [`Failure::OutOfSight`]; [`Failure::Silent`] if there is no such thing.
    pub fn new(registers: R, letter: L, pace: P) -> Result<Self, Failure> {
        let address = letter::address(&letter).ok_or(Failure::OutOfSight)?;
        registers.write(Register::ReceiveConfig, MAIL_RAISES);
        let is_empty = (0..=DEPTH).any(|_| {
            let found = registers.read(Register::ReceiveStatus) & EMPTY != 0;
            if !found {
                let _ = registers.read(Register::Receive);
            }
            found
        });
        if !is_empty || registers.read(Register::SendStatus) == u32::MAX {
            return Err(Failure::Silent);
        }
        Ok(Self {
            registers,
            letter,
            pace,
            address,
            state: Ok(()),
        })
    }

    /// Asks the firmware for a property, and returns an answer of `words` words; what else it has of two is zero or was
    /// sent.
    ///
    /// # Errors
    /// [`Failure`]. After `Silent` nothing is asked any more.
    pub fn ask(
        &mut self,
        tag: u32,
        values: [u32; VALUES],
        words: u32,
    ) -> Result<[u32; VALUES], Failure> {
        let question = Question { tag, values, words };
        self.ask_together(&[question]).map(|[answer]| answer)
    }

    /// Asks for several things by one letter, which the firmware sees all together.
    ///
    /// # Errors
    /// As [`ask`](Self::ask); `Unknown` if it does not know one of them.
    pub(crate) fn ask_together<const N: usize>(
        &mut self,
        questions: &[Question; N],
    ) -> Result<[[u32; VALUES]; N], Failure> {
        self.state?;
        letter::ask(&self.letter, questions);
        let deadline = self.pace.now_ns() + PATIENCE_NS;
        self.state = self
            .send(deadline)
            .and_then(|()| self.wait_for_answer(deadline));
        self.state?;
        match letter::read(&self.letter, questions) {
            Reading::Answers(answers) => Ok(answers),
            Reading::Unknown => Err(Failure::Unknown),
            Reading::NotUnderstood => Err(Failure::NotUnderstood),
        }
    }

    fn send(&self, deadline: u64) -> Result<(), Failure> {
        while self.registers.read(Register::SendStatus) & FULL != 0 {
            if self.pace.now_ns() >= deadline {
                return Err(Failure::Silent);
            }
            self.pace.sleep(LOOK_NS);
        }
        self.registers
            .write(Register::Send, self.address | PROPERTIES);
        Ok(())
    }

    /// Other mail is nobody's: this driver is the only one who sends any.
    fn wait_for_answer(&self, deadline: u64) -> Result<(), Failure> {
        loop {
            while self.registers.read(Register::ReceiveStatus) & EMPTY == 0 {
                if self.registers.read(Register::Receive) == self.address | PROPERTIES {
                    return Ok(());
                }
            }
            if self.pace.now_ns() >= deadline {
                return Err(Failure::Silent);
            }
            self.pace.wait(deadline);
        }
    }
}
