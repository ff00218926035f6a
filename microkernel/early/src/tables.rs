//! Builds the kernel's page tables.
//!
//! Tables come from a piece of free memory below 4 GiB that is never handed out and, once the new root is
//! loaded, mapped nowhere: no stray store of the kernel can change them. The pages of every size are used,
//! largest first.

use core::marker::PhantomData;
use core::sync::atomic::{AtomicU64, Ordering};

use weft_abi::Rights;
use weft_abi::cap::CacheMode;
use weft_hal::{Entry, Leaf, PageSize, PhysAddr};

use crate::region::{PAGE, Range};

/// A table of 512 entries.
pub type Table = [AtomicU64; 512];

/// Gives access to tables by their physical addresses.
pub trait TableMemory {
    /// The table at `at`, which came from the piece of memory that the builder was given.
    fn table(&self, at: PhysAddr) -> &Table;
}

/// How an architecture encodes the kernel's entries. Levels are counted from 1, the last.
pub trait Encoding {
    /// A page of the kernel, the same in every address space.
    fn page(leaf: Leaf) -> u64;

    /// A reference to a table of the next lower level.
    fn table(table: PhysAddr) -> u64;

    /// What an entry of a table of `level` holds.
    fn decode(entry: u64, level: u8) -> Entry;
}

/// The memory for tables is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfTables;

/// A mapping of several pages.
#[derive(Clone, Copy, Debug)]
pub struct Mapping {
    /// First virtual address.
    pub virtual_start: u64,
    /// The memory.
    pub range: Range,
    /// What the kernel may do with it.
    pub rights: Rights,
    /// How it is cached.
    pub cache: CacheMode,
}

/// A set of page tables that grows.
pub struct Builder<M, E> {
    memory: M,
    encoding: PhantomData<E>,
    tables: Range,
    root: PhysAddr,
    greatest: PageSize,
}

impl<M: TableMemory, E: Encoding> Builder<M, E> {
    /// Bytes of tables that surely suffice for `length` bytes of direct map in `ranges` pieces.
    pub const fn bytes_for(length: u64, ranges: u64) -> u64 {
        const FIXED: u64 = 16;
        const TABLES_A_RANGE: u64 = 6;
        (FIXED + ranges * TABLES_A_RANGE + (length >> 30)) * PAGE
    }

    /// Empty tables that grow in `tables`, with pages up to the `greatest` size.
    pub fn new(memory: M, tables: Range, greatest: PageSize) -> Result<Self, OutOfTables> {
        let mut builder = Self {
            memory,
            encoding: PhantomData,
            tables,
            root: PhysAddr(0),
            greatest,
        };
        builder.root = builder.fresh()?;
        Ok(builder)
    }

    /// The root table.
    pub fn root(&self) -> PhysAddr {
        self.root
    }

    /// An entry of the root table.
    pub fn root_entry(&self, index: usize) -> u64 {
        self.memory.table(self.root)[index & 511].load(Ordering::Relaxed)
    }

    /// Maps whole pages.
    pub fn map(&mut self, mapping: Mapping) -> Result<(), OutOfTables> {
        let (mut at, end) = (mapping.range.start, mapping.range.end);
        while at < end {
            let address = mapping.virtual_start + (at - mapping.range.start);
            let size = self.largest(address | at, end - at);
            let (physical, rights, cache) = (PhysAddr(at), mapping.rights, mapping.cache);
            self.set(
                address,
                Leaf {
                    physical,
                    size,
                    rights,
                    cache,
                },
            )?;
            at += 1 << size.log2();
        }
        Ok(())
    }

    /// Makes other tables, which share with these all but the two tables of the lowest levels, and those above them, that
    /// lead to each of `addresses`: what is mapped there from now on is in these tables alone, and their root is given to
    /// [`go_on`](Self::go_on) to map something else there.
    pub fn fork(&mut self, addresses: &[u64]) -> Result<PhysAddr, OutOfTables> {
        let fork = self.copy(self.root)?;
        for address in addresses {
            let mut table = fork;
            for level in [4, 3, 2] {
                let value = self.entry(table, *address, level).load(Ordering::Relaxed);
                let Entry::Table(next) = E::decode(value, level) else {
                    break;
                };
                let next = self.copy(next)?;
                self.entry(table, *address, level)
                    .store(E::table(next), Ordering::Relaxed);
                table = next;
            }
        }
        Ok(fork)
    }

    /// Pages of tables that [`fork`](Self::fork) takes for so many addresses.
    pub const fn pages_of_fork(addresses: u64) -> u64 {
        1 + 3 * addresses
    }

