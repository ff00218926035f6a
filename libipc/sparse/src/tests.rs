//! Volumes are unpacked as they were packed, and damaged ones are refused.

use alloc::vec;

use super::*;

/// Blocks of zeros and of other bytes, by turns as `full` says, and `odd` bytes behind them.
fn volume(full: &[bool], odd: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (number, full) in full.iter().enumerate() {
        bytes.extend(vec![if *full { number as u8 + 1 } else { 0 }; BLOCK]);
    }
    bytes.extend(vec![9; odd]);
    bytes
}

#[test]
fn what_was_packed_is_unpacked() {
    for full in [
        &[][..],
        &[false],
        &[true],
        &[true, false, false, true, true],
    ] {
        for odd in [0, 1, 511] {
            let bytes = volume(full, odd);
            assert_eq!(unpack(&pack(&bytes), bytes.len()), Ok(bytes));
        }
    }
}

#[test]
fn empty_blocks_take_no_room() {
    let bytes = volume(&[false, true, false, false], 0);
    let head = size_of::<Header>() + size_of::<Run>();
    assert_eq!(pack(&bytes).len(), head + BLOCK);
}

#[test]
fn bytes_behind_the_end_are_ignored() {
    let bytes = volume(&[true], 0);
    let mut packed = pack(&bytes);
    packed.extend_from_slice(&[7; 100]);
    assert_eq!(unpack(&packed, bytes.len()), Ok(bytes));
}

#[test]
fn a_volume_that_is_too_large_is_refused() {
    let packed = pack(&volume(&[true], 0));
    assert_eq!(unpack(&packed, BLOCK - 1), Err(BadVolume::TooLarge(4096)));
}

#[test]
fn short_and_foreign_bytes_are_refused() {
    let packed = pack(&volume(&[true, false, true], 0));
    for length in [0, 8, 23, 30, 60, packed.len() - 1] {
        let found = unpack(&packed[..length], 1 << 20);
        assert_eq!(found, Err(BadVolume::NotAVolume), "{length}");
    }
    let mut foreign = packed;
    foreign[0] ^= 1;
    assert_eq!(unpack(&foreign, 1 << 20), Err(BadVolume::NotAVolume));
}

#[test]
fn a_run_outside_of_the_volume_is_refused() {
    let mut packed = pack(&volume(&[true], 0));
    packed[24..32].copy_from_slice(&1_u64.to_le_bytes());
    assert_eq!(unpack(&packed, 1 << 20), Err(BadVolume::OutOfBounds));
    packed[24..32].copy_from_slice(&u64::MAX.to_le_bytes());
    assert_eq!(unpack(&packed, 1 << 20), Err(BadVolume::OutOfBounds));
}
