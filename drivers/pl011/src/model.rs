//! A PL011 for tests, stricter than the hardware: what a driver may not do panics.

extern crate std;

use std::collections::VecDeque;
use std::vec::Vec;

use crate::{Register, Registers};

const FIFO: usize = 16;
/// Levels that the driver must have chosen: half for receiving, an eighth for sending.
const RECEIVE_LEVEL: usize = FIFO / 2;
const TRANSMIT_LEVEL: usize = FIFO / 8;

const RECEIVED: u32 = 1 << 4;
const TRANSMIT: u32 = 1 << 5;
const SILENCE: u32 = 1 << 6;

/// A chip; `line` is what left the transmitter.
pub(crate) struct Chip {
    pub(crate) part: u32,
    pub(crate) line_control: u32,
    pub(crate) control: u32,
    pub(crate) levels: u32,
    pub(crate) interrupt_enable: u32,
    pub(crate) line: Vec<u8>,
    raised: u32,
    sending: VecDeque<u8>,
    /// Bytes with their errors.
    receiving: VecDeque<u32>,
    overrun: u32,
}

impl Default for Chip {
    /// As it comes from a reset (TRM §3.2).
    fn default() -> Self {
        Self {
            part: 0x011,
            line_control: 0,
            control: 0x300,
            levels: 0x12,
            interrupt_enable: 0,
            line: Vec::new(),
            raised: 0,
            sending: VecDeque::new(),
            receiving: VecDeque::new(),
            overrun: 0,
        }
    }
}

impl Chip {
    /// As firmware leaves one that it uses.
    pub(crate) fn in_use() -> Self {
        Self {
            line_control: 0x70,
            control: 0x301,
            ..Self::default()
        }
    }

    /// Sends one byte; returns whether there was one.
    pub(crate) fn send_one(&mut self) -> bool {
        let Some(byte) = self.sending.pop_front() else {
            return false;
        };
        self.line.push(byte);
        if self.sending.len() == TRANSMIT_LEVEL {
            self.raised |= TRANSMIT;
        }
        true
    }

    pub(crate) fn arrive(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.push(u32::from(*byte)));
    }

    pub(crate) fn arrive_broken(&mut self, byte: u8) {
        self.push(1 << 8 | u32::from(byte));
    }

    /// The line has been silent for long enough.
    pub(crate) fn silence(&mut self) {
        if !self.receiving.is_empty() {
            self.raised |= SILENCE;
        }
    }

    /// Whether the interrupt line is up.
    pub(crate) fn interrupts(&self) -> bool {
        self.raised & self.interrupt_enable != 0
    }

    fn push(&mut self, word: u32) {
        if self.receiving.len() == FIFO {
            self.overrun = 1 << 11;
            return;
        }
        self.receiving.push_back(word);
        if self.receiving.len() == RECEIVE_LEVEL {
            self.raised |= RECEIVED;
        }
    }

    fn take(&mut self) -> u32 {
        let word = self.receiving.pop_front();
        let word = word.expect("data is read only when there is some");
        if self.receiving.len() < RECEIVE_LEVEL {
            self.raised &= !RECEIVED;
        }
        if self.receiving.is_empty() {
            self.raised &= !SILENCE;
        }
        word | core::mem::take(&mut self.overrun)
    }

    fn flags(&self) -> u32 {
        let mut flags = 0;
        let states = [
            (3, !self.sending.is_empty()),
            (4, self.receiving.is_empty()),
            (5, self.sending.len() == FIFO),
            (7, self.sending.is_empty()),
        ];
        for (bit, state) in states {
            flags |= u32::from(state) << bit;
        }
        flags
    }

    fn send(&mut self, byte: u8) {
        assert_eq!(self.control & 0x101, 0x101, "the transmitter is on");
        assert!(self.sending.len() < FIFO, "no more than the FIFO holds");
        self.sending.push_back(byte);
        if self.sending.len() > TRANSMIT_LEVEL {
            self.raised &= !TRANSMIT;
        }
    }
}

impl Registers for Chip {
    fn read(&mut self, register: Register) -> u32 {
        match register {
            Register::Data => self.take(),
            Register::Flags => self.flags(),
            Register::LineControl => self.line_control,
            Register::InterruptStatus => self.raised & self.interrupt_enable,
            Register::Part0 => self.part & 0xff,
            Register::Part1 => 0x10 | self.part >> 8,
            other => panic!("{other:?} is not read by this driver"),
        }
    }

    fn write(&mut self, register: Register, value: u32) {
        match register {
            Register::Data => self.send(value as u8),
            Register::LineControl => {
                assert_eq!(
                    self.control & 1,
                    0,
                    "the format changes while the UART is off"
                );
                assert!(self.sending.is_empty(), "nothing on its way is lost");
                self.receiving.clear();
                self.line_control = value;
            }
            Register::Control => self.control = value,
            Register::Levels => self.levels = value,
            Register::InterruptEnable => self.interrupt_enable = value,
            Register::InterruptClear => self.raised &= !value,
            other => panic!("{other:?} is read-only"),
        }
    }
}
