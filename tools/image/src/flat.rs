//! The kernel as boards load it that know no ELF: its load segments as they lie in memory.

use object::{Object, ObjectSegment, read::File};

use crate::ImageError;

/// The greatest length of a flat kernel; more means that its segments do not lie together.
const LONGEST: u64 = 64 << 20;

/// Lays the load segments of an ELF file out from the lowest address on. What follows the last byte of the
/// file's content, and is zero in memory, is left out.
///
/// # Errors
/// If the file is no ELF file, or its segments are too far apart.
pub fn flatten(elf: &[u8]) -> Result<Vec<u8>, ImageError> {
    let broken = |why: String| ImageError::NotAnElf("the kernel".to_owned(), why);
    let file = File::parse(elf).map_err(|error| broken(error.to_string()))?;
    let start = file.segments().map(|segment| segment.address()).min();
    let start = start.ok_or_else(|| broken("it has no segments".to_owned()))?;
    let mut flat = Vec::new();
    for segment in file.segments() {
        let data = segment.data().map_err(|error| broken(error.to_string()))?;
        let from = segment.address() - start;
        let to = from.saturating_add(data.len() as u64);
        if to > LONGEST {
            return Err(broken("its segments do not lie together".to_owned()));
        }
        flat.resize(flat.len().max(to as usize), 0);
        if let Some(place) = flat.get_mut(from as usize..to as usize) {
            place.copy_from_slice(data);
        }
    }
    Ok(flat)
}

/// Where an arm64 Image has the word for the early console (the first that Linux reserves), and its mark behind it.
const CONSOLE: usize = 32;
const MARK: usize = 56;

/// Tells an arm64 Image of the kernel where its early console is.
///
/// # Errors
/// If it is no such Image.
pub fn set_early_console(flat: &mut [u8], console: u64) -> Result<(), ImageError> {
    let is_image = flat.get(MARK..MARK + 4) == Some(b"ARM\x64");
    match flat.get_mut(CONSOLE..CONSOLE + 8) {
        Some(word) if is_image => word.copy_from_slice(&console.to_le_bytes()),
        _ => {
            let why = "it does not begin with the header of an arm64 Image".to_owned();
            return Err(ImageError::NotAnElf("the kernel".to_owned(), why));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_elf_file_is_refused() {
        assert!(matches!(
            flatten(b"#!/bin/sh"),
            Err(ImageError::NotAnElf(..))
        ));
    }

    #[test]
    fn only_a_kernel_is_told_of_the_early_console() {
        let mut flat = vec![0; 64];
        assert!(set_early_console(&mut flat, 0x1234_5678).is_err());
        flat[56..60].copy_from_slice(b"ARM\x64");
        assert!(set_early_console(&mut flat, 0x1234_5678).is_ok());
        assert_eq!(flat[32..40], [0x78, 0x56, 0x34, 0x12, 0, 0, 0, 0]);
    }
}
