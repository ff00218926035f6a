//! The chip.

use heapless::Deque;
use serial_line::{Attention, Chip, Overrun, Received};

/// A register, as offset in bytes in the page of all auxiliary devices (§2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Register {
    /// Which of the auxiliary devices are on.
    Enables = 0x04,
    /// Read: received byte. Write: byte to send.
    Data = 0x40,
    /// Which interrupts are let out.
    InterruptEnable = 0x44,
    /// Which interrupt is wanted.
    InterruptStatus = 0x48,
    /// Size of a byte.
    LineControl = 0x4c,
    /// State of both directions.
    LineStatus = 0x54,
    /// Which directions are on, and flow control.
    Control = 0x60,
}

/// Access to the registers.
pub trait Registers {
    /// Reads a register.
    fn read(&mut self, register: Register) -> u32;

    /// Writes a register.
    fn write(&mut self, register: Register, value: u32);
}

/// Bytes that a FIFO holds.
const FIFO_BYTES: usize = 8;

/// In the enables: this device.
const MINI_UART: u32 = 1;
const EIGHT_BITS: u32 = 3;
const BOTH_DIRECTIONS: u32 = 3;
/// In the interrupt status: there is none.
const NOTHING_PENDING: u32 = 1;

mod enable {
    pub(super) const RECEIVED: u32 = 1 << 0;
    pub(super) const TRANSMIT: u32 = 1 << 1;
}

mod status {
    pub(super) const RECEIVED: u32 = 1 << 0;
    pub(super) const OVERRUN: u32 = 1 << 1;
    pub(super) const CAN_TRANSMIT: u32 = 1 << 5;
    pub(super) const IDLE: u32 = 1 << 6;
}

/// There is no such chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnswering;

/// A mini-UART.
#[derive(Debug)]
pub struct Uart<R> {
    registers: R,
    enabled: u32,
    /// What arrived before the chip was set up.
    early: Deque<u8, FIFO_BYTES>,
}

impl<R: Registers> Uart<R> {
    /// Switches the chip on; receive interrupts are on afterwards. Bytes that arrived before are kept.
    ///
    /// # Errors
    /// [`NotAnswering`] if it cannot be switched on.
    pub fn new(mut registers: R) -> Result<Self, NotAnswering> {
        let others = registers.read(Register::Enables);
        registers.write(Register::Enables, others | MINI_UART);
        if registers.read(Register::Enables) & !0b111 != 0
            || registers.read(Register::Enables) & MINI_UART == 0
        {
            return Err(NotAnswering);
        }
        let mut uart = Self {
            registers,
            enabled: 0,
            early: Deque::new(),
        };
        uart.registers.write(Register::InterruptEnable, 0);
        uart.take_early();
        uart.registers.write(Register::LineControl, EIGHT_BITS);
        uart.registers.write(Register::Control, BOTH_DIRECTIONS);
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

    /// Reading the status ends an overrun.
    fn receive_from_chip(&mut self) -> (Received, Overrun) {
        let line = self.registers.read(Register::LineStatus);
        let overrun = if line & status::OVERRUN == 0 {
            Overrun::None
        } else {
            Overrun::Happened
        };
        if line & status::RECEIVED == 0 {
            return (Received::Nothing, overrun);
        }
        let byte = self.registers.read(Register::Data) as u8;
        (Received::Byte(byte), overrun)
    }

    fn has(&mut self, state: u32) -> bool {
        self.registers.read(Register::LineStatus) & state != 0
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
        // What QEMU has sent is sent at once, so that there is always room: another turn gives others theirs.
        for _ in 0..FIFO_BYTES {
            if !self.has(status::CAN_TRANSMIT) {
                break;
            }
            let Some(byte) = next() else {
                return self.enable(enable::RECEIVED);
            };
            self.registers.write(Register::Data, byte.into());
        }
        self.enable(enable::RECEIVED | enable::TRANSMIT);
    }

    fn is_idle(&mut self) -> bool {
        self.has(status::IDLE)
    }

    /// Early bytes want attention, too.
    fn attention(&mut self) -> Attention {
        let pending = self.registers.read(Register::InterruptStatus) & NOTHING_PENDING == 0;
        if !pending && self.early.is_empty() {
            return Attention::None;
        }
        Attention::Wanted
    }
}
