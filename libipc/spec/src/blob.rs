//! The specification as bytes: a magic number, a version, then postcard.
//!
//! Postcard alone cannot evolve; the version in front makes a reader refuse what it does not know. The
//! image's ABI hash already binds root and composer of one build together.

use alloc::vec::Vec;
use core::fmt;

use crate::SystemSpec;

const MAGIC: [u8; 4] = *b"WSPC";
const VERSION: u32 = 4;
const HEADER: usize = 8;

/// Why bytes are no specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpecError {
    /// They do not begin as one.
    NotASpecification,
    /// They were written by a composer of another version.
    Version(u32),
    /// The content does not decode.
    Damaged,
    /// The specification cannot be written (it exceeds what memory holds).
    TooLarge,
}

impl fmt::Display for SpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotASpecification => f.write_str("the bytes are no system specification"),
            Self::Version(found) => write!(
                f,
                "the specification has version {found}, this reads {VERSION}"
            ),
            Self::Damaged => f.write_str("the specification is damaged"),
            Self::TooLarge => f.write_str("the specification is too large"),
        }
    }
}

impl core::error::Error for SpecError {}

/// Writes a specification.
///
/// # Errors
/// [`SpecError::TooLarge`] if it cannot be serialised.
pub fn encode(spec: &SystemSpec) -> Result<Vec<u8>, SpecError> {
    let mut bytes = Vec::from(MAGIC);
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend_from_slice(&postcard::to_allocvec(spec).map_err(|_| SpecError::TooLarge)?);
    Ok(bytes)
}

/// Reads a specification; all bytes must belong to it.
///
/// # Errors
/// What is wrong with the bytes.
pub fn decode(bytes: &[u8]) -> Result<SystemSpec, SpecError> {
    let (header, body) = bytes
        .split_at_checked(HEADER)
        .ok_or(SpecError::NotASpecification)?;
    let Some(version) = header.strip_prefix(&MAGIC) else {
        return Err(SpecError::NotASpecification);
    };
    let version = version
        .try_into()
        .map(u32::from_le_bytes)
        .map_err(|_| SpecError::NotASpecification)?;
    if version != VERSION {
        return Err(SpecError::Version(version));
    }
    match postcard::take_from_bytes(body) {
        Ok((spec, [])) => Ok(spec),
        _ => Err(SpecError::Damaged),
    }
}

#[cfg(test)]
mod tests {
    use alloc::{string::String, vec};

    use super::*;

    fn empty() -> SystemSpec {
        SystemSpec {
            name: String::from("demo"),
            board: String::from("q35"),
            meters: false,
            coherence: crate::Coherence::Coherent,
            programs: vec![String::from("root")],
            components: vec![],
            rings: vec![],
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let bytes = encode(&empty()).expect("serialises");
        assert_eq!(decode(&bytes), Ok(empty()));
    }

    #[test]
    fn another_version_is_refused() {
        let mut bytes = encode(&empty()).expect("serialises");
        bytes[4] = 9;
        assert_eq!(decode(&bytes), Err(SpecError::Version(9)));
    }

    #[test]
    fn short_foreign_and_long_bytes_are_refused() {
        assert_eq!(decode(b"WS"), Err(SpecError::NotASpecification));
        assert_eq!(decode(b"ELF.1234"), Err(SpecError::NotASpecification));
        let mut bytes = encode(&empty()).expect("serialises");
        bytes.push(0);
        assert_eq!(decode(&bytes), Err(SpecError::Damaged));
    }
}
