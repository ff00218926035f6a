//! A mapped range of memory with checked volatile accesses.

use core::ptr::NonNull;

/// Unsigned integers that one access reads or writes.
pub(crate) trait Unit: Copy {
    /// What is read where nothing is.
    const NOTHING: Self;
}

impl Unit for u8 {
    const NOTHING: Self = Self::MAX;
}
impl Unit for u16 {
    const NOTHING: Self = Self::MAX;
}
impl Unit for u32 {
    const NOTHING: Self = Self::MAX;
}
impl Unit for u64 {
    const NOTHING: Self = Self::MAX;
}

/// Invariant: `length` bytes at `base` are mapped readable and writable for the program's life, and
/// nothing but volatile accesses of this module ever touches them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mapped {
    base: NonNull<u8>,
    length: usize,
}

impl Mapped {
    /// # Safety
    /// 1. `length` bytes at `address` are mapped readable and writable for as long as the program
    ///    lives. 2. Nobody in this program makes a reference into them.
    pub(crate) unsafe fn new(address: usize, length: usize) -> Option<Self> {
        let base = NonNull::new(address as *mut u8)?;
        Some(Self { base, length })
    }

    pub(crate) fn length(self) -> usize {
        self.length
    }

    /// The part from `offset` on; `None` if it reaches beyond this one.
    pub(crate) fn part(self, offset: usize, length: usize) -> Option<Self> {
        let end = offset.checked_add(length)?;
        if end > self.length {
            return None;
        }
        // SAFETY: 1. `offset <= end <= self.length`, so the result is inside or one past the range.
        let base = unsafe { self.base.add(offset) };
        Some(Self { base, length })
    }

    pub(crate) fn read<U: Unit>(self, offset: usize) -> U {
        let Some(at) = self.at::<U>(offset) else {
            return U::NOTHING;
        };
        // SAFETY: 1. `at` checked that the unit lies inside the mapped range and is aligned; 2. any
        // bits are a value of an unsigned integer.
        unsafe { at.read_volatile() }
    }

    pub(crate) fn write<U: Unit>(self, offset: usize, value: U) {
        let Some(at) = self.at::<U>(offset) else {
            return;
        };
        // SAFETY: 1. `at` checked that the unit lies inside the mapped range and is aligned; 2. the
        // range is mapped writable, and no reference into it exists.
        unsafe { at.write_volatile(value) }
    }

    /// Writes all of `values`, or none if one does not fit.
    pub(crate) fn write_all<U: Unit>(self, offset: usize, values: &[U]) {
        let part = self.part(offset, size_of_val(values));
        let Some(first) = part.and_then(|part| part.at::<U>(0)) else {
            return;
        };
        for (index, value) in values.iter().enumerate() {
            // SAFETY: 1. the part is as long as all values together, so this one's place is inside.
            let at = unsafe { first.add(index) };
            // SAFETY: 1. the place lies inside the mapped range, and is aligned as the first is; 2. the range is mapped
            // writable, and no reference into it exists.
            unsafe { at.write_volatile(*value) }
        }
    }

    fn at<U: Unit>(self, offset: usize) -> Option<NonNull<U>> {
        let unit = self.part(offset, size_of::<U>())?.base.cast::<U>();
        Some(unit).filter(|unit| unit.is_aligned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapped(words: &mut [u64]) -> Mapped {
        let length = size_of_val(words);
        // SAFETY: 1. the slice outlives the tests' use; 2. it is not used otherwise meanwhile.
        unsafe { Mapped::new(words.as_mut_ptr() as usize, length) }.expect("not null")
    }

    #[test]
    fn accesses_inside_reach_memory() {
        let mut words = [0; 2];
        let region = mapped(&mut words);
        region.write(9, 0x5au8);
        assert_eq!(region.read::<u16>(8), 0x5a00);
        let part = region.part(8, 8).expect("inside");
        assert_eq!(part.read::<u32>(0), 0x5a00);
    }

    #[test]
    fn accesses_outside_or_across_the_end_reach_nothing() {
        let mut words = [0; 2];
        let region = mapped(&mut words);
        region.write(16, 1u8);
        region.write(13, 1u32);
        region.write(usize::MAX, 1u16);
        assert_eq!(region.read::<u32>(14), u32::MAX);
        assert_eq!(region.read::<u64>(16), u64::MAX);
        assert!(region.part(8, 9).is_none());
        assert!(region.part(usize::MAX, 2).is_none());
        assert_eq!(words, [0; 2]);
    }

    #[test]
    fn many_values_are_written_together_or_not_at_all() {
        let mut words = [0; 3];
        let region = mapped(&mut words);
        region.write_all(4, &[1u32, 2, 3]);
        region.write_all(16, &[7u32, 7, 7]);
        region.write_all(17, &[9u32]);
        region.write_all::<u32>(24, &[]);
        region.write_all::<u32>(99, &[]);
        assert_eq!(words, [1 << 32, 2 | 3 << 32, 0]);
    }

    #[test]
    fn accesses_that_are_not_aligned_reach_nothing() {
        let mut words = [7; 2];
        let region = mapped(&mut words);
        assert_eq!(region.read::<u32>(2), u32::MAX);
        region.write(1, 9u64);
        assert_eq!(words, [7; 2]);
    }
}
