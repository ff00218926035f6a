//! Keys that were typed and not read.

use heapless::Deque;
use libipc::codec::Bytes;

/// What Ctrl-C sends: ETX (ECMA-48 §8.3.36).
pub const INTERRUPT: u8 = 0x03;

/// How many keys are kept; more are dropped, so that Ctrl-C is seen however much was typed before it.
pub const MAX_KEYS: usize = 4096;

/// Keys in the order in which they were typed.
#[derive(Debug, Default)]
pub struct Keys {
    waiting: Deque<u8, MAX_KEYS>,
}

impl Keys {
    /// No keys yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether no key waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Keeps a key. A full store keeps Ctrl-C in the place of the last key, and drops any other.
    pub fn put(&mut self, key: u8) {
        if self.waiting.is_full() && key == INTERRUPT {
            self.waiting.pop_back();
        }
        // Fails only if the store is full; then the key is dropped.
        let _ = self.waiting.push_back(key);
    }

    /// Takes up to `max` keys.
    pub fn take<const N: usize>(&mut self, max: usize) -> Bytes<N> {
        let mut taken = Bytes::new();
        while taken.len() < max.min(N) {
            let Some(key) = self.waiting.pop_front() else {
                break;
            };
            // There is room for it.
            let _ = taken.push(key);
        }
        taken
    }

    /// Drops the last Ctrl-C that waits and the keys before it; gives whether there was one.
    pub fn take_interrupt(&mut self) -> bool {
        let Some(last) = self.waiting.iter().rposition(|key| *key == INTERRUPT) else {
            return false;
        };
        for _ in 0..=last {
            self.waiting.pop_front();
        }
        true
    }

    /// Drops all keys.
    pub fn clear(&mut self) {
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &[u8]) -> Keys {
        let mut keys = Keys::new();
        text.iter().for_each(|key| keys.put(*key));
        keys
    }

    #[test]
    fn keys_come_in_order_and_as_many_as_wanted() {
        let mut keys = typed(b"abcde");
        assert_eq!(keys.take::<8>(2), b"ab");
        assert_eq!(keys.take::<2>(8), b"cd");
        assert_eq!(keys.take::<8>(8), b"e");
        assert!(keys.is_empty());
    }

    #[test]
    fn an_interrupt_is_taken_with_what_was_typed_before_it() {
        let mut keys = typed(b"ab\x03c\x03d");
        assert!(keys.take_interrupt());
        assert!(!keys.take_interrupt());
        assert_eq!(keys.take::<8>(8), b"d");
    }

    #[test]
    fn a_full_store_drops_keys_but_not_the_interrupt() {
        let mut keys = typed(&[b'x'; MAX_KEYS]);
        keys.put(b'y');
        keys.put(INTERRUPT);
        assert!(keys.take_interrupt());
        assert!(keys.is_empty());
    }
}
