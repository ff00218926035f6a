//! The driver against a model that is stricter than the hardware.

extern crate std;

use std::collections::VecDeque;
use std::vec::Vec;

use serial_line::{Arrival, Line};

use crate::{NotAnswering, Register, Registers, Uart};

const FIFO: usize = 8;

/// A chip; `line` is what left it.
#[derive(Default)]
struct Model {
    enables: u32,
    /// Something else is at these registers, and reads so.
    other: Option<u32>,
    interrupts: u32,
    format: u32,
    control: u32,
    sending: VecDeque<u8>,
    receiving: VecDeque<u8>,
    overrun: u32,
    line: Vec<u8>,
}

impl Model {
    fn arrive(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.receiving.len() == FIFO {
                self.overrun = 1 << 1;
            } else {
                self.receiving.push_back(*byte);
            }
        }
    }

    fn send_one(&mut self) -> bool {
        let byte = self.sending.pop_front();
        self.line.extend(byte);
        byte.is_some()
    }

    fn receives(&self) -> bool {
        self.interrupts & 1 != 0 && !self.receiving.is_empty()
    }

    fn transmits(&self) -> bool {
        self.interrupts & 2 != 0 && self.sending.is_empty()
    }
}

impl Registers for Model {
    fn read(&mut self, register: Register) -> u32 {
        match register {
            Register::Enables => self.other.unwrap_or(self.enables),
            Register::Data => {
                let byte = self.receiving.pop_front();
                u32::from(byte.expect("data is read only when there is some"))
            }
            Register::InterruptStatus => match (self.receives(), self.transmits()) {
                (true, _) => 0xc4,
                (_, true) => 0xc2,
                _ => 0xc1,
            },
            Register::LineStatus => {
                let received = u32::from(!self.receiving.is_empty());
                let room = u32::from(self.sending.len() < FIFO) << 5;
                let idle = u32::from(self.sending.is_empty()) << 6;
                received | room | idle | core::mem::take(&mut self.overrun)
            }
            other => panic!("{other:?} is not read by this driver"),
        }
    }

    fn write(&mut self, register: Register, value: u32) {
        if register == Register::Enables {
            self.enables = value;
            return;
        }
        assert_eq!(self.enables & 1, 1, "the device is on");
        match register {
            Register::Data => {
                assert_eq!((self.format, self.control), (3, 3));
                assert!(self.sending.len() < FIFO, "no more than the FIFO holds");
                self.sending.push_back(value as u8);
            }
            Register::InterruptEnable => self.interrupts = value,
            Register::LineControl => self.format = value,
            Register::Control => self.control = value,
            other => panic!("{other:?} is read-only"),
        }
    }
}

fn line(chip: Model) -> Line<Uart<Model>> {
    Line::new(Uart::new(chip).expect("the chip answers"))
}

#[test]
fn the_device_is_switched_on_beside_the_others() {
    let mut line = line(Model {
        enables: 0b100,
        ..Model::default()
    });
    let chip = line.chip().registers();
    assert_eq!((chip.enables, chip.interrupts), (0b101, 1));
}

#[test]
fn registers_of_something_else_are_told() {
    for other in [0, u32::MAX] {
        let chip = Model {
            other: Some(other),
            ..Model::default()
        };
        assert_eq!(Uart::new(chip).err(), Some(NotAnswering));
    }
}

#[test]
fn long_writes_leave_in_order_by_transmit_interrupts() {
    let mut line = line(Model::default());
    let text: Vec<u8> = (0..100).collect();
    assert_eq!(line.write(&text), 100);
    while line.chip().registers().send_one() {
        if line.chip().registers().transmits() {
            assert_eq!(line.interrupt(), Arrival::Known);
        }
    }
    assert_eq!(line.chip().registers().line, text);
    assert!(line.is_drained());
    assert_eq!(
        line.chip().registers().interrupts,
        1,
        "no transmit interrupts when idle"
    );
}

#[test]
fn bytes_arrive_also_those_from_before_the_chip_was_set_up() {
    let mut early = Model::default();
    early.arrive(b"ls");
    let mut line = line(early);
    assert_eq!(line.interrupt(), Arrival::First);
    line.chip().registers().arrive(b"\r");
    assert!(line.chip().registers().receives());
    assert_eq!(line.interrupt(), Arrival::Known);
    assert_eq!(&line.read::<8>(8).0[..], b"ls\r");
}

#[test]
fn lost_bytes_are_counted() {
    let mut line = line(Model::default());
    line.chip().registers().arrive(&[1; 12]);
    line.interrupt();
    let (bytes, lost) = line.read::<32>(32);
    assert_eq!((bytes.len(), lost), (FIFO, 1), "an overrun counts one");
}
