//! Interrupt lines: I/O APIC inputs, message-signalled vectors, and the way back when one was taken.
//!
//! Vectors: 0x20 on for the lines 0 to 23, 0x38 the timer, 0x39 mail of a core, 0x40 to 0xef messages, 0xff spurious, the
//! others nobody's.
//! Lines 0 to 15 are the ISA interrupts wherever firmware routed them.

mod io_apic;
mod local_apic;
mod pic;

use weft_hal::{Interrupts, IrqLine, IrqMode, Msi, Trap};

pub(crate) use io_apic::IoApic;
pub(crate) use local_apic::{Call, LocalApic};
pub(crate) use pic::silence as silence_pic;

use crate::machine::X86_64;
use crate::msi;
use crate::smp::PerCore;

/// The number of I/O APIC inputs that are lines.
const INPUTS: u16 = 24;
const FIRST_INPUT: u8 = 0x20;
/// The timer's vector.
pub(crate) const TIMER: u8 = 0x38;
/// The vector by which a core tells another of mail.
pub(crate) const MAIL: u8 = 0x39;
const FIRST_MESSAGE: u8 = 0x40;
const LAST_MESSAGE: u8 = FIRST_MESSAGE + msi::COUNT as u8 - 1;
/// The local APIC's spurious vector; also everything from the 8259s ends behind the messages.
pub(crate) const SPURIOUS: u8 = 0xff;

impl X86_64 {
    /// Tells the controller that the interrupt with this vector was taken, if it is an input's, and says which.
    #[inline(always)]
    pub(crate) fn acknowledge_input(&mut self, vector: u8) -> Option<IrqLine> {
        match vector {
            FIRST_INPUT..TIMER => Some(self.input_fired(vector - FIRST_INPUT)),
            _ => None,
        }
    }

    /// Tells the controller that the interrupt with this vector, which is no input's, was taken, and says what it is.
    pub(crate) fn acknowledge(&mut self, vector: u8) -> Trap {
        match vector {
            TIMER => self.timer_fired(),
            MAIL => self.mail_came(),
            FIRST_MESSAGE..=LAST_MESSAGE => self.message_fired(vector - FIRST_MESSAGE),
            _ => self.unexpected(vector),
        }
    }

    fn mail_came(&mut self) -> Trap {
        self.local_apic.end_of_interrupt();
        PerCore::current().stage.answers();
        Trap::Mail
    }

    /// A vector that the kernel gives to nobody: the local APIC's spurious one, or a message that a device made up.
    /// Only what the local APIC has in service waits to be acknowledged, and holds back whatever is below it until
    /// then (SDM 3A §11.8.4, §11.9).
    fn unexpected(&mut self, vector: u8) -> Trap {
        if self.local_apic.is_in_service(vector) {
            self.local_apic.end_of_interrupt();
        }
        Trap::Spurious
    }

    #[inline(always)]
    fn input_fired(&mut self, line: u8) -> IrqLine {
        let line = u16::from(line);
        if self.io_apic.is_level(line) {
            self.io_apic.mask(line);
        }
        self.local_apic.end_of_interrupt();
        IrqLine(line)
    }

    fn message_fired(&mut self, index: u8) -> Trap {
        self.local_apic.end_of_interrupt();
        if self.messages.fired(usize::from(index)) {
            Trap::Interrupt(IrqLine(INPUTS + u16::from(index)))
        } else {
            Trap::Spurious
        }
    }

    /// Whether the local APIC holds an interrupt for the core.
    pub(crate) fn is_interrupt_requested(&self) -> bool {
        let last = (usize::from(FIRST_MESSAGE) + self.messages.top()).div_ceil(32);
        self.local_apic.is_any_requested(last as u16)
    }
}

/// The message index of a line, if it is no controller input.
fn message(line: IrqLine) -> Option<usize> {
    line.0
        .checked_sub(INPUTS)
        .map(usize::from)
        .filter(|index| *index < msi::COUNT)
}

impl Interrupts for X86_64 {
    const LINES: u16 = INPUTS + msi::COUNT as u16;

    fn configure(&mut self, line: IrqLine, mode: IrqMode) -> bool {
        line.0 < INPUTS
            && self.io_apic.configure(
                line.0,
                FIRST_INPUT + line.0 as u8,
                self.local_apic.id(),
                mode,
            )
    }

    fn mask(&mut self, line: IrqLine) {
        match message(line) {
            Some(index) => self.messages.mask(index),
            None => self.io_apic.mask(line.0),
        }
    }

    fn unmask(&mut self, line: IrqLine) {
        match message(line) {
            Some(index) => {
                if self.messages.unmask(index) {
                    self.local_apic.raise(FIRST_MESSAGE + index as u8);
                }
            }
            None => self.io_apic.unmask(line.0),
        }
    }

    fn allocate_msi(&mut self, _: u16) -> Option<Msi> {
        let index = self.messages.allocate()?;
        // SDM 3A §11.11: fixed delivery, edge, to the APIC in bits 12 to 19.
        let address = 0xfee0_0000 | u64::from(self.local_apic.id() & 0xff) << 12;
        let data = u32::from(FIRST_MESSAGE) + index as u32;
        Some(Msi {
            line: IrqLine(INPUTS + index as u16),
            address,
            data,
        })
    }

    fn release(&mut self, line: IrqLine) {
        match message(line) {
            Some(index) => self.messages.release(index),
            None => self.io_apic.release(line.0),
        }
    }
}
