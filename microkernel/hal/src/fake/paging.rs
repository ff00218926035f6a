//! Page-table entries and a TLB that forgets nothing.
//!
//! An entry: bit 0 present, bit 1 page, bits 2..4 cache mode, bits 4..9 rights, bits 12.. address. Bit 9 is
//! always set, so that a stray word is noticed.

use core::sync::atomic::AtomicU64;

use weft_abi::Rights;
use weft_abi::cap::CacheMode;

use crate::{
    Access, Counters, Entry, Leaf, OtherTlbs, PageSize, Paging, PhysAddr, Root, Tlb, TlbTag,
    VirtAddr,
};

use super::Fake;

const PRESENT: u64 = 1;
const PAGE: u64 = 2;
const MARK: u64 = 1 << 9;
const ADDRESS: u64 = !0xfff;
/// What the kernel's part of a shared root holds.
const KERNEL: u64 = MARK;

/// What the TLB holds of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Translation {
    /// Physical address of the 4 KiB page.
    pub physical: PhysAddr,
    /// Its rights.
    pub rights: Rights,
    /// How it is cached.
    pub cache: CacheMode,
    size: PageSize,
}

impl Translation {
    /// Whether what is known of `page` is of the same page as an address.
    fn is_of(&self, page: u64, address: VirtAddr) -> bool {
        let shift = self.size.log2() - 12;
        page >> shift == (address.0 >> 12) >> shift
    }
}

/// An access that the fake hardware refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageFault;

fn level_shift(level: u8) -> u32 {
    12 + 9 * (u32::from(level) - 1)
}

fn size_of_level(level: u8) -> PageSize {
    match level {
        1 => PageSize::Small,
        2 => PageSize::Large,
        3 => PageSize::Huge,
        _ => panic!("a page in a table of level {level}"),
    }
}

fn cache_of(entry: u64) -> CacheMode {
    match (entry >> 2) & 3 {
        0 => CacheMode::Normal,
        1 => CacheMode::WriteCombining,
        2 => CacheMode::Uncached,
        _ => CacheMode::Device,
    }
}

impl Fake {
    /// An access of user mode to the active space, as hardware does it: through the TLB, else by walking the
    /// tables with `read` (physical address of a word to its value) and keeping the result for ever.
    pub fn access(
        &mut self,
        address: VirtAddr,
        access: Access,
        read: impl Fn(PhysAddr) -> u64,
    ) -> Result<Translation, PageFault> {
        self.hear_others();
        let root = self.active.ok_or(PageFault)?;
        let key = (tag_of(root), address.0 >> 12);
        let found = match self.tlb.get(&key) {
            Some(known) => *known,
            None => walk(root.table(), address, read)?,
        };
        let needed = match access {
            Access::Read => Rights::READ,
            Access::Write => Rights::WRITE,
            Access::Execute => Rights::EXECUTE,
        };
        self.tlb.insert(key, found);
        if found.rights.contains(needed) {
            Ok(found)
        } else {
            Err(PageFault)
        }
    }
}

impl Fake {
    /// Makes the TLBs of all cores forget a page by whichever tag, or everything.
    fn tell_everyone(&mut self, page: Option<VirtAddr>) {
        if let Some(others) = &self.others {
            others.borrow_mut().push(page);
        }
        self.hear_others();
    }

    /// Forgets what other cores have told this one to: before it is used the next time, which nobody can tell from at once.
    fn hear_others(&mut self) {
        let Some(others) = self.others.clone() else {
            return;
        };
        let told = others.borrow();
        for page in told.get(self.heard..).unwrap_or(&[]) {
            match page {
                None => self.tlb.clear(),
                Some(address) => self
                    .tlb
                    .retain(|(_, page), known| !known.is_of(*page, *address)),
            }
        }
        self.heard = told.len();
    }

    /// Panics if the TLB knows of a space what its tables do not say. Where other cores are about to tell of a change, they may
    /// differ.
    pub fn check_tlb(&mut self, root: Root) {
        self.hear_others();
        let Some(read) = &self.walker else {
            return;
        };
        let entries = self.tlb.iter().filter(|((tag, _), _)| *tag == tag_of(root));
        for ((tag, page), known) in entries {
            let now = walk(root.table(), VirtAddr(page << 12), read);
            let agrees = now.is_ok_and(|now| {
                now.physical.0 >> 12 == known.physical.0 >> 12 && now.rights.contains(known.rights)
            });
            assert!(agrees, "{tag:?} knows page {page:#x} as {known:?}");
        }
    }

