//! Rows of words between memory of this program and memory that another one may use at the same moment.
//!
//! Each word is moved by one access, as a relaxed load and store would, but in no order. Compilers keep atomic accesses one by one,
//! with two instructions a word and those of the loop; processors have something better (`rep movsq`, pairs of registers). Vector
//! registers are not used: who uses them costs others the change of the core's mode.

use core::sync::atomic::AtomicU64;

use crate::arch;

/// Loads words, as many as the shorter side has.
#[inline]
pub fn load(from: &[AtomicU64], to: &mut [u64]) {
    let count = from.len().min(to.len());
    // SAFETY: 1. `from` has at least `count` words, which may be read whoever writes them, since each is read at once; 2. `to` has
    // at least `count` words that nobody else uses.
    unsafe { arch::move_words(from.as_ptr().cast(), to.as_mut_ptr(), count) }
}

/// Stores words, as many as the shorter side has.
#[inline]
pub fn store(from: &[u64], to: &[AtomicU64]) {
    let count = from.len().min(to.len());
    // SAFETY: 1. `from` has at least `count` words that nobody writes; 2. `to` has at least `count` words, which may be written
    // whoever uses them, since they are atomics and each is written at once.
    unsafe { arch::move_words(from.as_ptr(), to.as_ptr().cast_mut().cast(), count) }
}

/// Moves words from memory of the one kind to memory of the same kind, as many as the shorter side has.
#[inline]
pub fn pass(from: &[AtomicU64], to: &[AtomicU64]) {
    let count = from.len().min(to.len());
    // SAFETY: 1. `from` has at least `count` words, as in `load`; 2. so has `to`, as in `store`. If they overlap, each word is
    // still moved at once.
    unsafe { arch::move_words(from.as_ptr().cast(), to.as_ptr().cast_mut().cast(), count) }
}

#[cfg(test)]
mod tests {
    use core::sync::atomic::Ordering::Relaxed;

    use super::*;

    #[test]
    fn the_shorter_side_is_moved_and_nothing_behind_it() {
        let shared = [1, 2, 3, 4].map(AtomicU64::new);
        let mut own = [0; 3];
        load(&shared, &mut own);
        assert_eq!(own, [1, 2, 3]);
        load(&shared[..1], &mut own[1..]);
        assert_eq!(own, [1, 1, 3]);
        store(&[7, 8], &shared[1..]);
        assert_eq!(
            shared.each_ref().map(|word| word.load(Relaxed)),
            [1, 7, 8, 4]
        );
        let other = [0; 3].map(AtomicU64::new);
        pass(&shared[2..], &other);
        assert_eq!(other.map(AtomicU64::into_inner), [8, 4, 0]);
    }
}
