//! What lies in the pool that a client reads: pages of files that were put there whole and still are as they were.
//!
//! Only this server writes that pool, so it knows. Who asks for a page where it lies already has it without a copy; that is how a page
//! is looked at again and again where it is ([`libipc::lend::Lender::lend_out_at`]).

use alloc::vec::Vec;
use core::ops::Range;

use crate::pages::{PAGE, Stamp};

/// Of how many places in the pool, each of a page, is known what lies there: 64 KiB.
const PLACES: usize = 16;

/// The pages in one client's pool.
#[derive(Default)]
pub(crate) struct Shown {
    /// By places, each page with its length in bytes; none at all until the first page is put there.
    places: Vec<Option<(Stamp, usize)>>,
}

impl Shown {
    /// The length of a page, if it lies at byte `at` of the pool.
    #[inline]
    pub(crate) fn length_at(&self, at: usize, page: &Stamp) -> Option<usize> {
        if !at.is_multiple_of(PAGE) {
            return None;
        }
        let (shown, length) = self.places.get(at / PAGE)?.as_ref()?;
        (shown == page).then_some(*length)
    }

    /// Notes that bytes of the pool are going to be something else.
    pub(crate) fn forget(&mut self, bytes: Range<usize>) {
        let places = bytes.start / PAGE..bytes.end.div_ceil(PAGE).min(self.places.len());
        for place in self.places.get_mut(places).into_iter().flatten() {
            *place = None;
        }
    }

    /// Notes that a page was put at byte `at` of the pool, if that is the start of a place.
    pub(crate) fn note(&mut self, at: usize, page: (Stamp, usize)) {
        if !at.is_multiple_of(PAGE) {
            return;
        }
        if self.places.is_empty() && self.places.try_reserve_exact(PLACES).is_ok() {
            self.places.resize(PLACES, None);
        }
        if let Some(place) = self.places.get_mut(at / PAGE) {
            *place = Some(page);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mounts::MountId;

    fn page(index: u64) -> Stamp {
        Stamp {
            age: 3,
            mount: MountId(1),
            node: 7,
            index,
        }
    }

    #[test]
    fn a_page_is_where_it_was_put_until_a_byte_of_its_place_is_written() {
        let mut shown = Shown::default();
        assert_eq!(shown.length_at(0, &page(1)), None);
        let puts = [(0, 1), (PAGE, 2), (2 * PAGE + 8, 3), (PLACES * PAGE, 4)];
        for (at, index) in puts {
            shown.note(at, (page(index), 100));
        }
        let all = |shown: &Shown| {
            let at = [
                (0, 1),
                (PAGE, 2),
                (0, 2),
                (2 * PAGE + 8, 3),
                (PLACES * PAGE, 4),
            ];
            at.map(|(at, index)| shown.length_at(at, &page(index)) == Some(100))
        };
        assert_eq!(all(&shown), [true, true, false, false, false]);
        shown.forget(PAGE..PAGE);
        shown.forget(2 * PAGE..usize::MAX);
        assert_eq!(all(&shown), [true, true, false, false, false]);
        shown.forget(PAGE - 1..PAGE + 1);
        assert_eq!(all(&shown), [false; 5]);
    }
}
