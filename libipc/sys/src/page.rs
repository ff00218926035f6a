//! The message page of the main thread: words beyond the registers, capabilities, batch arguments.
//!
//! The kernel reads and writes it while this thread is inside a system call, so every access is volatile.
//! Programs have one thread; a second one will get its page's address from its thread block.

use weft_abi::message::{BATCH, BATCH_BYTES, CAPS_IN, CAPS_OUT, PAGE_BYTES};
use weft_abi::{CPtr, MAX_CAPS, message::CapItem};

const WORDS: usize = PAGE_BYTES / size_of::<u64>();

/// Reads a word; `None` beyond the page.
#[inline]
pub fn read(index: usize) -> Option<u64> {
    (index < WORDS).then(|| raw::load(index))
}

/// Writes a word; does nothing beyond the page.
#[inline]
pub fn write(index: usize, word: u64) {
    if index < WORDS {
        raw::store(index, word);
    }
}

/// Writes consecutive words; those beyond the page are left out.
#[inline]
pub fn write_words(first: usize, words: &[u64]) {
    for (index, word) in (first..WORDS).zip(words) {
        raw::store(index, *word);
    }
}

/// Names a capability to send with the next message.
#[inline]
pub fn put_cap(index: usize, item: CapItem) {
    if index < MAX_CAPS {
        raw::store(CAPS_OUT + index, item.0);
    }
}

/// Names the slot that the capability `index` of the next message received goes to; NULL refuses it.
#[inline]
pub fn set_receive_slot(index: usize, slot: CPtr) {
    if index < MAX_CAPS {
        raw::store(CAPS_IN + index, u64::from(slot.0));
    }
}

/// Copies text into the batch area; returns how many bytes fitted.
pub fn write_batch(bytes: &[u8]) -> usize {
    let length = bytes.len().min(BATCH_BYTES);
    for (index, chunk) in bytes[..length].chunks(size_of::<u64>()).enumerate() {
        let mut word = [0; size_of::<u64>()];
        word[..chunk.len()].copy_from_slice(chunk);
        raw::store(BATCH + index, u64::from_le_bytes(word));
    }
    length
}

/// Copies the beginning of the batch area out; returns how many bytes it was.
pub fn read_batch(bytes: &mut [u8]) -> usize {
    let length = bytes.len().min(BATCH_BYTES);
    for (index, chunk) in bytes[..length].chunks_mut(size_of::<u64>()).enumerate() {
        let word = raw::load(BATCH + index).to_le_bytes();
        chunk.copy_from_slice(&word[..chunk.len()]);
    }
    length
}

#[cfg(any(target_os = "none", weft))]
mod raw {
    //! The page at its address. Callers have checked the index.

    use weft_abi::layout::MESSAGE_PAGE;

    fn address(index: usize) -> *mut u64 {
        core::ptr::with_exposed_provenance_mut::<u64>(MESSAGE_PAGE as usize).wrapping_add(index)
    }

    #[inline]
    pub(super) fn load(index: usize) -> u64 {
        // SAFETY: 1. the message page is mapped readable before the first instruction of a program and never
        // unmapped; 2. `index` is below the page's 512 words; 3. no reference to the page ever exists.
        unsafe { address(index).read_volatile() }
    }

    #[inline]
    pub(super) fn store(index: usize, word: u64) {
        // SAFETY: 1. the message page is mapped writable before the first instruction of a program and never
        // unmapped; 2. `index` is below the page's 512 words; 3. no reference to the page ever exists.
        unsafe { address(index).write_volatile(word) }
    }
}

#[cfg(not(any(target_os = "none", weft)))]
mod raw {
    //! A static in place of the page. Callers have checked the index.

    use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

    static PAGE: [AtomicU64; super::WORDS] = [const { AtomicU64::new(0) }; super::WORDS];

    pub(super) fn load(index: usize) -> u64 {
        PAGE[index].load(Relaxed)
    }

    pub(super) fn store(index: usize, word: u64) {
        PAGE[index].store(word, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_text_are_read_back_and_the_end_is_respected() {
        write(7, 0xfeed);
        assert_eq!(read(7), Some(0xfeed));
        write(WORDS, 1);
        assert_eq!(read(WORDS), None);

        let text = [7; BATCH_BYTES + 5];
        assert_eq!(write_batch(&text), BATCH_BYTES);
        let mut back = [0; 21];
        assert_eq!(read_batch(&mut back), 21);
        assert_eq!(back, [7; 21]);
    }
}
