//! The pool of a ring, shared out to the requests of one batch.

use libipc::ring::Descriptor;

/// What is left of a pool. A batch takes from the front; the next one starts anew.
#[derive(Clone, Copy)]
pub(crate) struct Space {
    used: u32,
    length: u32,
}

impl Space {
    /// All of a pool of `length` bytes.
    pub(crate) fn new(length: usize) -> Self {
        Self {
            used: 0,
            length: u32::try_from(length).unwrap_or(u32::MAX),
        }
    }

    /// Takes `length` bytes, or nothing if fewer are left.
    pub(crate) fn take(&mut self, length: u32) -> Option<Descriptor> {
        let offset = self.used;
        let end = offset.checked_add(length)?;
        if end > self.length {
            return None;
        }
        self.used = end;
        Some(Descriptor { offset, length })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_each_other_until_one_does_not_fit() {
        let mut space = Space::new(1024);
        let part = |offset, length| Some(Descriptor { offset, length });
        assert_eq!(space.take(512), part(0, 512));
        assert_eq!(space.take(1024), None);
        assert_eq!(space.take(512), part(512, 512));
        assert_eq!(space.take(u32::MAX), None);
    }
}
