//! The chip: 115,200 baud, 8 data bits, no parity, 1 stop bit, FIFOs on.

use heapless::Deque;
use serial_line::{Attention, Chip, Overrun, Received};

use crate::{Register, Registers};

/// Bytes that the transmit FIFO takes when it says that it is empty (DS §8.4).
const FIFO_BYTES: usize = 16;

/// 1.8432 MHz / 16 / 115,200.
const DIVISOR: u16 = 1;

mod line_control {
    pub(super) const EIGHT_BITS: u8 = 3;
    pub(super) const DIVISOR_LATCH: u8 = 1 << 7;
}

mod fifo {
    /// FIFOs on, both cleared, receive interrupt at 14 bytes (or after four frames of silence).
    pub(super) const ON_CLEAR_14: u8 = 0xc7;
}

mod modem {
    /// DTR, RTS and OUT2.
    pub(super) const READY: u8 = 0x0b;
}

mod enable {
    pub(super) const RECEIVED: u8 = 1;
    pub(super) const TRANSMIT_EMPTY: u8 = 2;
}

mod status {
    pub(super) const RECEIVED: u8 = 1;
    pub(super) const OVERRUN: u8 = 1 << 1;
    pub(super) const BROKEN: u8 = 1 << 2 | 1 << 3 | 1 << 4;
    pub(super) const TRANSMIT_EMPTY: u8 = 1 << 5;
    pub(super) const IDLE: u8 = 1 << 6;
}

/// There is no chip, or it does not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnswering;

/// In the interrupt reason: there is none.
const NOTHING_PENDING: u8 = 1;

/// A 16550.
#[derive(Debug)]
pub struct Uart<R> {
    registers: R,
    enabled: u8,
    /// What arrived before the chip was set up, which empties its FIFO.
    early: Deque<u8, FIFO_BYTES>,
}

impl<R: Registers> Uart<R> {
    /// Finds and sets up the chip; receive interrupts are on afterwards. Bytes that arrived before are kept.
    ///
    /// # Errors
    /// [`NotAnswering`] if nothing behaves like the chip.
    pub fn new(mut registers: R) -> Result<Self, NotAnswering> {
        for probe in [0x5a, 0xa5] {
            registers.write(Register::Scratch, probe);
            if registers.read(Register::Scratch) != probe {
                return Err(NotAnswering);
            }
        }
        registers.write(Register::InterruptEnable, 0);
        registers.write(Register::LineControl, line_control::DIVISOR_LATCH);
        registers.write(Register::Data, DIVISOR as u8);
        registers.write(Register::InterruptEnable, (DIVISOR >> 8) as u8);
        registers.write(Register::LineControl, line_control::EIGHT_BITS);
        let mut uart = Self {
            registers,
            enabled: 0,
            early: Deque::new(),
        };
        uart.take_early();
        uart.registers.write(Register::Fifo, fifo::ON_CLEAR_14);
        uart.registers.write(Register::ModemControl, modem::READY);
        uart.enable(enable::RECEIVED);
        Ok(uart)
    }

    /// Keeps what somebody typed while the system started.
    fn take_early(&mut self) {
        while !self.early.is_full()
            && let (Received::Byte(byte), _) = self.receive_from_chip()
        {
            // There is room.
            let _ = self.early.push_back(byte);
        }
    }

    /// Reading the status clears its error bits, so byte and loss come together.
    fn receive_from_chip(&mut self) -> (Received, Overrun) {
        let line = self.registers.read(Register::LineStatus);
        let overrun = if line & status::OVERRUN != 0 {
            Overrun::Happened
        } else {
            Overrun::None
        };
        if line & status::RECEIVED == 0 {
            return (Received::Nothing, overrun);
        }
        let byte = self.registers.read(Register::Data);
        if line & status::BROKEN != 0 {
            return (Received::Broken, overrun);
        }
        (Received::Byte(byte), overrun)
    }

    fn enable(&mut self, wanted: u8) {
        if self.enabled != wanted {
            self.registers.write(Register::InterruptEnable, wanted);
            self.enabled = wanted;
        }
    }

    #[cfg(test)]
    pub(crate) fn registers(&mut self) -> &mut R {
        &mut self.registers
    }
}

impl<R: Registers> Chip for Uart<R> {
    fn receive(&mut self) -> (Received, Overrun) {
        match self.early.pop_front() {
            Some(byte) => (Received::Byte(byte), Overrun::None),
            None => self.receive_from_chip(),
        }
    }

    /// The FIFO says nothing of its room but that it is empty, so it is filled only then.
    fn transmit(&mut self, mut next: impl FnMut() -> Option<u8>) {
        if self.registers.read(Register::LineStatus) & status::TRANSMIT_EMPTY == 0 {
            return;
        }
        for sent in 0..FIFO_BYTES {
            let Some(byte) = next() else {
                let wanted = if sent == 0 { 0 } else { enable::TRANSMIT_EMPTY };
                return self.enable(enable::RECEIVED | wanted);
            };
            self.registers.write(Register::Data, byte);
        }
        self.enable(enable::RECEIVED | enable::TRANSMIT_EMPTY);
    }

    fn is_idle(&mut self) -> bool {
        self.registers.read(Register::LineStatus) & status::IDLE != 0
    }

    /// Early bytes want attention, too. Reading it ends a transmit interrupt (DS §8.6).
    fn attention(&mut self) -> Attention {
        let pending = self.registers.read(Register::Fifo) & NOTHING_PENDING == 0;
        if !pending && self.early.is_empty() {
            return Attention::None;
        }
        Attention::Wanted
    }
}
