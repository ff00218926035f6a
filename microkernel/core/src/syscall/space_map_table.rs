//! `SpaceMapTable`: hangs a page table into the first missing level for an address.

use weft_abi::{Kind, Rights};
use weft_hal::{Arch, Context, VirtAddr};

use crate::Core;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let argument = |index| thread.context.argument(index);
    let space = core.space_argument(thread, 0)?;
    let table = core.expect(thread, argument(1), Kind::PageTable, Rights::WRITE)?;
    let level = core.map_table(table, space, VirtAddr(argument(2)))?;
    thread.context.set_argument(1, u64::from(level));
    Ok(Next::Caller)
}
