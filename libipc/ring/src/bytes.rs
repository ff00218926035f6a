//! Copies bytes out of and into words that another process may use at the same moment.
//!
//! Whole words are moved by one atomic access each; the ends that are not aligned are cut out of
//! or merged into their word. Merging is right because a region has one writer. Where this side's
//! bytes begin at a word, too, they are used by words: a target that may use memory only so takes
//! eight accesses for a word of bytes that may lie anywhere. Long rows of words are moved as the processor
//! does that with fewest instructions, in `weft-sys`.

use core::ops::Range;

use zerocopy::FromBytes;

use crate::sync::{AtomicU64, Ordering};
#[cfg(any(target_os = "none", weft))]
use weft_sys::words;

const WORD: usize = size_of::<u64>();
/// From how many words on they are moved in a row, and a multiple of that.
const GROUP: usize = 8;

/// Copies from byte `at` on. Words beyond the end are not copied; the caller checks bounds.
#[inline]
pub(crate) fn copy_out(words: &[AtomicU64], at: usize, out: &mut [u8]) {
    if at.is_multiple_of(WORD)
        && let Ok(whole) = <[u64]>::mut_from_bytes(out)
    {
        return words::load(words.get(at / WORD..).unwrap_or_default(), whole);
    }
    cut_out(words, at, out);
}

/// The same where not all are whole words on both sides.
#[inline(never)]
fn cut_out(words: &[AtomicU64], at: usize, out: &mut [u8]) {
    let (skip, words) = aligned(words, at);
    let (head, middle) = out.split_at_mut(head_length(skip, out.len()));
    let mut words = words;
    if !head.is_empty()
        && let Some((word, rest)) = words.split_first()
    {
        head.copy_from_slice(&load(word)[skip..skip + head.len()]);
        words = rest;
    }
    let (mut chunks, tail) = middle.as_chunks_mut::<WORD>();
    if chunks.len() >= GROUP {
        let moved = groups_out(words, chunks);
        (chunks, words) = (&mut chunks[moved..], &words[moved..]);
    }
    let mut words = words.iter();
    for (chunk, word) in chunks.iter_mut().zip(&mut words) {
        *chunk = load(word);
    }
    if let Some(word) = words.next() {
        tail.copy_from_slice(&load(word)[..tail.len()]);
    }
}

/// Copies whole groups of words; returns how many words that were.
fn groups_out(words: &[AtomicU64], chunks: &mut [[u8; WORD]]) -> usize {
    let moved = chunks.len().min(words.len()) / GROUP * GROUP;
    let (words, chunks) = (&words[..moved], &mut chunks[..moved]);
    match <[u64]>::mut_from_bytes(chunks.as_flattened_mut()) {
        Ok(whole) => words::load(words, whole),
        Err(_) => {
            for (chunk, word) in chunks.iter_mut().zip(words) {
                *chunk = load(word);
            }
        }
    }
    moved
}

/// Copies to byte `at` on. Words beyond the end are not written; the caller checks bounds.
#[inline]
pub(crate) fn copy_in(words: &[AtomicU64], at: usize, bytes: &[u8]) {
    if at.is_multiple_of(WORD)
        && let Ok(whole) = <[u64]>::ref_from_bytes(bytes)
    {
        return words::store(whole, words.get(at / WORD..).unwrap_or_default());
    }
    merge_in(words, at, bytes);
}

/// The same where not all are whole words on both sides.
#[inline(never)]
fn merge_in(words: &[AtomicU64], at: usize, bytes: &[u8]) {
    let (skip, words) = aligned(words, at);
    let (head, middle) = bytes.split_at(head_length(skip, bytes.len()));
    let mut words = words;
    if !head.is_empty()
        && let Some((word, rest)) = words.split_first()
    {
        merge(word, skip, head);
        words = rest;
    }
    let (mut chunks, tail) = middle.as_chunks::<WORD>();
    if chunks.len() >= GROUP {
        let moved = groups_in(words, chunks);
        (chunks, words) = (&chunks[moved..], &words[moved..]);
    }
    let mut words = words.iter();
    for (chunk, word) in chunks.iter().zip(&mut words) {
        store(word, *chunk);
    }
    if !tail.is_empty()
        && let Some(word) = words.next()
    {
        merge(word, 0, tail);
    }
}

