//! The ring requests whose answers are deferred.

use libipc_ring::{MAX_RINGS, Member, Token};

use super::answers::PLACES;

const BITS: usize = u64::BITS as usize;

/// A ring request whose answer is deferred.
pub(super) struct Held {
    /// Which ring it came from; [`NO_RING`] if that is gone.
    pub(super) ring: u8,
    /// To complete it with.
    pub(super) token: Token,
    /// Its place in its ring's chain, if it belongs to one.
    pub(super) member: Option<Member>,
}

/// The number that no ring has.
const NO_RING: u8 = u8::MAX;

/// Places that a ring can have whatever the others do: nobody takes all by asking for what is answered late or never.
const OWN: usize = PLACES / MAX_RINGS;

/// A place for each deferred request.
pub(super) struct HeldTable {
    places: [Option<Held>; PLACES],
    /// A bit a place; set if it is free.
    free: [u64; PLACES / BITS],
    /// The first free place, which every request asks for and few take.
    vacancy: Option<usize>,
    /// How many places are free.
    vacant: usize,
    /// How many of those rings can have that have fewer than [`OWN`].
    promised: usize,
    /// How many rings there are.
    rings: usize,
    /// How many places each has.
    taken: [usize; MAX_RINGS],
}

impl HeldTable {
    pub(super) fn new() -> Self {
        Self {
            places: [const { None }; PLACES],
            free: [u64::MAX; PLACES / BITS],
            vacancy: Some(0),
            vacant: PLACES,
            promised: 0,
            rings: 0,
            taken: [0; MAX_RINGS],
        }
    }

    /// A free place for a ring's request, which stays free until something is put there.
    #[inline]
    pub(super) fn vacancy(&self, ring: u8) -> Option<usize> {
        let has_few = || self.taken.get(usize::from(ring)) < Some(&OWN);
        let is_allowed = self.vacant > self.promised || has_few();
        self.vacancy.filter(|_| is_allowed)
    }

    /// Finds the next free place, and counts anew.
    fn look(&mut self) {
        self.vacancy = self.find();
        self.vacant = self
            .free
            .iter()
            .map(|word| word.count_ones() as usize)
            .sum();
        let taken = self.taken.iter().take(self.rings);
        self.promised = taken.map(|count| OWN.saturating_sub(*count)).sum();
    }

    fn find(&self) -> Option<usize> {
        let index = self.free.iter().position(|word| *word != 0)?;
        Some(index * BITS + self.free.get(index)?.trailing_zeros() as usize)
    }

    pub(super) fn put(&mut self, place: usize, held: Held) {
        let ring = held.ring;
        if let (Some(entry), Some(free)) =
            (self.places.get_mut(place), self.free.get_mut(place / BITS))
        {
            *entry = Some(held);
            *free &= !(1 << (place % BITS));
            if let Some(taken) = self.taken.get_mut(usize::from(ring)) {
                *taken += 1;
            }
        }
        self.look();
    }

    /// There is one ring more; it has the next number.
    pub(super) fn ring_came(&mut self) {
        self.rings += 1;
        self.look();
    }

    /// A ring is gone, and the last one has its number now. Requests of the former keep their places until they are
    /// answered, and their outcomes go nowhere.
    pub(super) fn ring_gone(&mut self, gone: u8, last: u8) {
        for held in self.places.iter_mut().flatten() {
            if held.ring == gone {
                held.ring = NO_RING;
            } else if held.ring == last {
                held.ring = gone;
            }
        }
        self.taken.swap(usize::from(gone), usize::from(last));
        if let Some(taken) = self.taken.get_mut(usize::from(last)) {
            *taken = 0;
        }
        self.rings -= 1;
        self.look();
    }

    /// The place of a ring's request.
    pub(super) fn place_of(&self, ring: u8, id: u32) -> Option<usize> {
        let is_meant = |held: &Held| held.ring == ring && held.token.id() == id;
        let mut places = self.places.iter();
        places.position(|held| held.as_ref().is_some_and(is_meant))
    }

    pub(super) fn take(&mut self, place: usize) -> Option<Held> {
        let held = self.places.get_mut(place)?.take()?;
        *self.free.get_mut(place / BITS)? |= 1 << (place % BITS);
        if let Some(taken) = self.taken.get_mut(usize::from(held.ring)) {
            *taken -= 1;
        }
        self.look();
        Some(held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_ring_had_is_not_counted_against_the_next_one() {
        let mut table = HeldTable::new();
        for _ in 0..2 {
            table.ring_came();
        }
        table.taken[1] = OWN;
        table.ring_gone(1, 1);
        table.ring_came();
        assert_eq!(table.promised, 2 * OWN);
    }

    #[test]
    fn places_run_out_at_the_limit_and_are_used_again() {
        let table = HeldTable::new();
        assert_eq!(table.vacancy(0), Some(0));
        let mut full = table;
        full.free = [0; PLACES / BITS];
        assert_eq!(full.find(), None);
        assert!(full.take(3).is_none(), "nothing was put there");
        full.free[3] = 1 << 5;
        assert_eq!(full.find(), Some(3 * 64 + 5));
    }
}
