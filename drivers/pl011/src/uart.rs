//! The chip: 8 data bits, no parity, 1 stop bit, FIFOs on. The rate stays what firmware has set, which alone knows
//! the clock.
//!
//! Interrupts come when a FIFO passes a level, not while it is beyond (TRM §2.8), so the transmitter is filled to the
//! brim before its interrupt is asked for, and the receiver emptied to its last byte.

use heapless::Deque;
use serial_line::{Attention, Chip, Overrun, Received};

use crate::{Register, Registers};

/// Bytes that the greater kind of FIFO holds (TRM §1.1.1; 16 before revision 1.5).
const FIFO_BYTES: usize = 32;

/// Reads of the flags while what firmware wrote leaves: 32 frames take 2.8 ms, a read about 0.1 µs.
const PATIENCE: u32 = 1_000_000;

/// The part's number.
const PART: u32 = 0x011;

mod flag {
    pub(super) const BUSY: u32 = 1 << 3;
    pub(super) const RECEIVE_EMPTY: u32 = 1 << 4;
    pub(super) const TRANSMIT_FULL: u32 = 1 << 5;
    pub(super) const TRANSMIT_EMPTY: u32 = 1 << 7;
}

mod data {
    /// Framing, parity, break.
    pub(super) const BROKEN: u32 = 1 << 8 | 1 << 9 | 1 << 10;
    pub(super) const OVERRUN: u32 = 1 << 11;
}

mod interrupt {
    pub(super) const RECEIVED: u32 = 1 << 4;
    pub(super) const TRANSMIT: u32 = 1 << 5;
    /// Bytes below the receiver's level, and silence since.
    pub(super) const SILENCE: u32 = 1 << 6;
}

/// Eight bits, no parity, one stop bit, FIFOs on.
const FORMAT: u32 = 3 << 5 | 1 << 4;
/// The UART and both directions.
const ON: u32 = 1 | 1 << 8 | 1 << 9;
/// Receive interrupts at half of the FIFO, transmit interrupts at an eighth.
const LEVELS: u32 = 0b010 << 3;

/// There is no such chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnswering;

/// A PL011.
#[derive(Debug)]
pub struct Uart<R> {
    registers: R,
    enabled: u32,
    /// What arrived before the chip was set up: its interrupt may have come and gone.
    early: Deque<u8, FIFO_BYTES>,
}

impl<R: Registers> Uart<R> {
    /// Finds and sets up the chip; receive interrupts are on afterwards. Bytes that arrived before are kept.
    ///
    /// # Errors
    /// [`NotAnswering`] if the registers are not those of the chip.
    pub fn new(mut registers: R) -> Result<Self, NotAnswering> {
        let low = registers.read(Register::Part0) & 0xff;
        let high = registers.read(Register::Part1) & 0xf;
        if high << 8 | low != PART {
            return Err(NotAnswering);
        }
        let mut uart = Self {
            registers,
            enabled: 0,
            early: Deque::new(),
        };
        uart.registers.write(Register::InterruptEnable, 0);
        uart.take_early();
        uart.set_up_line();
        uart.registers.write(Register::Levels, LEVELS);
        uart.take_early();
        uart.enable(interrupt::RECEIVED | interrupt::SILENCE);
        Ok(uart)
    }

    /// Leaves a chip alone that is as it shall be: a change of the format empties the FIFOs (TRM §3.3.7). Else the
    /// last byte leaves first.
    fn set_up_line(&mut self) {
        let registers = &mut self.registers;
        if registers.read(Register::LineControl) != FORMAT {
            let _ = (0..PATIENCE).find(|_| registers.read(Register::Flags) & flag::BUSY == 0);
            registers.write(Register::Control, 0);
            registers.write(Register::LineControl, FORMAT);
        }
        registers.write(Register::Control, ON);
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

    fn receive_from_chip(&mut self) -> (Received, Overrun) {
        if self.has(flag::RECEIVE_EMPTY) {
            return (Received::Nothing, Overrun::None);
        }
        let word = self.registers.read(Register::Data);
        let overrun = if word & data::OVERRUN == 0 {
            Overrun::None
        } else {
            Overrun::Happened
        };
        if word & data::BROKEN != 0 {
            return (Received::Broken, overrun);
        }
        (Received::Byte(word as u8), overrun)
    }

    fn has(&mut self, flag: u32) -> bool {
        self.registers.read(Register::Flags) & flag != 0
    }

    fn enable(&mut self, wanted: u32) {
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

    fn transmit(&mut self, mut next: impl FnMut() -> Option<u8>) {
        let receive = interrupt::RECEIVED | interrupt::SILENCE;
        while !self.has(flag::TRANSMIT_FULL) {
            let Some(byte) = next() else {
                return self.enable(receive);
            };
            self.registers.write(Register::Data, byte.into());
        }
        self.enable(receive | interrupt::TRANSMIT);
    }

    fn is_idle(&mut self) -> bool {
        self.has(flag::TRANSMIT_EMPTY) && !self.has(flag::BUSY)
    }

    /// Early bytes want attention, too. The transmitter's interrupt ends when its FIFO is filled again, or is not let
    /// out any more.
    fn attention(&mut self) -> Attention {
        let wanted = self.registers.read(Register::InterruptStatus);
        if wanted == 0 && self.early.is_empty() {
            return Attention::None;
        }
        if wanted & interrupt::TRANSMIT != 0 {
            self.registers
                .write(Register::InterruptClear, interrupt::TRANSMIT);
        }
        Attention::Wanted
    }
}
