//! The buffers between the chip and the clients.

use heapless::{Deque, Vec};

use crate::uart::{Attention, Overrun, Received};
use crate::{Registers, Uart};

/// Bytes that wait for the line.
const SEND_BYTES: usize = 8192;
/// Bytes that wait for a reader.
const RECEIVE_BYTES: usize = 4096;

/// Whether input came that a reader does not know of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Bytes arrived and none were waiting before.
    First,
    /// Nothing, or more of what was waiting already.
    Known,
}

/// A serial line: the chip and its buffers.
pub struct Serial<R> {
    uart: Uart<R>,
    to_send: Deque<u8, SEND_BYTES>,
    received: Deque<u8, RECEIVE_BYTES>,
    lost: u32,
}

impl<R: Registers> Serial<R> {
    /// A line over a chip that was set up.
    pub fn new(uart: Uart<R>) -> Self {
        Self {
            uart,
            to_send: Deque::new(),
            received: Deque::new(),
            lost: 0,
        }
    }

    /// Queues as many bytes as there is room for, starts the transmitter, and returns how many were
    /// queued.
    pub fn write(&mut self, bytes: &[u8]) -> usize {
        let room = SEND_BYTES - self.to_send.len();
        let taken = bytes.len().min(room);
        for byte in bytes.iter().take(taken) {
            // There is room for all of them.
            let _ = self.to_send.push_back(*byte);
        }
        self.pump();
        taken
    }

    /// Takes up to `max` received bytes, and how many were lost since the last time: dropped here,
    /// broken on the line, or (counted as one) overrun in the chip.
    pub fn read<const N: usize>(&mut self, max: usize) -> (Vec<u8, N>, u32) {
        let mut bytes = Vec::new();
        while bytes.len() < max.min(N)
            && let Some(byte) = self.received.pop_front()
        {
            let _ = bytes.push(byte);
        }
        (bytes, core::mem::take(&mut self.lost))
    }

    /// Returns whether received bytes wait.
    pub fn has_input(&self) -> bool {
        !self.received.is_empty()
    }

    /// Returns whether everything written was given to the chip.
    pub fn is_queue_empty(&self) -> bool {
        self.to_send.is_empty()
    }

    /// Returns whether everything written has left the line.
    pub fn is_drained(&mut self) -> bool {
        self.to_send.is_empty() && self.uart.is_idle()
    }

    /// Handles interrupts until the chip has none: the bus sees only the rising edge of its line,
    /// so a reason that is left would be the last interrupt ever.
    pub fn interrupt(&mut self) -> Arrival {
        let before = self.received.is_empty();
        while self.uart.attention() == Attention::Wanted {
            self.take_all();
            self.pump();
        }
        if before && self.has_input() {
            Arrival::First
        } else {
            Arrival::Known
        }
    }

    fn take_all(&mut self) {
        loop {
            let (received, overrun) = self.uart.receive();
            if overrun == Overrun::Happened {
                self.lost = self.lost.saturating_add(1);
            }
            let kept = match received {
                Received::Nothing => return,
                Received::Byte(byte) => self.received.push_back(byte).is_ok(),
                Received::Broken => false,
            };
            if !kept {
                self.lost = self.lost.saturating_add(1);
            }
        }
    }

    fn pump(&mut self) {
        let queue = &mut self.to_send;
        self.uart.transmit(|| queue.pop_front());
    }

    #[cfg(test)]
    pub(crate) fn registers(&mut self) -> &mut R {
        self.uart.registers()
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec;
    use std::vec::Vec as List;

    use super::*;
    use crate::NotAnswering;
    use crate::model::{Absent, Chip};

    fn serial() -> Serial<Chip> {
        Serial::new(Uart::new(Chip::default()).expect("the chip answers"))
    }

    #[test]
    fn the_chip_is_set_to_115200_8n1_with_fifos_and_interrupts() {
        let mut serial = serial();
        let chip = serial.registers();
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
        while serial.registers().send_fifo() {
            assert!(
                serial.registers().interrupts(),
                "an interrupt feeds the transmitter"
            );
            assert_eq!(serial.interrupt(), Arrival::Known);
            interrupts += 1;
        }
        assert_eq!(serial.registers().line, text);
        assert_eq!(
            interrupts, 7,
            "16 bytes each; the last one finds nothing left"
        );
        assert!(serial.is_drained());
        assert!(
            !serial.registers().interrupts(),
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
        serial.registers().arrive(b"ab");
        assert_eq!(serial.interrupt(), Arrival::First);
        serial.registers().arrive(b"c");
        assert_eq!(serial.interrupt(), Arrival::Known);
        let (bytes, lost) = serial.read::<256>(2);
        assert_eq!((&bytes[..], lost), (&b"ab"[..], 0));
        let (bytes, _) = serial.read::<256>(256);
        assert_eq!(&bytes[..], b"c");
        serial.registers().arrive(b"d");
        assert_eq!(serial.interrupt(), Arrival::First);
    }

    #[test]
    fn what_arrived_before_the_chip_was_set_up_is_kept() {
        let mut chip = Chip::default();
        chip.arrive(b"ls");
        let mut serial = Serial::new(Uart::new(chip).expect("the chip answers"));
        assert_eq!(serial.interrupt(), Arrival::First);
        serial.registers().arrive(b"\r");
        serial.interrupt();
        assert_eq!(&serial.read::<8>(8).0[..], b"ls\r");
    }

    #[test]
    fn lost_and_broken_bytes_are_counted() {
        let mut serial = serial();
        serial.registers().arrive(&[1; 20]);
        serial.interrupt();
        serial.registers().arrive_broken(9);
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
            serial.registers().arrive(&[7; 16]);
            serial.interrupt();
        }
        assert_eq!(serial.read::<8>(8).1, 16);
    }
}
