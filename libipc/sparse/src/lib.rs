//! A volume as a file of a boot image: only the blocks that are not zero.
//!
//! A new file system is mostly empty, and every byte of a boot image is loaded and summed up at every start.
//! Leaving empty blocks out makes 64 MiB a few, at the price of one copy, which whoever writes to the volume makes
//! anyway. Rejected: a compressor, which would be slower to unpack than the copy is, for little more.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | magic number |
//! | 8 | length of the volume |
//! | 8 | number of runs |
//! | 16 a run | where it is in the volume, and its length |
//! | the rest | the runs' bytes, one behind the other |
//!
//! The composer packs, the driver of the volume unpacks.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

use alloc::vec::Vec;
use core::fmt;

use weft_abi::layout::PAGE;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

const MAGIC: u64 = u64::from_le_bytes(*b"WEFTSPRS");

/// What is left out if it is zero.
const BLOCK: usize = PAGE as usize;

#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct Header {
    magic: [u8; 8],
    length: [u8; 8],
    runs: [u8; 8],
}

#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct Run {
    at: [u8; 8],
    length: [u8; 8],
}

/// Packs a volume.
#[must_use]
pub fn pack(volume: &[u8]) -> Vec<u8> {
    let runs = runs(volume);
    let header = Header {
        magic: MAGIC.to_le_bytes(),
        length: (volume.len() as u64).to_le_bytes(),
        runs: (runs.len() as u64).to_le_bytes(),
    };
    let mut packed = Vec::from(header.as_bytes());
    for (at, bytes) in &runs {
        let run = Run {
            at: (*at as u64).to_le_bytes(),
            length: (bytes.len() as u64).to_le_bytes(),
        };
        packed.extend_from_slice(run.as_bytes());
    }
    runs.iter()
        .for_each(|(_, bytes)| packed.extend_from_slice(bytes));
    packed
}

/// The longest runs of blocks that are not zero.
fn runs(volume: &[u8]) -> Vec<(usize, &[u8])> {
    let mut runs = Vec::new();
    let mut start = None;
    for at in (0..volume.len()).step_by(BLOCK) {
        let block = volume.get(at..).unwrap_or_default();
        let block = block.get(..BLOCK).unwrap_or(block);
        match (start, block.iter().all(|byte| *byte == 0)) {
            (None, false) => start = Some(at),
            (Some(first), true) => {
                runs.push((first, volume.get(first..at).unwrap_or_default()));
                start = None;
            }
            _ => {}
        }
    }
    if let Some(first) = start {
        runs.push((first, volume.get(first..).unwrap_or_default()));
    }
    runs
}

/// Why bytes are no packed volume, or not the one that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadVolume {
    /// They do not begin as one, or are shorter than they say.
    NotAVolume,
    /// A run lies outside of the volume.
    OutOfBounds,
    /// The volume has more bytes than it may; how many.
    TooLarge(u64),
}

impl fmt::Display for BadVolume {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAVolume => f.write_str("the file holds no packed volume"),
            Self::OutOfBounds => f.write_str("a part of the volume lies outside of it"),
            Self::TooLarge(bytes) => write!(f, "the volume has {bytes} bytes, which is too many"),
        }
    }
}

impl core::error::Error for BadVolume {}

/// Unpacks a volume of at most `limit` bytes; bytes behind its end are ignored.
///
/// # Errors
/// Why there is none.
pub fn unpack(packed: &[u8], limit: usize) -> Result<Vec<u8>, BadVolume> {
    let (header, rest) = Header::ref_from_prefix(packed).map_err(|_| BadVolume::NotAVolume)?;
    if header.magic != MAGIC.to_le_bytes() {
        return Err(BadVolume::NotAVolume);
    }
    let count = number(header.runs).ok_or(BadVolume::NotAVolume)?;
    let (runs, mut rest) =
        <[Run]>::ref_from_prefix_with_elems(rest, count).map_err(|_| BadVolume::NotAVolume)?;
    let length = number(header.length).filter(|length| *length <= limit);
    let too_large = BadVolume::TooLarge(u64::from_le_bytes(header.length));
    let mut volume = alloc::vec![0; length.ok_or(too_large)?];
    for run in runs {
        let length = number(run.length).ok_or(BadVolume::NotAVolume)?;
        let (bytes, behind) = rest.split_at_checked(length).ok_or(BadVolume::NotAVolume)?;
        place(&mut volume, run, bytes).ok_or(BadVolume::OutOfBounds)?;
        rest = behind;
    }
    Ok(volume)
}

fn place(volume: &mut [u8], run: &Run, bytes: &[u8]) -> Option<()> {
    let room = volume.get_mut(number(run.at)?..)?.get_mut(..bytes.len())?;
    room.copy_from_slice(bytes);
    Some(())
}

fn number(bytes: [u8; 8]) -> Option<usize> {
    usize::try_from(u64::from_le_bytes(bytes)).ok()
}

#[cfg(test)]
mod tests;
