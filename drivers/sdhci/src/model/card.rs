//! The model's card: which commands it takes when, and what it answers.

use std::vec::Vec;

use super::{BLOCK, Fault, Slot, State};
use crate::command::{Answer, Command as Sent};
use crate::command::{CONDITIONS, Command, Data};
use crate::registers::status;

const ADDRESS: u32 = 0x4567_0000;
const READY: u32 = 1 << 31;

/// A card's state, by the numbers that its status has (SD §4.10.1), and what it was told.
pub(super) struct CardState {
    is_there: bool,
    serial: u32,
    state: u32,
    is_application: bool,
    asked: u32,
    block_length: u32,
    is_locked: bool,
    pub(super) is_wide: bool,
    pub(super) errors: u32,
    pub(super) busy_until: u64,
}

impl CardState {
    pub(super) fn new(is_there: bool) -> Self {
        Self {
            is_there,
            serial: 1,
            state: 0,
            is_application: false,
            asked: 0,
            block_length: 0,
            is_locked: false,
            is_wide: false,
            errors: 0,
            busy_until: 0,
        }
    }

    pub(super) fn is_in(&mut self, state: u32) {
        self.state = state;
    }
}

impl State {
    /// The controller sends a command.
    pub(super) fn send(&mut self, word: u32) {
        let hz = self.card_hz().expect("power and clock are on");
        let index = (word >> 24 & 0x3f) as u8;
        assert!(!self.command_is_stuck, "the last command is not over");
        assert!(word >> 16 & 1 << 5 == 0 || self.transfer.is_none());
        assert_eq!(self.status, 0, "what was before is taken back");
        let most = if self.card.state < 3 {
            400_000
        } else {
            25_000_000
        };
        assert!(hz <= most, "{hz} Hz is too fast for command {index}");
        let is_announced = std::mem::take(&mut self.card.is_application);
        let is_application = is_announced && matches!(index, 6 | 41 | 51);
        let name = if is_application { index + 100 } else { index };
        self.commands.push(name);
        self.happen(name);
        let is_for = |fault, kind: fn(u8) -> Fault| fault == kind(name);
        if self.fault(|fault| is_for(fault, Fault::Silent)).is_some() {
            self.command_is_stuck = true;
            return;
        }
        let deaf = self.fault(|fault| is_for(fault, Fault::Deaf)).is_some();
        if !self.card.is_there || deaf {
            return self.no_answer(word);
        }
        self.answer(name, word);
    }

    /// What somebody does to the card at this moment.
    fn happen(&mut self, name: u8) {
        if self.fault(|fault| fault == Fault::Removal(name)).is_some() {
            self.card.is_there = false;
        }
        if self.fault(|fault| fault == Fault::Exchange(name)).is_some() {
            let serial = self.card.serial + 1;
            self.card = CardState::new(true);
            self.card.serial = serial;
        }
    }

    /// Some commands are never answered.
    fn no_answer(&mut self, word: u32) {
        if word >> 16 & 0b11 == 0 {
            return self.set_later(status::COMMAND_COMPLETE);
        }
        self.command_is_stuck = true;
        self.set_later(status::COMMAND_TIMEOUT);
    }

    fn answer(&mut self, name: u8, word: u32) {
        let damaged = self.fault(|fault| matches!(fault, Fault::Answer(of, _) if of == name));
        let before = self.status_word();
        let Some(answer) = self.obey(name, word, before) else {
            return self.no_answer(word);
        };
        if let Some(Fault::Answer(_, bits)) = damaged {
            self.command_is_stuck = true;
            return self.set_later(bits);
        }
        self.response = answer;
        self.set_later(status::COMMAND_COMPLETE);
        if word >> 16 & 0b11 == 0b11 {
            self.set_later(status::TRANSFER_COMPLETE);
        }
        let is_read = |name| matches!(name, 17 | 18 | 151);
        if is_read(name) || matches!(name, 24 | 25 | 27 | 42) {
            let register = match name {
                27 => Some(self.csd().to_be_bytes().to_vec()),
                42 => Some(Vec::from([0; BLOCK])),
                151 => Some(self.scr()),
                _ => None,
            };
            self.begin(word & 0xffff, !is_read(name), register);
        }
    }

    /// The status, whose errors are told once.
    fn status_word(&mut self) -> u32 {
        let mut state = self.card.state;
        if state == 4 && self.now < self.card.busy_until {
            state = 7;
        }
        let lock = u32::from(self.card.is_locked) << 25;
        1 << 8 | state << 9 | lock | std::mem::take(&mut self.card.errors)
    }

