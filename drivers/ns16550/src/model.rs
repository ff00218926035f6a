//! A 16550 for tests, stricter than the hardware: what a driver may not do panics.

extern crate std;

use std::collections::VecDeque;
use std::vec::Vec;

use crate::{Register, Registers};

const FIFO: usize = 16;

/// A chip; `line` is what left the transmitter.
#[derive(Default)]
pub(crate) struct Chip {
    pub(crate) divisor: u16,
    pub(crate) interrupt_enable: u8,
    pub(crate) line_control: u8,
    pub(crate) fifo_control: u8,
    pub(crate) modem_control: u8,
    pub(crate) line: Vec<u8>,
    scratch: u8,
    sending: VecDeque<u8>,
    /// Bytes with their error bits.
    receiving: VecDeque<(u8, u8)>,
    overrun: u8,
    /// Set when the transmitter becomes empty or its interrupt is enabled; cleared by reading the
    /// reason.
    transmit_pending: u8,
}

impl Chip {
    /// Lets the transmitter send everything; returns whether there was anything.
    pub(crate) fn send_fifo(&mut self) -> bool {
        let any = !self.sending.is_empty();
        self.line.extend(self.sending.drain(..));
        if any {
            self.transmit_pending = 2;
        }
        any
    }

    pub(crate) fn arrive(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.push(*byte, 0));
    }

    pub(crate) fn arrive_broken(&mut self, byte: u8) {
        self.push(byte, 1 << 3);
    }

    /// Whether the interrupt line is raised.
    pub(crate) fn interrupts(&self) -> bool {
        let received = self.interrupt_enable & 1 != 0 && !self.receiving.is_empty();
        let transmit = self.interrupt_enable & self.transmit_pending & 2 != 0;
        self.modem_control & 8 != 0 && (received || transmit)
    }

    fn push(&mut self, byte: u8, errors: u8) {
        if self.receiving.len() == FIFO {
            self.overrun = 1 << 1;
        } else {
            self.receiving.push_back((byte, errors));
        }
    }

    /// Received data goes before transmitter empty; reading the latter's reason ends it.
    fn reason(&mut self) -> u8 {
        match self.interrupts() {
            true if self.interrupt_enable & 1 != 0 && !self.receiving.is_empty() => 0xc4,
            true => {
                self.transmit_pending = 0;
                0xc2
            }
            false => 0xc1,
        }
    }

    fn latch_open(&self) -> bool {
        self.line_control & 0x80 != 0
    }

    fn status(&mut self) -> u8 {
        let (ready, errors) = self
            .receiving
            .front()
            .map_or((0, 0), |(_, errors)| (1, *errors));
        let empty = if self.sending.is_empty() { 0x60 } else { 0 };
        ready | errors | empty | core::mem::take(&mut self.overrun)
    }
}

impl Registers for Chip {
    fn read(&mut self, register: Register) -> u8 {
        match register {
            Register::Data if !self.latch_open() => {
                self.receiving
                    .pop_front()
                    .expect("data is read only when there is some")
                    .0
            }
            Register::Fifo => self.reason(),
            Register::LineStatus => self.status(),
            Register::Scratch => self.scratch,
            other => panic!("{other:?} is not read by this driver"),
        }
    }

    fn write(&mut self, register: Register, value: u8) {
        match register {
            Register::Data if self.latch_open() => {
                self.divisor = self.divisor & 0xff00 | u16::from(value);
            }
            Register::InterruptEnable if self.latch_open() => {
                self.divisor = self.divisor & 0xff | u16::from(value) << 8;
            }
            Register::Data => {
                assert!(self.sending.len() < FIFO, "no more than the FIFO holds");
                self.sending.push_back(value);
                self.transmit_pending = 0;
            }
            Register::InterruptEnable => {
                assert_eq!(value & 0xf0, 0, "reserved bits are zero");
                if value & !self.interrupt_enable & 2 != 0 && self.sending.is_empty() {
                    self.transmit_pending = 2;
                }
                self.interrupt_enable = value;
            }
            Register::Fifo => {
                if value & 2 != 0 {
                    self.receiving.clear();
                }
                self.fifo_control = value;
            }
            Register::LineControl => self.line_control = value,
            Register::ModemControl => self.modem_control = value,
            Register::Scratch => self.scratch = value,
            other => panic!("{other:?} is read-only"),
        }
    }
}

/// Ports that nothing answers on.
pub(crate) struct Absent;

impl Registers for Absent {
    fn read(&mut self, _: Register) -> u8 {
        0xff
    }

    fn write(&mut self, _: Register, _: u8) {}
}
