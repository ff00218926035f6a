//! Why a command did not do all that it should, and the status that it ends with.
//!
//! Statuses are those of Unix shells, so that nobody has to learn others.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt::Display;

/// All went well.
pub(crate) const SUCCESS: u8 = 0;
/// Something did not.
pub(crate) const FAILURE: u8 = 1;
/// The command was not used as it should be.
pub(crate) const MISUSE: u8 = 2;
/// There is such a file, but it cannot be run.
pub(crate) const NOT_RUNNABLE: u8 = 126;
/// There is no such command.
pub(crate) const UNKNOWN: u8 = 127;
/// Ended by Ctrl-C: 128 and the number of SIGINT.
pub(crate) const INTERRUPTED: u8 = 130;
/// Ended by `kill`: 128 and the number of SIGKILL.
pub(crate) const KILLED: u8 = 137;
/// Ended by a fault: 128 and the number of SIGSEGV.
pub(crate) const FAULTED: u8 = 139;

/// What a command comes to.
pub(crate) type Outcome<R = ()> = Result<R, Trouble>;

/// Why a command stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Its arguments make no sense.
    Usage(String),
    /// What failed, in words.
    Failed(String),
    /// As above, with a status of its own.
    With(u8, String),
    /// Another command ended with this status and has told why.
    Status(u8),
    /// Ctrl-C.
    Interrupted,
    /// The terminal is gone: nothing can be told to anybody.
    NoTerminal,
}

impl Trouble {
    /// Trouble with something that has a name.
    pub(crate) fn at(name: &str, why: impl Display) -> Self {
        Self::Failed(format!("{name}: {why}"))
    }

    /// Trouble with nothing in particular.
    pub(crate) fn because(why: impl Display) -> Self {
        Self::Failed(why.to_string())
    }

    /// The status that stands for it.
    pub(crate) fn status(&self) -> u8 {
        match self {
            Self::Usage(_) => MISUSE,
            Self::Failed(_) | Self::NoTerminal => FAILURE,
            Self::With(status, _) | Self::Status(status) => *status,
            Self::Interrupted => INTERRUPTED,
        }
    }
}
