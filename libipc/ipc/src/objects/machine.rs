//! The kernel log and the power switch.

use weft_abi::message::BATCH_BYTES;
use weft_abi::{Refusal, Syscall};
use weft_sys::{invoke, page};

super::object! {
    /// The kernel log.
    Log
}

super::object! {
    /// The machine's power switch.
    Machine
}

/// A piece of log text that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogText {
    /// How many bytes were copied.
    pub length: usize,
    /// The position to read from next.
    pub next: u64,
}

impl Log {
    /// Appends text.
    pub fn write(self, text: &[u8]) -> Result<(), Refusal> {
        for part in text.chunks(BATCH_BYTES) {
            let length = page::write_batch(part) as u64;
            invoke(Syscall::LogWrite, self.0, [length, 0, 0, 0, 0])?;
        }
        Ok(())
    }

    /// Copies text from a position on.
    pub fn read(self, position: u64, into: &mut [u8]) -> Result<LogText, Refusal> {
        let [_, length, next, ..] = invoke(Syscall::LogRead, self.0, [position, 0, 0, 0, 0])?;
        let wanted = into.len().min(length as usize);
        let copied = page::read_batch(&mut into[..wanted]);
        let skipped = (length as usize).saturating_sub(copied) as u64;
        Ok(LogText {
            length: copied,
            next: next.saturating_sub(skipped),
        })
    }
}

impl Machine {
    /// Ends the machine with a code (0 to 127) where the board can tell it. Returns only if refused.
    pub fn off(self, code: u8) -> Result<(), Refusal> {
        invoke(Syscall::MachineOff, self.0, [u64::from(code), 0, 0, 0, 0]).map(|_| ())
    }
}
