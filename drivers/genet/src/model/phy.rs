//! The PHY of the model: a BCM54213PE, number 1.

use crate::{Duplex, Line, Speed};

#[derive(Debug)]
pub(crate) struct PhyModel {
    pub(crate) number: u32,
    registers: [u16; 32],
    /// Reads of the control register until a reset is over.
    resetting: u32,
    /// How many reads a reset takes.
    pub(crate) reset_reads: u32,
    line: Option<Line>,
    /// The link went since somebody looked.
    went: bool,
    negotiates: bool,
    auxiliary: u16,
    /// The PHY delays the clocks of what it received, and of what it is to send.
    pub(crate) delays: (bool, bool),
}

impl PhyModel {
    pub(super) fn new() -> Self {
        let mut registers = [0; 32];
        (registers[2], registers[3]) = (0x600d, 0x84a2);
        Self {
            number: 1,
            registers,
            resetting: 0,
            reset_reads: 5,
            line: None,
            went: false,
            negotiates: false,
            auxiliary: 0,
            delays: (false, true),
        }
    }

    pub(super) fn plug(&mut self, line: Option<Line>) {
        self.went |= self.line.is_some();
        self.line = line;
    }

    /// The link, once it was negotiated.
    pub(super) fn line(&self) -> Option<Line> {
        self.line.filter(|_| self.negotiates)
    }

    /// What the other end offers: what it is to come to and everything slower.
    fn offered(&self) -> (u16, u16) {
        let Some(line) = self.line else {
            return (0, 0);
        };
        match (line.speed, line.duplex) {
            (Speed::Gbit1, _) => (0x01e1, 1 << 11),
            (Speed::Mbit100, Duplex::Full) => (0x01e1, 0),
            (Speed::Mbit100, Duplex::Half) => (0x00e1, 0),
            (Speed::Mbit10, Duplex::Full) => (0x0061, 0),
            (Speed::Mbit10, Duplex::Half) => (0x0021, 0),
        }
    }

    pub(super) fn read(&mut self, register: u8) -> u16 {
        match register {
            0 => {
                self.resetting = self.resetting.saturating_sub(1);
                u16::from(self.resetting > 0) << 15
            }
            1 => {
                let is_there = self.line().is_some() && !core::mem::take(&mut self.went);
                0x7949 | u16::from(is_there) << 2 | u16::from(is_there) << 5
            }
            2 | 3 | 4 | 9 => self.registers[usize::from(register)],
            5 => self.offered().0,
            10 => self.offered().1,
            0x18 => {
                assert_eq!(self.auxiliary, 0x7007, "which one is said before");
                0x7000 | u16::from(self.delays.0) << 8
            }
            0x1c => 3 << 10 | u16::from(self.delays.1) << 9 | 0x12,
            other => panic!("register {other} is not read by this driver"),
        }
    }

    pub(super) fn write(&mut self, register: u8, value: u16) {
        assert!(self.resetting == 0 || register == 0, "it is in reset");
        match register {
            0 if value == 1 << 15 => {
                self.resetting = self.reset_reads;
                self.negotiates = false;
                self.delays = (false, true);
            }
            0 => {
                assert_eq!(value, 0x1200, "negotiates anew");
                assert_eq!(self.registers[4], 0x01e1);
                assert_eq!(self.registers[9], 0x0200);
                self.negotiates = true;
            }
            4 | 9 => self.registers[usize::from(register)] = value,
            0x18 => {
                self.auxiliary = value;
                if value >> 15 == 1 {
                    assert_eq!(value & 7, 7);
                    self.delays.0 = value >> 8 & 1 == 1;
                }
            }
            0x1c if value >> 15 == 0 => assert_eq!(value, 3 << 10),
            0x1c => {
                assert_eq!(value & !(1 << 9), 1 << 15 | 3 << 10 | 0x12, "others stay");
                self.delays.1 = value >> 9 & 1 == 1;
            }
            other => panic!("register {other} is not written by this driver"),
        }
    }
}
