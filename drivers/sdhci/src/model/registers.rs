//! The model's registers.

use super::{Slot, State, data::Transfer};
use crate::Register;
use crate::registers::{clock, status};

const POWER_ON: u32 = 1 << 8;
const VERSION_3: u32 = 2 << 16;

impl State {
    pub(super) fn read(&mut self, register: Register) -> u32 {
        self.settle();
        match register {
            Register::Response0 => self.response as u32,
            Register::Response1 => (self.response >> 32) as u32,
            Register::Response2 => (self.response >> 64) as u32,
            Register::Response3 => (self.response >> 96) as u32 & 0x00ff_ffff,
            Register::Buffer => self.take_word(),
            Register::State => {
                let command = u32::from(self.command_is_stuck);
                let data = u32::from(self.transfer.is_some()) << 1;
                let switch = u32::from(!self.kind.is_switched_off) << 19;
                let card = u32::from(self.kind.slot != Slot::Empty) << 16;
                command | data | switch | card
            }
            Register::Control => self.control,
            Register::Clock => self.clock,
            Register::Status => self.status,
            Register::Capabilities => {
                self.kind.base_mhz << 8 | u32::from(self.kind.adma2) << 19 | 1 << 24
            }
            Register::Version => VERSION_3,
            other => panic!("{other:?} is not read by this driver"),
        }
    }

    pub(super) fn write(&mut self, register: Register, value: u32) {
        self.settle();
        match register {
            Register::Blocks => {
                assert!(
                    self.transfer.is_none(),
                    "the size changes during a transfer"
                );
                self.blocks = value;
            }
            Register::Argument => self.argument = value,
            Register::Command => self.send(value),
            Register::Buffer => self.give_word(value),
            Register::Control => {
                assert_eq!(value & 0xffff_0000, 0, "nothing of gaps and wake-up");
                self.control = value;
            }
            Register::Clock => self.set_clock(value),
            Register::Status => self.status &= !value,
            Register::StatusEnable => self.status_enable = value,
            Register::SignalEnable => {
                assert_eq!(
                    value & !self.status_enable,
                    0,
                    "shown, or it raises nothing"
                );
                self.signal_enable = value;
            }
            Register::TableAddress => self.table_at = value,
            Register::ForceEvents => {
                assert_eq!(value & !status::ERRORS, 0, "only errors are forced");
                self.status |= value & self.status_enable;
            }
            other => panic!("{other:?} is read-only"),
        }
    }

    fn set_clock(&mut self, value: u32) {
        let resets = value & (clock::RESET_ALL | clock::RESET_COMMAND | clock::RESET_DATA);
        assert!(resets.count_ones() <= 1, "one reset at a time");
        let mut rest = value & !resets;
        if resets == clock::RESET_ALL {
            assert_eq!(rest, 0);
            (self.status, self.status_enable, self.signal_enable) = (0, 0, 0);
            self.control = 0;
        }
        if resets & (clock::RESET_COMMAND | clock::RESET_ALL) != 0 {
            self.command_is_stuck = false;
            self.status &= !status::COMMAND_COMPLETE;
        }
        if resets & (clock::RESET_DATA | clock::RESET_ALL) != 0 {
            self.drop_transfer();
        }
        if rest & clock::CARD != 0 && self.clock & clock::CARD == 0 {
            assert_ne!(
                self.clock & clock::STABLE,
                0,
                "the clock must be stable first"
            );
        }
        if rest & clock::INTERNAL != 0 {
            rest |= clock::STABLE;
        }
        self.clock = rest;
    }

    fn drop_transfer(&mut self) {
        self.transfer = None;
        self.due.clear();
        self.status &= !(status::TRANSFER_COMPLETE | status::READ_READY | status::WRITE_READY);
    }

    /// The card's clock in Hz; none if it is off.
    pub(super) fn card_hz(&self) -> Option<u32> {
        let half = self.clock >> 8 & 0xff | (self.clock >> 6 & 3) << 8;
        let on = self.clock & clock::CARD != 0 && self.control & POWER_ON != 0;
        on.then(|| super::BASE_MHZ * 1_000_000 / (2 * half).max(1))
    }

    fn current(&mut self) -> &mut Transfer {
        self.transfer.as_mut().expect("there is a transfer")
    }

    fn take_word(&mut self) -> u32 {
        assert_eq!(
            self.status & status::READ_READY,
            0,
            "taken back before data"
        );
        let word: [u8; 4] = {
            let transfer = self.current();
            assert!(!transfer.is_write && !transfer.has_failed);
            let word = transfer.bytes.get(..4).expect("there is data");
            let word = word.try_into().expect("four bytes");
            transfer.bytes.drain(..4);
            word
        };
        if self.current().bytes.is_empty() {
            self.block_is_done();
        }
        u32::from_le_bytes(word)
    }

    fn give_word(&mut self, word: u32) {
        assert_eq!(
            self.status & status::WRITE_READY,
            0,
            "taken back before data"
        );
        let transfer = self.current();
        assert!(transfer.is_write && transfer.is_ready && !transfer.has_failed);
        transfer.bytes.extend(word.to_le_bytes());
        if transfer.bytes.len() == transfer.block_bytes {
            transfer.is_ready = false;
            self.store_block();
            self.block_is_done();
        }
    }
}
