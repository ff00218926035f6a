//! What can go wrong between controller and card.

use core::fmt;

use crate::registers::status;

/// Why something was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The registers are not those of a controller.
    NoController,
    /// Nobody says what clock the controller has.
    NoClock,
    /// The controller does not do what it is told, or says nothing.
    Silent,
    /// No card answers a command.
    NoAnswer,
    /// The answer to a command is damaged, or one to another; with the controller's error bits.
    Answer(u32),
    /// Data did not come in time, or did not arrive whole; with the controller's error bits.
    Data(u32),
    /// The controller cannot use the descriptors of a transfer.
    Descriptors,
    /// The card refuses, or could not do what it was told; with its status.
    Card(u32),
    /// There is a card, but not one that this driver knows.
    Unknown,
    /// The card is locked by a password.
    Password,
    /// The card is not the one that was there before.
    Exchanged,
}

impl Failure {
    /// What error bits of the controller mean.
    pub(crate) fn of(errors: u32) -> Self {
        let has = |bits| errors & bits != 0;
        if has(status::COMMAND_TIMEOUT) {
            Self::NoAnswer
        } else if has(status::COMMAND_ERRORS) {
            Self::Answer(errors >> 16)
        } else if has(status::ADMA) {
            Self::Descriptors
        } else {
            Self::Data(errors >> 16)
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoController => f.write_str("there is no controller"),
            Self::NoClock => f.write_str("the controller's clock is not known"),
            Self::Silent => f.write_str("the controller does not answer"),
            Self::NoAnswer => f.write_str("no card answers"),
            Self::Answer(bits) => write!(f, "the card's answer is damaged (errors {bits:#x})"),
            Self::Data(bits) => {
                let late = *bits << 16 & status::DATA_TIMEOUT != 0;
                let what = if late { "came late" } else { "is damaged" };
                write!(f, "data {what} (errors {bits:#x})")
            }
            Self::Descriptors => f.write_str("the controller cannot use its descriptors"),
            Self::Card(status) => write!(f, "the card reports an error (status {status:#x})"),
            Self::Unknown => f.write_str("the card is of an unknown kind"),
            Self::Password => f.write_str(
                "the card is locked by a password; unlock it with what locked it, and put it in again",
            ),
            Self::Exchanged => f.write_str("the card is another one"),
        }
    }
}
