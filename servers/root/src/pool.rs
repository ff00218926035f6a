//! Which untyped the next object is made of.
//!
//! Small objects fill the smallest untypeds first, large ones (2 MiB frames and contiguous runs) come from
//! the largest, so that little is lost to alignment and the memory server gets large pieces. The kernel
//! knows what fits; when it says that an untyped is full, the pool goes on to the next.

use alloc::vec::Vec;

use libipc::CPtr;

/// An untyped of plain memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Store {
    /// Its slot.
    pub slot: CPtr,
    /// log2 of its length.
    pub log2: u8,
    /// Its first physical address.
    pub base: u64,
}

/// How much memory is asked for at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Some pages.
    Small,
    /// A megabyte or more.
    Large,
}

impl Need {
    const LARGE_FROM: u64 = 1 << 20;

    /// The need of a number of bytes.
    pub const fn of(bytes: u64) -> Self {
        if bytes >= Self::LARGE_FROM {
            Self::Large
        } else {
            Self::Small
        }
    }
}

/// The machine's plain memory.
#[derive(Debug)]
pub struct Pool {
    /// From the smallest to the largest.
    stores: Vec<Store>,
    /// Those before are too full for small objects.
    small: usize,
    /// Those from here on are too full for large objects.
    large: usize,
}

impl Pool {
    /// How much memory it has.
    pub fn bytes(&self) -> u64 {
        self.stores.iter().map(|store| 1 << store.log2).sum()
    }

    /// All plain memory.
    pub fn new(mut stores: Vec<Store>) -> Self {
        stores.sort_by_key(|store| (store.log2, store.slot.0));
        let large = stores.len();
        Self {
            stores,
            small: 0,
            large,
        }
    }

    /// The untyped to try; `None` when all are full.
    pub fn current(&self, need: Need) -> Option<Store> {
        match need {
            Need::Small => self.stores.get(self.small).copied(),
            Need::Large => self.stores.get(self.large.checked_sub(1)?).copied(),
        }
    }

    /// The untyped that [`current`](Self::current) gave is too full.
    pub fn is_full(&mut self, need: Need) {
        match need {
            Need::Small => self.small += 1,
            Need::Large => self.large = self.large.saturating_sub(1),
        }
    }

    /// Those that lie below an address, the largest first: all may have room.
    pub fn below(&self, limit: u64) -> Vec<Store> {
        let is_below = |store: &&Store| {
            let end = store.base.checked_add(1 << store.log2);
            end.is_some_and(|end| end <= limit)
        };
        self.stores.iter().rev().filter(is_below).copied().collect()
    }

    /// All of them, the largest first.
    pub fn into_stores(self) -> impl Iterator<Item = Store> {
        self.stores.into_iter().rev()
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    fn pool() -> Pool {
        let store = |slot, log2| Store {
            slot: CPtr(slot),
            log2,
            base: u64::from(slot) << 28,
        };
        Pool::new(vec![store(16, 28), store(17, 12), store(18, 20)])
    }

    #[test]
    fn small_needs_go_up_and_large_needs_go_down() {
        let mut pool = pool();
        assert_eq!(
            pool.current(Need::Small).map(|store| store.slot.0),
            Some(17)
        );
        pool.is_full(Need::Small);
        assert_eq!(
            pool.current(Need::Small).map(|store| store.slot.0),
            Some(18)
        );
        assert_eq!(
            pool.current(Need::Large).map(|store| store.slot.0),
            Some(16)
        );
        pool.is_full(Need::Large);
        assert_eq!(
            pool.current(Need::Large).map(|store| store.slot.0),
            Some(18)
        );
    }

    #[test]
    fn memory_that_devices_reach_is_found_even_where_pools_are_full() {
        let mut pool = pool();
        (0..4).for_each(|_| pool.is_full(Need::Large));
        let slots = |limit| {
            let stores = pool.below(limit).into_iter();
            stores.map(|store| store.slot.0).collect::<Vec<_>>()
        };
        assert_eq!(slots(u64::MAX), [16, 18, 17]);
        assert_eq!(slots((17 << 28) + (1 << 12)), [16, 17]);
        assert_eq!(slots((17 << 28) + (1 << 12) - 1), [16]);
        assert_eq!(slots(1 << 28), []);
    }

    #[test]
    fn an_empty_pool_has_nothing_to_try() {
        let mut pool = pool();
        (0..4).for_each(|_| pool.is_full(Need::Small));
        (0..4).for_each(|_| pool.is_full(Need::Large));
        assert_eq!(pool.current(Need::Small), None);
        assert_eq!(pool.current(Need::Large), None);
    }
}
