//! Why there is no root.

use core::fmt;

use weft_abi::{ABI_HASH, Refusal};
use weft_hal::Text;

/// Why root could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BootError {
    /// There is no boot image, or it is too short or not page aligned.
    NoImage,
    /// It does not begin with the image's magic number.
    NotAnImage,
    /// It was made for another kernel; the ABI hash found in it.
    WrongAbi(u64),
    /// Its checksum or a length in it is wrong.
    Damaged,
    /// Root's program has a segment that cannot be.
    BadProgram,
    /// The machine describes too many pieces of memory.
    TooManyRegions,
    /// No piece of memory is large enough.
    NoMemory,
    /// A page of root cannot be mapped, and why.
    NotMapped(u64, Refusal),
}

impl fmt::Display for BootError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoImage => out.write_str("there is no boot image: load one as the boot module"),
            Self::NotAnImage => out.write_str("the boot module is not a Weft image"),
            Self::WrongAbi(found) => write!(
                out,
                "the boot image was made for a kernel with ABI {found:#018x}, this one has \
                 {ABI_HASH:#018x}: build both again"
            ),
            Self::Damaged => out.write_str("the boot image is damaged: its checksum is wrong"),
            Self::BadProgram => out.write_str("root's program in the boot image is malformed"),
            Self::TooManyRegions => out.write_str("the memory map has too many entries"),
            Self::NoMemory => out.write_str("there is not enough memory for root"),
            Self::NotMapped(address, refusal) => {
                write!(
                    out,
                    "root's page at {address:#x} cannot be mapped: {}",
                    Text(refusal.text())
                )
            }
        }
    }
}
