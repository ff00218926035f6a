//! The driver against the model.

extern crate std;

use std::vec::Vec;

use serial_line::{Arrival, Line};

use crate::model::Chip;
use crate::{NotAnswering, Uart};

fn line(chip: Chip) -> Line<Uart<Chip>> {
    Line::new(Uart::new(chip).expect("the chip answers"))
}

#[test]
fn a_chip_as_from_a_reset_is_set_up_with_fifos_and_interrupts() {
    let mut line = line(Chip::default());
    let chip = line.chip().registers();
    assert_eq!((chip.line_control, chip.control), (0x70, 0x301));
    assert_eq!((chip.levels, chip.interrupt_enable), (0x10, 0x50));
}

#[test]
fn registers_of_something_else_are_told() {
    let mut chip = Chip::default();
    chip.part = 0x031;
    assert_eq!(Uart::new(chip).err(), Some(NotAnswering));
}

#[test]
fn long_writes_leave_in_order_by_transmit_interrupts() {
    let mut line = line(Chip::default());
    let text: Vec<u8> = (0..100).collect();
    assert_eq!(line.write(&text), 100);
    let mut interrupts = 0;
    while line.chip().registers().send_one() {
        assert!(!line.is_drained() || line.chip().registers().line.len() == 100);
        if line.chip().registers().interrupts() {
            assert_eq!(line.interrupt(), Arrival::Known);
            interrupts += 1;
        }
    }
    assert_eq!(line.chip().registers().line, text);
    assert_eq!(
        interrupts, 7,
        "16 bytes at first, then 14 each; the last one finds nothing left"
    );
    assert!(line.is_drained());
    assert_eq!(
        line.chip().registers().interrupt_enable,
        0x50,
        "transmit interrupts are off when idle"
    );
}

#[test]
fn few_bytes_come_by_silence_and_many_by_the_level() {
    let mut line = line(Chip::default());
    line.chip().registers().arrive(b"ab");
    assert!(!line.chip().registers().interrupts());
    line.chip().registers().silence();
    assert!(line.chip().registers().interrupts());
    assert_eq!(line.interrupt(), Arrival::First);
    assert!(!line.chip().registers().interrupts());
    line.chip().registers().arrive(b"12345678");
    assert!(line.chip().registers().interrupts());
    assert_eq!(line.interrupt(), Arrival::Known);
    assert_eq!(&line.read::<16>(16).0[..], b"ab12345678");
}

#[test]
fn what_arrived_before_the_chip_was_set_up_is_kept() {
    for mut chip in [Chip::default(), Chip::in_use()] {
        chip.arrive(b"ls");
        let mut line = line(chip);
        assert_eq!(line.interrupt(), Arrival::First);
        line.chip().registers().arrive(b"\r");
        line.chip().registers().silence();
        line.interrupt();
        assert_eq!(&line.read::<8>(8).0[..], b"ls\r");
    }
}

#[test]
fn lost_and_broken_bytes_are_counted() {
    let mut line = line(Chip::default());
    line.chip().registers().arrive(&[1; 20]);
    line.interrupt();
    line.chip().registers().arrive_broken(9);
    line.chip().registers().silence();
    line.interrupt();
    let (bytes, lost) = line.read::<256>(256);
    assert_eq!((bytes.len(), lost), (16, 2), "an overrun counts one");
}
