//! Address spaces: chosen cases, and random mappings against a flat model, seen through a TLB that never forgets.

mod cases;
mod many;
mod prepare;
mod random;
mod tags;

use weft_abi::{Kind, Refusal};
use weft_store::Ref;

use super::Fixture;
use crate::object::AddressSpace;

/// READ, WRITE, EXECUTE in the flags of `SpaceMap`.
const R: u64 = 1;
const RW: u64 = 3;
const RX: u64 = 9;
/// Cache modes in the flags of `SpaceMap`.
const DEVICE: u64 = 3 << 8;
const UNCACHED: u64 = 2 << 8;

impl Fixture {
    /// The space in a slot of root's CNode.
    fn space(&self, slot: u64) -> Ref<AddressSpace> {
        let home = self.core.home();
        let space = self.slot(slot).object_of(home, Kind::AddressSpace);
        space.expect("a space")
    }

    /// What a thread in a space reaches at an address: the page, and whether it may write and execute. Root runs again
    /// then.
    fn look(&mut self, slot: u64, address: u64) -> Option<(u64, bool, bool)> {
        use weft_hal::Access;
        self.core.enter_other(self.space(slot));
        let page = self.touch(address, Access::Read).map(|page| page.0);
        let write = self.touch(address, Access::Write).is_some();
        let execute = self.touch(address, Access::Execute).is_some();
        self.core.enter_space(self.root);
        assert!(
            page.is_some() || !(write || execute),
            "no page is readable, but usable"
        );
        page.map(|page| (page, write, execute))
    }

    /// Hangs in tables, from a slot on, until a small page can be mapped.
    fn tables(&mut self, space: u64, address: u64, untyped: u64, from: u64) -> u64 {
        let mut slot = from;
        loop {
            self.make(untyped, Kind::PageTable, 0, slot, 1)
                .expect("memory for a table");
            match self.call(weft_abi::Syscall::SpaceMapTable, &[space, slot, address]) {
                Ok(_) => slot += 1,
                Err(refusal) => {
                    assert_eq!(refusal, Refusal::AlreadyMapped);
                    self.call(weft_abi::Syscall::CNodeDelete, &[1, slot])
                        .expect("deleted");
                    return slot;
                }
            }
        }
    }
}