    /// Goes on with the tables of this root.
    pub fn go_on(&mut self, root: PhysAddr) {
        self.root = root;
    }

    fn copy(&mut self, table: PhysAddr) -> Result<PhysAddr, OutOfTables> {
        let copy = self.fresh()?;
        let entries = self.memory.table(table).iter();
        for (from, to) in entries.zip(self.memory.table(copy)) {
            to.store(from.load(Ordering::Relaxed), Ordering::Relaxed);
        }
        Ok(copy)
    }

    /// Removes the small page at an address, if it is mapped as one.
    pub fn unmap(&mut self, address: u64) {
        let mut table = self.root;
        for level in [4, 3, 2] {
            match E::decode(
                self.entry(table, address, level).load(Ordering::Relaxed),
                level,
            ) {
                Entry::Table(next) => table = next,
                Entry::Empty | Entry::Page { .. } => return,
            }
        }
        self.entry(table, address, 1).store(0, Ordering::Relaxed);
    }

    fn largest(&self, aligned: u64, length: u64) -> PageSize {
        let fits = |size: &PageSize| {
            let bytes = 1u64 << size.log2();
            aligned & (bytes - 1) == 0 && length >= bytes
        };
        let allowed = |size: &PageSize| size.log2() <= self.greatest.log2();
        let sizes = [PageSize::Huge, PageSize::Large];
        sizes
            .into_iter()
            .filter(allowed)
            .find(fits)
            .unwrap_or(PageSize::Small)
    }

    fn set(&mut self, address: u64, leaf: Leaf) -> Result<(), OutOfTables> {
        let mut table = self.root;
        for level in (leaf.size.level() + 1..=4).rev() {
            table = self.next(table, address, level)?;
        }
        let value = E::page(leaf);
        self.entry(table, address, leaf.size.level())
            .store(value, Ordering::Relaxed);
        Ok(())
    }

    fn next(&mut self, table: PhysAddr, address: u64, level: u8) -> Result<PhysAddr, OutOfTables> {
        let value = self.entry(table, address, level).load(Ordering::Relaxed);
        if let Entry::Table(next) = E::decode(value, level) {
            return Ok(next);
        }
        let next = self.fresh()?;
        let value = E::table(next);
        self.entry(table, address, level)
            .store(value, Ordering::Relaxed);
        Ok(next)
    }

    fn entry(&self, table: PhysAddr, address: u64, level: u8) -> &AtomicU64 {
        let index = address >> (12 + 9 * (u32::from(level) - 1)) & 511;
        &self.memory.table(table)[index as usize]
    }

