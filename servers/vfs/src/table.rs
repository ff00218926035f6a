//! A table of bounded size that forgets, and ages by which what is in it is told to be out of date.
//!
//! Each entry has two places, by its hash; a third one with the same places takes that of the one that was put there first.
//! What is kept here can be asked for again, so that nothing is lost but time.

use alloc::vec::Vec;

use crate::mounts::MountId;

/// Places of a hash.
const WAYS: usize = 2;
/// Counters of volumes, and of their parts. Those that share one are out of date together.
const VOLUMES: usize = 8;
const PARTS: usize = 256;

/// Entries of which some are kept.
pub(crate) struct Table<E> {
    sets: Vec<[Option<E>; WAYS]>,
}

impl<E> Table<E> {
    /// A table of `places` entries, a power of two from 2 on. Without memory for it, it keeps nothing.
    pub(crate) fn new(places: usize) -> Self {
        let mut sets = Vec::new();
        if sets.try_reserve_exact(places / WAYS).is_ok() {
            sets.resize_with(places / WAYS, || [const { None }; WAYS]);
        }
        Self { sets }
    }

    /// The entry with this hash that `is` says it is.
    pub(crate) fn get(&self, hash: u64, is: impl Fn(&E) -> bool) -> Option<&E> {
        let set = self.sets.get(self.place(hash))?;
        set.iter().flatten().find(|entry| is(entry))
    }

    /// Keeps an entry in the place of the one that `is` says it is, or of another. Gives what had its place.
    pub(crate) fn put(&mut self, hash: u64, entry: E, is: impl Fn(&E) -> bool) -> Option<E> {
        let place = self.place(hash);
        let [first, second] = self.sets.get_mut(place)?;
        if first.as_ref().is_some_and(is) {
            return first.replace(entry);
        }
        let old = second.take();
        *second = first.replace(entry);
        old
    }

    fn place(&self, hash: u64) -> usize {
        hash as usize & self.sets.len().wrapping_sub(1)
    }
}

/// Counters of what was forgotten. An entry that was put at another age than there is now is out of date, wherever it is.
pub(crate) struct Ages {
    volumes: [u64; VOLUMES],
    parts: [u64; PARTS],
}

impl Ages {
    pub(crate) const fn new() -> Self {
        Self {
            volumes: [0; VOLUMES],
            parts: [0; PARTS],
        }
    }

    /// The age of what is said of a node now. It changes whenever either counter does, because none ever goes back.
    pub(crate) fn now(&self, mount: MountId, node: u64) -> u64 {
        let part = self.parts.get(part_of(mount, node));
        let volume = self.volumes.get(mount.0 % VOLUMES);
        part.copied().unwrap_or_default() + volume.copied().unwrap_or_default()
    }

    /// Puts out of date what is said of a node.
    pub(crate) fn end(&mut self, mount: MountId, node: u64) {
        if let Some(part) = self.parts.get_mut(part_of(mount, node)) {
            *part += 1;
        }
    }

    /// Puts out of date what is said of a volume.
    pub(crate) fn end_all(&mut self, mount: MountId) {
        if let Some(volume) = self.volumes.get_mut(mount.0 % VOLUMES) {
            *volume += 1;
        }
    }
}

fn part_of(mount: MountId, node: u64) -> usize {
    hash_of_node(mount, node) as usize % PARTS
}

/// Mixes bits, so that what differs anywhere differs in the lower ones: an odd factor, and the upper half of the product.
pub(crate) fn mixed(word: u64) -> u64 {
    let product = word.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ (product >> 32)
}

/// A hash of a node.
pub(crate) fn hash_of_node(mount: MountId, node: u64) -> u64 {
    mixed(node ^ ((mount.0 as u64) << 24))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(table: &mut Table<(u64, u8)>, key: u64, value: u8) -> Option<(u64, u8)> {
        table.put(key, (key, value), |entry| entry.0 == key)
    }

    fn get(table: &Table<(u64, u8)>, key: u64) -> Option<u8> {
        table.get(key, |entry| entry.0 == key).map(|entry| entry.1)
    }

    #[test]
    fn the_newest_two_of_a_place_are_kept() {
        let mut table = Table::new(8);
        assert_eq!(put(&mut table, 1, 10), None);
        assert_eq!(put(&mut table, 5, 50), None);
        assert_eq!((get(&table, 1), get(&table, 5)), (Some(10), Some(50)));
        assert_eq!(put(&mut table, 9, 90), Some((1, 10)));
        assert_eq!((get(&table, 1), get(&table, 9)), (None, Some(90)));
        assert_eq!(put(&mut table, 9, 91), Some((9, 90)));
        assert_eq!((get(&table, 5), get(&table, 9)), (Some(50), Some(91)));
    }

    #[test]
    fn what_is_told_anew_replaces_both_that_were_told_before() {
        let mut table = Table::new(2);
        put(&mut table, 1, 10);
        put(&mut table, 2, 20);
        put(&mut table, 1, 11);
        assert_eq!((get(&table, 1), get(&table, 2)), (Some(11), Some(20)));
    }

    #[test]
    fn an_age_is_over_when_its_node_or_its_volume_is() {
        let mut ages = Ages::new();
        let (mine, other) = (MountId(1), MountId(2));
        let all = |ages: &Ages| [(mine, 7), (mine, 8), (other, 7)].map(|(m, n)| ages.now(m, n));
        let before = all(&ages);
        ages.end(mine, 7);
        let after = all(&ages);
        assert_eq!(
            [0, 1, 2].map(|at| before[at] == after[at]),
            [false, true, true]
        );
        ages.end_all(mine);
        let last = all(&ages);
        assert_eq!(
            [0, 1, 2].map(|at| after[at] == last[at]),
            [false, false, true]
        );
        assert!(before[0] != last[0]);
    }
}
