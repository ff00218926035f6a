//! What ties a request to earlier ones of its chain.
//!
//! It stands above the number of payload words, in bits that are zero in every other request. So a server end that
//! knows no chains refuses it as too long, and one that does finds out where it would refuse: requests without a
//! link pay nothing.

use crate::INLINE_WORDS;

const COUNT: u32 = 0xff;
const LINKED: u32 = 1 << 8;
const FIRST: u32 = 1 << 9;
const AFTER_SUCCESS: u32 = 1 << 10;
const TARGET_SHIFT: u32 = 16;
/// All bits that can be set.
const ALL: u32 = COUNT | LINKED | FIRST | AFTER_SUCCESS | 0xff << TARGET_SHIFT;

/// How a request depends on earlier ones of its chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Link {
    /// It begins a chain; the one before, if any, is over.
    pub first: bool,
    /// It is carried out only if every earlier one of the chain was successful.
    pub after_success: bool,
    /// The earlier one of the chain, counted from 0 and at most 254, whose result is to be put into the payload's first 32 bits.
    /// It is carried out only if that one was successful.
    pub target: Option<u8>,
}

impl Link {
    /// Adds the link to a number of payload words.
    pub(crate) fn onto(self, words: u32) -> u32 {
        let flag = |is_set: bool, bit: u32| if is_set { bit } else { 0 };
        let target = self
            .target
            .map_or(0, |target| u32::from(target.saturating_add(1)));
        (words & COUNT)
            | LINKED
            | flag(self.first, FIRST)
            | flag(self.after_success, AFTER_SUCCESS)
            | (target << TARGET_SHIFT)
    }

    /// Says of a number of payload words, with or without a link, that its request belongs to a chain.
    #[inline]
    pub(crate) fn mark(words: u32, is_first: bool) -> u32 {
        words | LINKED | if is_first { FIRST } else { 0 }
    }

    /// Takes number of payload words and link apart; `None` if there is no link, or one that nobody makes.
    #[inline]
    pub(crate) fn of(words: u32) -> Option<(u32, Self)> {
        let target = (words >> TARGET_SHIFT).checked_sub(1);
        let link = Self {
            first: words & FIRST != 0,
            after_success: words & AFTER_SUCCESS != 0,
            target: target.map(|target| target as u8),
        };
        let count = words & COUNT;
        let is_right = count <= INLINE_WORDS as u32 && words & LINKED != 0 && words & !ALL == 0;
        is_right.then_some((count, link))
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn links_survive_encoding_and_no_two_words_mean_the_same() {
        let mut found = 0;
        for words in 0..1 << 18 {
            if let Some((count, link)) = Link::of(words) {
                assert_eq!(link.onto(count), words);
                found += 1;
            }
        }
        // Six lengths, two flags, and no target or one of the first three.
        assert_eq!(found, 6 * 4 * 4);
    }

    #[test]
    fn bits_without_a_meaning_are_no_link() {
        let words = Link::default().onto(1);
        for bit in (11..16).chain(24..32) {
            assert_eq!(Link::of(words | 1 << bit), None, "{bit}");
        }
        assert_eq!(Link::of(3), None, "no link at all");
        assert_eq!(Link::of(words + 5), None, "longer than a slot");
    }
}
