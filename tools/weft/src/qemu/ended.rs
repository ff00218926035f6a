//! How a machine ended, read from QEMU's exit status.
//!
//! A guest that writes `v` to the exit device makes QEMU exit with `v * 2 + 1`, so every odd status
//! is the guest's. 1 is also what QEMU itself exits with when it refuses its arguments; then
//! the guest has not written a byte. On `virt` the guest hands its code over by semihosting, and QEMU exits
//! with it as it is.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use crate::board::Board;

/// How a machine ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The guest ended it with this exit code.
    Guest(u8),
    /// QEMU ended without the guest having asked for it.
    Emulator(i32),
    /// A signal ended QEMU.
    Signal(i32),
}

/// Whether anything was heard of the guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// Not a byte, neither on the serial line nor in the kernel's log.
    Nothing,
    /// Something.
    Something,
}

impl Ended {
    /// Reads QEMU's exit status.
    pub fn from_status(board: Board, status: ExitStatus, heard: Heard) -> Self {
        if let Some(signal) = status.signal() {
            return Self::Signal(signal);
        }
        let code = status.code().unwrap_or_default();
        match (board, heard) {
            (Board::Q35, _) => Self::from_exit_device(code, heard),
            (Board::Virt | Board::Raspi4b, Heard::Nothing) => Self::Emulator(code),
            (Board::Virt | Board::Raspi4b, Heard::Something) => {
                Self::Guest(u8::try_from(code).unwrap_or(u8::MAX))
            }
        }
    }

    fn from_exit_device(code: i32, heard: Heard) -> Self {
        match (code, heard) {
            (1, Heard::Nothing) => Self::Emulator(1),
            (code, _) if code % 2 == 1 => Self::Guest(u8::try_from(code / 2).unwrap_or(u8::MAX)),
            (code, _) => Self::Emulator(code),
        }
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Guest(code) => write!(f, "the guest ended with exit code {code}"),
            Self::Emulator(0) => f.write_str("QEMU was ended, or the guest reset the machine"),
            Self::Emulator(code) => write!(f, "QEMU failed with status {code}"),
            Self::Signal(signal) => write!(f, "QEMU was ended by signal {signal}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exited(code: i32, heard: Heard) -> Ended {
        Ended::from_status(Board::Q35, ExitStatus::from_raw(code << 8), heard)
    }

    #[test]
    fn odd_statuses_are_the_guests() {
        assert_eq!(exited(1, Heard::Something), Ended::Guest(0));
        assert_eq!(exited(3, Heard::Something), Ended::Guest(1));
        assert_eq!(exited(255, Heard::Something), Ended::Guest(127));
    }

    #[test]
    fn on_virt_the_status_is_the_guests_code() {
        let exited = |code: i32, heard| {
            Ended::from_status(Board::Virt, ExitStatus::from_raw(code << 8), heard)
        };
        assert_eq!(exited(0, Heard::Something), Ended::Guest(0));
        assert_eq!(exited(101, Heard::Something), Ended::Guest(101));
        assert_eq!(exited(1, Heard::Nothing), Ended::Emulator(1));
    }

    #[test]
    fn a_silent_machine_with_status_one_never_started() {
        assert_eq!(exited(1, Heard::Nothing), Ended::Emulator(1));
    }

    #[test]
    fn even_statuses_and_signals_are_the_emulators() {
        assert_eq!(exited(0, Heard::Something), Ended::Emulator(0));
        assert_eq!(
            Ended::from_status(Board::Q35, ExitStatus::from_raw(9), Heard::Something),
            Ended::Signal(9)
        );
    }
}