    fn fresh(&mut self) -> Result<PhysAddr, OutOfTables> {
        let at = PhysAddr(self.tables.start);
        if self.tables.length() < PAGE {
            return Err(OutOfTables);
        }
        self.tables.start += PAGE;
        self.memory
            .table(at)
            .iter()
            .for_each(|entry| entry.store(0, Ordering::Relaxed));
        Ok(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::boxed::Box;
    use std::vec::Vec;

    const BASE: u64 = 0x10_0000;
    const HIGH: u64 = 0xffff_8000_0000_0000;

    /// Bit 0: used; bit 1: a table.
    struct Plain;

    impl Encoding for Plain {
        fn page(leaf: Leaf) -> u64 {
            leaf.physical.0 | 1
        }

        fn table(table: PhysAddr) -> u64 {
            table.0 | 3
        }

        fn decode(entry: u64, _: u8) -> Entry {
            let physical = PhysAddr(entry & !0xfff);
            match entry & 3 {
                0 => Entry::Empty,
                1 => Entry::Page { physical },
                _ => Entry::Table(physical),
            }
        }
    }

    struct Arena(Vec<Box<Table>>);

    impl Arena {
        fn new(tables: usize) -> Self {
            Self(
                (0..tables)
                    .map(|_| Box::new([const { AtomicU64::new(!0) }; 512]))
                    .collect(),
            )
        }
    }

    impl TableMemory for Arena {
        fn table(&self, at: PhysAddr) -> &Table {
            &self.0[((at.0 - BASE) / PAGE) as usize]
        }
    }

    fn builder(tables: usize, greatest: PageSize) -> Builder<Arena, Plain> {
        let range = Range::sized(BASE, tables as u64 * PAGE);
        Builder::new(Arena::new(tables), range, greatest).unwrap()
    }

    fn mapping(range: Range) -> Mapping {
        Mapping {
            virtual_start: HIGH + range.start,
            range,
            rights: Rights::READ | Rights::WRITE,
            cache: CacheMode::Normal,
        }
    }

    /// The page that holds an address, and on which level.
    fn walk(builder: &Builder<Arena, Plain>, address: u64) -> Option<(u64, u8)> {
        let mut table = builder.root();
        for level in (1..=4).rev() {
            match Plain::decode(
                builder.entry(table, address, level).load(Ordering::Relaxed),
                level,
            ) {
                Entry::Empty => return None,
                Entry::Table(next) => table = next,
                Entry::Page { physical } => return Some((physical.0, level)),
            }
        }
        None
    }

    #[test]
    fn the_largest_page_that_fits_is_used() {
        let mut builder = builder(8, PageSize::Huge);
        builder
            .map(mapping(Range {
                start: 0x3fff_f000,
                end: 0x8020_1000,
            }))
            .unwrap();
        assert_eq!(walk(&builder, HIGH + 0x3fff_f000), Some((0x3fff_f000, 1)));
        assert_eq!(walk(&builder, HIGH + 0x4000_0000), Some((0x4000_0000, 3)));
        assert_eq!(walk(&builder, HIGH + 0x8000_0000), Some((0x8000_0000, 2)));
        assert_eq!(walk(&builder, HIGH + 0x8020_0000), Some((0x8020_0000, 1)));
        assert_eq!(walk(&builder, HIGH + 0x8020_1000), None);
        assert_eq!(walk(&builder, HIGH + 0x3fff_e000), None);
    }

    #[test]
    fn without_huge_pages_large_ones_are_used() {
        let mut builder = builder(8, PageSize::Large);
        builder
            .map(mapping(Range {
                start: 0x4000_0000,
                end: 0x8000_0000,
            }))
            .unwrap();
        assert_eq!(walk(&builder, HIGH + 0x4020_0000), Some((0x4020_0000, 2)));
    }

    #[test]
    fn an_unmapped_page_leaves_its_neighbours() {
        let mut builder = builder(8, PageSize::Huge);
        builder
            .map(mapping(Range {
                start: 0x1000,
                end: 0x4000,
            }))
            .unwrap();
        builder.unmap(HIGH + 0x2000);
        assert_eq!(walk(&builder, HIGH + 0x1000), Some((0x1000, 1)));
        assert_eq!(walk(&builder, HIGH + 0x2000), None);
        assert_eq!(walk(&builder, HIGH + 0x3000), Some((0x3000, 1)));
    }

    #[test]
    fn what_is_mapped_in_a_fork_is_not_in_the_tables_it_came_from_nor_the_other_way_round() {
        let pages = Builder::<Arena, Plain>::pages_of_fork(2) as usize;
        let mut builder = builder(7 + pages, PageSize::Huge);
        let page = |start| Range::sized(start, 0x1000);
        builder.map(mapping(page(0x1000))).unwrap();
        let kernel = Mapping {
            virtual_start: 0xffff_ffff_8000_4000,
            ..mapping(page(0x4000))
        };
        builder.map(kernel).unwrap();
        let (own, code, data) = (builder.root(), 0xffff_ffff_8000_2000, HIGH + 0x2000);
        let fork = builder.fork(&[code, data]).unwrap();
        builder.map(mapping(page(0x2000))).unwrap();
        builder.go_on(fork);
        let boot = Mapping {
            virtual_start: code,
            ..mapping(page(0x2000))
        };
        builder.map(boot).unwrap();
        let seen = |builder: &Builder<_, _>| {
            [HIGH + 0x1000, kernel.virtual_start, code, data].map(|at| walk(builder, at).is_some())
        };
        assert_eq!(seen(&builder), [true, true, true, false]);
        builder.go_on(own);
        assert_eq!(seen(&builder), [true, true, false, true]);
    }

    #[test]
    fn tables_run_out_with_an_error() {
        let mut builder = builder(3, PageSize::Huge);
        assert_eq!(
            builder.map(mapping(Range {
                start: 0,
                end: 0x1000
            })),
            Err(OutOfTables)
        );
    }

    #[test]
    fn the_estimate_holds_for_scattered_memory() {
        let ranges: Vec<_> = (0..20u64)
            .map(|n| Range::sized((n << 31) + 0x1000, 0x4000_0000))
            .collect();
        let length = ranges.iter().map(|range| range.length()).sum();
        let tables = Builder::<Arena, Plain>::bytes_for(length, 20) / PAGE;
        let mut builder = builder(tables as usize, PageSize::Large);
        ranges
            .iter()
            .for_each(|range| builder.map(mapping(*range)).unwrap());
    }
}