    /// Between two entries that lead elsewhere or are cached in another way there must be a time without one, after
    /// which the TLB is flushed: otherwise it may hold both.
    fn check_break(&self, root: Root, address: VirtAddr) {
        if self.active != Some(root) {
            return;
        }
        let known = self.tlb.get(&(tag_of(root), address.0 >> 12));
        if let (Some(known), Some(read)) = (known, &self.walker)
            && let Ok(now) = walk(root.table(), address, read)
        {
            let (before, after) = ((known.physical, known.cache), (now.physical, now.cache));
            assert_eq!(before, after, "a page's entry was changed without a break");
        }
    }
}

fn walk(
    root: PhysAddr,
    address: VirtAddr,
    read: impl Fn(PhysAddr) -> u64,
) -> Result<Translation, PageFault> {
    let mut table = root;
    for level in (1..=4).rev() {
        let index = (address.0 >> level_shift(level)) & 511;
        let entry = read(PhysAddr(table.0 + index * 8));
        match Fake::decode(entry, level) {
            Entry::Empty => return Err(PageFault),
            Entry::Table(next) => table = next,
            Entry::Page { physical } => {
                let inside = address.0 & ((1 << level_shift(level)) - 1) & ADDRESS;
                return Ok(Translation {
                    physical: PhysAddr(physical.0 + inside),
                    rights: Rights::from_bits_truncate((entry >> 4) as u8 & 0x1f),
                    cache: cache_of(entry),
                    size: size_of_level(level),
                });
            }
        }
    }
    Err(PageFault)
}

impl Paging for Fake {
    const MAX_ASID: u16 = 15;
    const USER_ROOT_ENTRIES: usize = 256;

    fn supports(&self, _size: PageSize) -> bool {
        true
    }

    fn prepare_page(&self, leaf: Leaf) {
        if leaf.size == PageSize::Small && self.has_to_prepare(&leaf) {
            self.prepare_piece(leaf, 0, 4096);
        }
    }

    fn has_to_prepare(&self, leaf: &Leaf) -> bool {
        leaf.cache != CacheMode::Normal || leaf.rights.contains(Rights::EXECUTE)
    }

    fn prepare_piece(&self, leaf: Leaf, from: u64, bytes: u64) {
        assert!(from + bytes <= 1 << leaf.size.log2(), "not of this page");
        let at = PhysAddr(leaf.physical.0 + from);
        self.prepared.borrow_mut().push((at, bytes));
    }

    fn encode_page(leaf: Leaf) -> u64 {
        let both = Rights::WRITE | Rights::EXECUTE;
        assert!(!leaf.rights.contains(both), "writable and executable");
        assert!(leaf.rights.contains(Rights::READ), "not readable");
        assert!(
            (leaf.rights - both - Rights::READ).is_empty(),
            "rights that no page has"
        );
        assert!(
            leaf.physical.0.is_multiple_of(1 << leaf.size.log2()),
            "not aligned"
        );
        let cache = (leaf.cache as u64) << 2;
        leaf.physical.0 | MARK | PAGE | PRESENT | cache | u64::from(leaf.rights.bits()) << 4
    }

    fn encode_table(table: PhysAddr) -> u64 {
        assert!(table.0.is_multiple_of(4096), "not aligned");
        table.0 | MARK | PRESENT
    }

    fn decode(entry: u64, level: u8) -> Entry {
        if entry & PRESENT == 0 {
            assert!(
                entry == 0 || entry == KERNEL,
                "a stray word {entry:#x} in a page table"
            );
            return Entry::Empty;
        }
        assert!(entry & MARK != 0, "a stray word {entry:#x} in a page table");
        let address = PhysAddr(entry & ADDRESS);
        if entry & PAGE == 0 {
            assert!(level > 1, "a table below the last level");
            return Entry::Table(address);
        }
        assert!(
            address.0.is_multiple_of(1 << size_of_level(level).log2()),
            "not aligned"
        );
        Entry::Page { physical: address }
    }