    /// Does what a command says, if it may be given now; nothing if the card does not know it.
    fn obey(&mut self, name: u8, word: u32, before: u32) -> Option<u128> {
        let (argument, state) = (self.argument, self.card.state);
        let expect = |wanted: &[u32]| {
            assert!(wanted.contains(&state), "command {name} in state {state}");
        };
        let short = |wanted: Command| assert_eq!(word & 0xffff_0000, wanted.word() & 0xffff_0000);
        let mut answer = u128::from(before);
        match name {
            0 => {
                let (serial, is_there) = (self.card.serial, true);
                self.card = CardState::new(is_there);
                self.card.serial = serial;
            }
            8 if self.kind.slot == Slot::Old => {
                self.card.errors = 1 << 22;
                return None;
            }
            8 => {
                expect(&[0]);
                assert_eq!(argument, CONDITIONS);
                answer = CONDITIONS.into();
            }
            55 => {
                let address = if state < 3 { 0 } else { ADDRESS };
                assert_eq!(argument, address);
                self.card.is_application = true;
            }
            141 => {
                expect(&[0]);
                answer = self.conditions(argument);
            }
            2 => {
                expect(&[1]);
                self.card.state = 2;
                answer = self.identity() >> 8;
            }
            3 => {
                expect(&[2]);
                self.card.state = 3;
                answer = u128::from(ADDRESS | 0x500);
            }
            9 => {
                expect(&[3]);
                answer = self.csd() >> 8;
            }
            7 if argument == 0 => {
                expect(&[4]);
                self.card.state = 3;
            }
            7 => {
                expect(&[3]);
                assert_eq!(argument, ADDRESS);
                self.card.state = 4;
            }
            16 => {
                expect(&[4]);
                self.card.block_length = argument;
            }
            106 => {
                expect(&[4]);
                assert!(self.kind.four_lines && argument == 2);
                self.card.is_wide = true;
            }
            151 => {
                assert!(!self.card.is_locked, "it gives no data");
                expect(&[4]);
            }
            13 => {
                assert_eq!(argument, ADDRESS);
                short(Sent::new(13, 0, Answer::Short));
            }
            12 => {
                expect(&[5, 6]);
                short(Sent::new(12, 0, Answer::Busy).with(Data::Abort));
                self.card.state = 4;
            }
            17 | 18 | 24 | 25 | 27 | 42 => {
                assert!(!self.card.is_locked, "it takes no data");
                expect(&[4]);
            }
            59 => {
                self.card.errors |= 1 << 22;
                return None;
            }
            other => panic!("command {other} is not for this card"),
        }
        Some(answer)
    }

    /// It takes a few questions until it is ready.
    fn conditions(&mut self, argument: u32) -> u128 {
        let knows_blocks = argument & 1 << 30 != 0;
        assert_eq!(knows_blocks, self.kind.slot != Slot::Old);
        assert_ne!(argument & 0x00ff_8000, 0, "a voltage is named");
        self.card.asked += 1;
        if self.card.asked < 3 {
            return 0x00ff_8000;
        }
        self.card.state = 1;
        let counts_blocks = u32::from(self.kind.slot == Slot::Large) << 30;
        u128::from(READY | counts_blocks | 0x00ff_8000)
    }

    fn identity(&self) -> u128 {
        let letters = u64::from_be_bytes(*b"\0\0\0MODEL");
        0x27 << 120 | u128::from(letters) << 64 | u128::from(self.card.serial) << 24
    }

    fn csd(&self) -> u128 {
        let (size, protection) = (u128::from(self.kind.size), u128::from(self.kind.protection));
        let size = match self.kind.slot {
            Slot::Large => 1 << 126 | size << 48,
            // Blocks of 512 bytes, four a unit.
            _ => 9 << 80 | size << 62,
        };
        size | protection << 12
    }

    fn scr(&self) -> Vec<u8> {
        let lines = if self.kind.four_lines { 0b101 } else { 0b001 };
        Vec::from([2, lines, 0, 0, 0, 0, 0, 0])
    }

    /// A register of the card is written, or what is like one.
    pub(super) fn program(&mut self, bytes: &[u8]) {
        if bytes.len() == BLOCK {
            assert_eq!(
                (bytes[0], bytes[1]),
                (0b101, 4),
                "locked by a password of four"
            );
            self.card.is_locked = true;
        } else {
            self.program_csd(bytes);
        }
    }

    /// The card's register is written: all but its last two bytes must be as they were, and the checksum right.
    fn program_csd(&mut self, bytes: &[u8]) {
        assert_eq!(bytes[..14], self.csd().to_be_bytes()[..14]);
        assert_eq!(bytes[15] & 1, 1, "the last bit is always set");
        self.kind.protection = u32::from(bytes[14] >> 4 & 0b11);
    }

    /// The block that a command's argument means; all of the transfer must be on the card.
    pub(super) fn place_on_card(&self) -> usize {
        let argument = self.argument as usize;
        let block = if self.kind.slot == Slot::Large {
            argument
        } else {
            assert_eq!(self.card.block_length as usize, BLOCK);
            assert!(argument.is_multiple_of(BLOCK), "a block's first byte");
            argument / BLOCK
        };
        let count = (self.blocks >> 16).max(1) as usize;
        assert!(
            (block + count) * BLOCK <= self.disk.len(),
            "beyond the card"
        );
        block
    }
}
