//! Why there is no network.

use core::fmt;

use crate::memory::MEMORY_BYTES;
use crate::registers::PLACE;

/// Why a controller was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nothing answers: the revision reads so.
    Absent(u32),
    /// It is another version.
    Version(u32),
    /// It does not come to rest.
    Restless,
    /// No PHY answers.
    NoPhy,
    /// The PHY does not come out of its reset.
    Phy,
    /// Nobody knows its address.
    NoAddress,
    /// There is not enough memory for frames.
    Memory,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent(revision) => write!(
                f,
                "no GENET at {PLACE:#x}: its revision reads as {revision:#x}, nothing answers"
            ),
            Self::Version(revision) => write!(
                f,
                "no GENET v5 at {PLACE:#x}: its revision is {revision:#x}, which this driver does not know"
            ),
            Self::Restless => f.write_str("the controller does not come to rest"),
            Self::NoPhy => f.write_str("no PHY answers"),
            Self::Phy => f.write_str("the PHY does not come out of its reset"),
            Self::NoAddress => f.write_str(
                "the firmware has left no Ethernet address: give one as argument, as in dc:a6:32:01:02:03",
            ),
            Self::Memory => write!(f, "memory for frames has less than {MEMORY_BYTES} bytes"),
        }
    }
}

/// The controller does what it may not, or does not come to rest: it is left alone until its next reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken;