    fn table_in(entry: u64) -> Option<PhysAddr> {
        let is_table = entry & (PRESENT | PAGE) == PRESENT;
        is_table.then_some(PhysAddr(entry & ADDRESS))
    }

    fn prepare_root(&self, root: &[AtomicU64; 512]) {
        for (index, entry) in root.iter().enumerate() {
            assert_eq!(
                entry.load(core::sync::atomic::Ordering::Relaxed),
                0,
                "a root not cleared"
            );
            if index >= Self::USER_ROOT_ENTRIES {
                entry.store(KERNEL, core::sync::atomic::Ordering::Relaxed);
            }
        }
    }

    fn publish(&self) {}
}

/// Where the tag is in a root.
const TAG: u32 = 48;

fn tag_of(root: Root) -> TlbTag {
    TlbTag((root.bits() >> TAG) as u16)
}

impl Tlb for Fake {
    const DOUBT: (u64, u64) = (0, 0);

    // Few, so that they are soon used up.
    fn greatest_tag(&self) -> u16 {
        5
    }

    fn root(&self, table: PhysAddr, tag: TlbTag, _: Counters) -> Root {
        Root::from_bits(table.0 | u64::from(tag.0) << TAG)
    }

    fn is_doubtful(_: Root, _: u64) -> bool {
        true
    }

    fn reaches_inactive(&self) -> bool {
        true
    }

    fn activate(&mut self, root: Root) {
        let tag = tag_of(root);
        assert!(
            tag.0 != 0 && tag.0 <= self.greatest_tag(),
            "no user space has {tag:?}"
        );
        self.active = Some(root);
    }

    fn deactivate(&mut self, left: Root) {
        assert_eq!(self.active, Some(left), "another space is active");
        self.active = None;
    }

    fn flush_page(&mut self, root: Root, address: VirtAddr) {
        self.flushes.0 += 1;
        self.check_break(root, address);
        self.tlb
            .retain(|(owner, page), known| *owner != tag_of(root) || !known.is_of(*page, address));
    }

    fn flush_space(&mut self, root: Root) {
        self.flushes.1 += 1;
        self.tlb.retain(|(owner, _), _| *owner != tag_of(root));
    }

    fn flush_all(&mut self) {
        assert_eq!(self.active, None, "a space is active");
        self.flushes.2 += 1;
        self.tlb.clear();
    }
}

impl OtherTlbs for Fake {
    fn reaches_other_cores(&self) -> bool {
        self.others.is_some()
    }

    fn flush_pages_everywhere(&mut self, first: VirtAddr, size: PageSize, count: u64) {
        for page in 0..count {
            self.tell_everyone(Some(VirtAddr(first.0 + (page << size.log2()))));
        }
    }

    fn flush_everywhere(&mut self) {
        self.tell_everyone(None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_translation_is_kept_until_it_is_flushed() {
        let leaf = Leaf {
            physical: PhysAddr(0x7000),
            size: PageSize::Small,
            rights: Rights::READ,
            cache: CacheMode::Normal,
        };
        let tables = [
            (0x1000, Fake::encode_table(PhysAddr(0x2000))),
            (0x2000, Fake::encode_table(PhysAddr(0x3000))),
            (0x3000, Fake::encode_table(PhysAddr(0x4000))),
            (0x4008, Fake::encode_page(leaf)),
        ];
        let word = |at: PhysAddr| {
            tables
                .iter()
                .find(|(key, _)| *key == at.0)
                .map_or(0, |(_, v)| *v)
        };
        let mut fake = Fake::new();
        let at = VirtAddr(0x1000);
        let [space, other] =
            [1, 2].map(|tag| fake.root(PhysAddr(0x1000), TlbTag(tag), Counters::Closed));
        fake.activate(space);
        assert_eq!(
            fake.access(at, Access::Read, word).map(|t| t.physical),
            Ok(PhysAddr(0x7000))
        );
        assert_eq!(fake.access(at, Access::Write, word), Err(PageFault));
        assert!(fake.access(at, Access::Read, |_| 0).is_ok());
        fake.flush_page(other, at);
        assert!(fake.access(at, Access::Read, |_| 0).is_ok());
        fake.flush_page(space, at);
        assert_eq!(fake.access(at, Access::Read, |_| 0), Err(PageFault));
    }
}
