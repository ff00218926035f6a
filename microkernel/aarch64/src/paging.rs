//! Address spaces as core sees them. The kernel has a half and a root of its own (TTBR1).

use core::sync::atomic::AtomicU64;

use weft_abi::Rights;
use weft_abi::cap::CacheMode;
use weft_hal::{Entry, Leaf, PageSize, Paging, PhysAddr};

use crate::machine::Aarch64;
use crate::{cache, entry, tlb};

impl Paging for Aarch64 {
    const USER_ROOT_ENTRIES: usize = 512;

    fn supports(&self, _: PageSize) -> bool {
        true
    }

    #[inline(always)]
    fn prepare_page(&self, leaf: Leaf) {
        if leaf.size == PageSize::Small && self.has_to_prepare(&leaf) {
            cache::prepare(leaf.physical, 1 << PageSize::Small.log2(), leaf.cache);
        }
    }

    #[inline(always)]
    fn has_to_prepare(&self, leaf: &Leaf) -> bool {
        leaf.cache != CacheMode::Normal || leaf.rights.contains(Rights::EXECUTE)
    }

    fn prepare_piece(&self, leaf: Leaf, from: u64, bytes: u64) {
        cache::prepare(PhysAddr(leaf.physical.0 + from), bytes, leaf.cache);
    }

    #[inline(always)]
    fn encode_page(leaf: Leaf) -> u64 {
        entry::user_page(leaf)
    }

    fn encode_table(table: PhysAddr) -> u64 {
        entry::table(table)
    }

    fn decode(entry: u64, level: u8) -> Entry {
        entry::decode(entry, level)
    }

    #[inline]
    fn table_in(entry: u64) -> Option<PhysAddr> {
        entry::table_in(entry)
    }

    fn prepare_root(&self, _: &[AtomicU64; 512]) {}

    fn publish(&self) {
        tlb::publish();
    }
}
