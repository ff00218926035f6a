//! `UntypedRetype`: makes objects of untyped memory.
//!
//! Everything is checked before anything changes. Memory is cleared in pieces; an interrupt between two makes
//! the thread repeat the call, which then goes on where it was.

use weft_abi::{CPtr, Kind, Refusal, Rights};
use weft_hal::{Arch, Context};

use crate::Core;
use crate::cspace::Progress;
use crate::cspace::retype::Order;
use crate::object::{SlotRef, ThreadRef};
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let argument = |index| thread.context.argument(index);
    let untyped = core.expect(thread, argument(0), Kind::Untyped, Rights::empty())?;
    let order = Order::new(argument(1), argument(2), argument(5))?;
    let cnode = core.expect(thread, argument(3), Kind::CNode, Rights::WRITE)?;
    let first = destination(core, cnode, argument(4), order.count)?;
    let extent = core.plan(untyped, order)?;
    while core.clear_piece(untyped, order, extent) == Progress::More {
        if core.arch.interrupt_pending() {
            return Ok(Next::Repeat);
        }
    }
    let slots = indices(first, order.count);
    for index in slots {
        if let Some(slot) = core.slot_of(&cnode, CPtr(index)) {
            core.make(untyped, order, extent, index.wrapping_sub(first), slot);
        }
    }
    core.advance(untyped, extent);
    Ok(Next::Caller)
}

fn indices(first: u32, count: u64) -> impl Iterator<Item = u32> {
    (0..count as u32).map(move |offset| first.wrapping_add(offset))
}

/// The index of the first destination slot, if all of them exist and are empty.
fn destination<A: Arch>(
    core: &Core<A>,
    cnode: SlotRef,
    first: u64,
    count: u64,
) -> Result<u32, Refusal> {
    let first = u32::try_from(first).map_err(|_| Refusal::OutOfRange)?;
    for index in indices(first, count) {
        let slot = core
            .slot_of(&cnode, CPtr(index))
            .ok_or(Refusal::OutOfRange)?;
        if !slot.is_empty(core.home()) {
            return Err(Refusal::SlotOccupied);
        }
    }
    Ok(first)
}