/// The four bytes from byte `at` on, as a little-endian number. Bytes beyond the end are 0; the caller checks bounds.
#[inline]
pub(crate) fn number(words: &[AtomicU64], at: usize) -> u32 {
    let (skip, first) = (at % WORD, at / WORD);
    let word = |at: usize| {
        let word = words.get(at).map(|word| word.load(Ordering::Relaxed));
        u64::from_le(word.unwrap_or(0))
    };
    let shift = u8::BITS * skip as u32;
    let low = word(first) >> shift;
    if skip + size_of::<u32>() <= WORD {
        return low as u32;
    }
    (low | word(first + 1) << (u64::BITS - shift)) as u32
}

/// As `groups_out`, the other way.
fn groups_in(words: &[AtomicU64], chunks: &[[u8; WORD]]) -> usize {
    let moved = chunks.len().min(words.len()) / GROUP * GROUP;
    let (words, chunks) = (&words[..moved], &chunks[..moved]);
    match <[u64]>::ref_from_bytes(chunks.as_flattened()) {
        Ok(whole) => words::store(whole, words),
        Err(_) => {
            for (chunk, word) in chunks.iter().zip(words) {
                store(word, *chunk);
            }
        }
    }
    moved
}

/// Copies whole words; the longer side's rest is left alone.
pub(crate) fn copy_words(from: &[AtomicU64], to: &[AtomicU64]) {
    words::pass(from, to);
}

/// The words that a range of bytes consists of, if it consists of whole ones.
pub(crate) fn whole_words(bytes: Range<usize>) -> Option<Range<usize>> {
    let whole = bytes.start.is_multiple_of(WORD) && bytes.end.is_multiple_of(WORD);
    whole.then_some(bytes.start / WORD..bytes.end / WORD)
}

/// The words from the one on that holds byte `at`, and the bytes to skip in it.
fn aligned(words: &[AtomicU64], at: usize) -> (usize, &[AtomicU64]) {
    (at % WORD, words.get(at / WORD..).unwrap_or(&[]))
}

/// How many bytes lie in the first, partly used word.
fn head_length(skip: usize, length: usize) -> usize {
    if skip == 0 {
        0
    } else {
        length.min(WORD - skip)
    }
}

fn load(word: &AtomicU64) -> [u8; WORD] {
    word.load(Ordering::Relaxed).to_ne_bytes()
}

fn store(word: &AtomicU64, bytes: [u8; WORD]) {
    word.store(u64::from_ne_bytes(bytes), Ordering::Relaxed);
}

fn merge(word: &AtomicU64, skip: usize, bytes: &[u8]) {
    let mut merged = load(word);
    merged[skip..skip + bytes.len()].copy_from_slice(bytes);
    word.store(u64::from_ne_bytes(merged), Ordering::Relaxed);
}

/// What `weft_sys::words` does, where there is none.
#[cfg(not(any(target_os = "none", weft)))]
mod words {
    use super::{AtomicU64, Ordering};

    pub(super) fn load(from: &[AtomicU64], to: &mut [u64]) {
        for (from, to) in from.iter().zip(to) {
            *to = from.load(Ordering::Relaxed);
        }
    }

    pub(super) fn store(from: &[u64], to: &[AtomicU64]) {
        for (from, to) in from.iter().zip(to) {
            to.store(*from, Ordering::Relaxed);
        }
    }

    pub(super) fn pass(from: &[AtomicU64], to: &[AtomicU64]) {
        for (from, to) in from.iter().zip(to) {
            to.store(from.load(Ordering::Relaxed), Ordering::Relaxed);
        }
    }
}
