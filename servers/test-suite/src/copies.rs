//! What copies and fills memory, wherever it lies and however long it is: the functions that the compiler calls, and rows of words.

use alloc::format;
use core::hint::black_box;
use core::sync::atomic::{AtomicU64, Ordering};

use weft_sys::words;

use crate::bench::Bench;
use crate::check::{Outcome, ensure};

crate::tests! {
    memory_is_copied_and_filled_to_the_byte
    rows_of_words_are_moved_to_the_word
}

unsafe extern "C" {
    fn memcpy(to: *mut u8, from: *const u8, count: usize) -> *mut u8;
    fn memset(to: *mut u8, byte: i32, count: usize) -> *mut u8;
}

/// Room for what is longer than two rows of any loop, and for what must stay as it is around it.
const ROOM: usize = 192;
/// What is moved at most, in bytes.
const MOST: usize = 150;
/// Where it begins: everywhere in a word and behind it.
const PLACES: usize = 10;
/// What stands where nothing is written.
const OTHER: u8 = 0xee;

fn memory_is_copied_and_filled_to_the_byte(_: &mut Bench) -> Outcome {
    let mut from = [0; ROOM];
    for (byte, value) in from.iter_mut().zip(1..) {
        *byte = value;
    }
    for (at, begin) in (0..PLACES).flat_map(|at| [0, 1, 4, 7].map(|begin| (at, begin))) {
        for count in 0..=MOST {
            let mut to = black_box([OTHER; ROOM]);
            let place = to.as_mut_ptr().wrapping_add(at);
            // SAFETY: 1. both places and `count` bytes behind them lie in their arrays, of which one is borrowed by nobody.
            let end = unsafe { memcpy(place, black_box(from.as_ptr().wrapping_add(begin)), count) };
            let is_right = |(index, byte): (usize, &u8)| match index.checked_sub(at) {
                Some(index) if index < count => *byte == (index + begin) as u8 + 1,
                _ => *byte == OTHER,
            };
            let holds = end == place && to.iter().enumerate().all(is_right);
            ensure(|| holds, &format!("{count} bytes from {begin} to {at}"))?;
        }
    }
    for (at, count) in (0..PLACES).flat_map(|at| (0..=MOST).map(move |count| (at, count))) {
        let mut to = black_box([OTHER; ROOM]);
        let place = to.as_mut_ptr().wrapping_add(at);
        // SAFETY: 1. the place and `count` bytes behind it lie in the array, which nobody borrows.
        let end = unsafe { memset(place, black_box(0x1a5), count) };
        let is_right = |(index, byte): (usize, &u8)| {
            let wanted = if (at..at + count).contains(&index) {
                0xa5
            } else {
                OTHER
            };
            *byte == wanted
        };
        let holds = end == place && to.iter().enumerate().all(is_right);
        ensure(|| holds, &format!("filling {count} bytes at {at}"))?;
    }
    Ok(())
}

fn rows_of_words_are_moved_to_the_word(_: &mut Bench) -> Outcome {
    const WORDS: usize = 40;
    let shared: [AtomicU64; WORDS] = core::array::from_fn(|index| AtomicU64::new(index as u64 + 1));
    for count in 0..WORDS {
        let mut own = [0; WORDS];
        words::load(&shared[..count], &mut own);
        let other = [const { AtomicU64::new(0) }; WORDS];
        words::store(&own[..count], &other[1..]);
        let last = [const { AtomicU64::new(0) }; WORDS];
        words::pass(&other[1..=count], &last);
        let wanted = |index: usize| if index < count { index as u64 + 1 } else { 0 };
        let holds = (0..WORDS).all(|index| {
            let behind = other
                .get(index + 1)
                .map_or(0, |it| it.load(Ordering::Relaxed));
            let is_behind = index + 1 == WORDS || behind == wanted(index);
            own[index] == wanted(index)
                && is_behind
                && last[index].load(Ordering::Relaxed) == wanted(index)
        });
        let is_first_left = other[0].load(Ordering::Relaxed) == 0;
        ensure(|| holds && is_first_left, &format!("{count} words"))?;
    }
    Ok(())
}
