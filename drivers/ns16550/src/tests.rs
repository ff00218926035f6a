//! The driver against the model.

extern crate std;

use std::vec;
use std::vec::Vec as List;

use serial_line::{Arrival, Line, RECEIVE_BYTES, SEND_BYTES};

use crate::model::{Absent, Chip};
use crate::{NotAnswering, Uart};

fn serial() -> Line<Uart<Chip>> {
    Line::new(Uart::new(Chip::default()).expect("the chip answers"))
}

#[test]
fn the_chip_is_set_to_115200_8n1_with_fifos_and_interrupts() {
    let mut serial = serial();
    let chip = serial.chip().registers();
    assert_eq!(
        (chip.divisor, chip.line_control, chip.modem_control),
        (1, 3, 0x0b)
    );
    assert_eq!((chip.fifo_control, chip.interrupt_enable), (0xc7, 1));
}

#[test]
fn a_port_without_a_chip_is_told() {
    assert_eq!(Uart::new(Absent).err(), Some(NotAnswering));
}

#[test]
fn long_writes_leave_in_order_by_transmit_interrupts() {
    let mut serial = serial();
    let text: List<u8> = (0..100).collect();
    assert_eq!(serial.write(&text), 100);
    assert!(!serial.is_drained());
    let mut interrupts = 0;
    while serial.chip().registers().send_fifo() {
        assert!(
            serial.chip().registers().interrupts(),
            "an interrupt feeds the transmitter"
        );
        assert_eq!(serial.interrupt(), Arrival::Known);
        interrupts += 1;
    }
    assert_eq!(serial.chip().registers().line, text);
    assert_eq!(
        interrupts, 7,
        "16 bytes each; the last one finds nothing left"
    );
    assert!(serial.is_drained());
    assert!(
        !serial.chip().registers().interrupts(),
        "transmit interrupts are off when idle"
    );
}

#[test]
fn a_full_send_buffer_takes_only_what_fits() {
    let mut serial = serial();
    let taken = serial.write(&vec![b'x'; SEND_BYTES + 100]);
    assert_eq!(taken, SEND_BYTES);
    assert_eq!(serial.write(b"yy"), 2, "the chip took sixteen");
}

#[test]
fn the_first_arrival_is_told_once() {
    let mut serial = serial();
    serial.chip().registers().arrive(b"ab");
    assert_eq!(serial.interrupt(), Arrival::First);
    serial.chip().registers().arrive(b"c");
    assert_eq!(serial.interrupt(), Arrival::Known);
    let (bytes, lost) = serial.read::<256>(2);
    assert_eq!((&bytes[..], lost), (&b"ab"[..], 0));
    let (bytes, _) = serial.read::<256>(256);
    assert_eq!(&bytes[..], b"c");
    serial.chip().registers().arrive(b"d");
    assert_eq!(serial.interrupt(), Arrival::First);
}

#[test]
fn what_arrived_before_the_chip_was_set_up_is_kept() {
    let mut chip = Chip::default();
    chip.arrive(b"ls");
    let mut serial = Line::new(Uart::new(chip).expect("the chip answers"));
    assert_eq!(serial.interrupt(), Arrival::First);
    serial.chip().registers().arrive(b"\r");
    serial.interrupt();
    assert_eq!(&serial.read::<8>(8).0[..], b"ls\r");
}

#[test]
fn lost_and_broken_bytes_are_counted() {
    let mut serial = serial();
    serial.chip().registers().arrive(&[1; 20]);
    serial.interrupt();
    serial.chip().registers().arrive_broken(9);
    serial.interrupt();
    let (bytes, lost) = serial.read::<256>(256);
    assert_eq!(
        (bytes.len(), lost),
        (16, 2),
        "the chip's FIFO holds 16; an overrun counts one"
    );
    assert_eq!(serial.read::<8>(8).1, 0, "told once");
}

#[test]
fn bytes_that_nobody_reads_are_dropped_and_counted() {
    let mut serial = serial();
    for _ in 0..RECEIVE_BYTES / 16 + 1 {
        serial.chip().registers().arrive(&[7; 16]);
        serial.interrupt();
    }
    assert_eq!(serial.read::<8>(8).1, 16);
}
