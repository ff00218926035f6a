//! `UntypedRetype`: makes objects of untyped memory.
//!
//! One object that is quickly made has a way of its own, which does the same with less of counting; so has a frame of
//! one page.
//!
//! Everything is checked before anything changes, for as many objects as can be checked without a look for interrupts;
//! an order of more is made in parts. An interrupt, or the end of a part, makes the thread repeat the call for what is
//! left: its arguments tell how much that is, and the untyped what is prepared of it.

use weft_abi::{CPtr, Kind, Refusal, Rights};
use weft_hal::{Arch, Context};

use crate::Core;
use crate::cspace::Progress;
use crate::cspace::retype::{Extent, Order};
use crate::object::{SlotRef, ThreadRef};
use crate::state::{Next, Outcome};

/// The greatest number of objects that are checked and made together.
const PART: u64 = 256;
/// Where the first slot and the number of objects stand.
const FIRST: usize = 4;
const COUNT: usize = 5;

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let argument = |index| thread.context.argument(index);
    let untyped = core.expect(thread, argument(0), Kind::Untyped, Rights::empty())?;
    if (argument(1), argument(2), argument(COUNT)) == Order::PAGE.asked() {
        let cnode = core.expect(thread, argument(3), Kind::CNode, Rights::WRITE)?;
        return make_one(core, thread, (untyped, Order::PAGE, cnode));
    }
    let order = Order::new(argument(1), argument(2), argument(COUNT))?;
    let cnode = core.expect(thread, argument(3), Kind::CNode, Rights::WRITE)?;
    if order.is_short() {
        make_any(core, thread, (untyped, order, cnode))
    } else {
        make_many(core, thread, (untyped, order, cnode))
    }
}

/// Makes the object of a short order.
#[inline(always)]
fn make_one<A: Arch>(
    core: &mut Core<A>,
    thread: ThreadRef<A>,
    (untyped, order, cnode): (SlotRef, Order, SlotRef),
) -> Outcome<A> {
    let to = core.one_destination(cnode, thread.context.argument(FIRST))?;
    core.make_one(untyped, order, (cnode, to))?;
    Ok(Next::Done)
}

#[inline(never)]
fn make_any<A: Arch>(
    core: &mut Core<A>,
    thread: ThreadRef<A>,
    what: (SlotRef, Order, SlotRef),
) -> Outcome<A> {
    make_one(core, thread, what)
}

#[inline(never)]
fn make_many<A: Arch>(
    core: &mut Core<A>,
    thread: ThreadRef<A>,
    (untyped, order, cnode): (SlotRef, Order, SlotRef),
) -> Outcome<A> {
    let part = order.count.min(PART);
    let first = core.destination(cnode, thread.context.argument(FIRST), part)?;
    let extent = core.plan(untyped, order)?;
    while core.prepare_piece(untyped, order, extent) == Progress::More {
        if core.arch.interrupt_pending() {
            return Ok(Next::Repeat);
        }
    }
    Ok(core.make_part(thread, (untyped, order, extent), first, part))
}

impl<A: Arch> Core<A> {
    /// Makes a part of a prepared order, unless an interrupt comes; says whether something is left.
    fn make_part(
        &mut self,
        thread: ThreadRef<A>,
        (untyped, order, extent): (SlotRef, Order, Extent),
        first: SlotRef,
        part: u64,
    ) -> Next<A> {
        let mut made = 0;
        while made < part {
            let to = self.behind(first.address(), made);
            let now = order.at_once().min(part.wrapping_sub(made));
            self.make(untyped, order, extent.after(order, made), to, now);
            made = made.wrapping_add(now);
            if made < part && self.arch.interrupt_pending() {
                break;
            }
        }
        let (context, left) = (&thread.context, order.count.wrapping_sub(made));
        context.set_argument(FIRST, context.argument(FIRST).wrapping_add(made));
        context.set_argument(COUNT, left);
        if left == 0 { Next::Done } else { Next::Repeat }
    }

    /// How many objects the next part of an order has.
    pub(crate) fn part_of_order(&self, thread: ThreadRef<A>) -> Result<u64, Refusal> {
        let argument = |index| thread.context.argument(index);
        let order = Order::new(argument(1), argument(2), argument(COUNT))?;
        Ok(order.count.min(PART))
    }

    /// Makes the next part of an order of a visitor, in slots that are reserved for it; says how many were made, and
    /// whether that is all.
    pub(crate) fn retype_part(
        &mut self,
        thread: ThreadRef<A>,
        first: SlotRef,
        part: u64,
    ) -> Result<(u64, Next<A>), Refusal> {
        let argument = |index| thread.context.argument(index);
        let untyped = self.expect_argument(thread, 0, Kind::Untyped, Rights::empty())?;
        let order = Order::new(argument(1), argument(2), argument(COUNT))?;
        let extent = self.plan(untyped, order)?;
        while self.prepare_piece(untyped, order, extent) == Progress::More {
            if self.arch.interrupt_pending() {
                return Ok((0, Next::Repeat));
            }
        }
        let before = order.count;
        let next = self.make_part(thread, (untyped, order, extent), first, part);
        Ok((before.wrapping_sub(argument(COUNT)), next))
    }

    /// The destination slot, if it exists and is empty.
    #[inline(always)]
    fn one_destination(&self, cnode: SlotRef, index: u64) -> Result<SlotRef, Refusal> {
        let slot = self
            .slot_of_cnode(&cnode, index)
            .ok_or(Refusal::OutOfRange)?;
        if slot.is_empty(self.home()) {
            Ok(slot)
        } else {
            Err(Refusal::SlotOccupied)
        }
    }

    /// The first of consecutive destination slots, if all of them exist and are empty.
    pub(crate) fn destination(
        &self,
        cnode: SlotRef,
        first: u64,
        count: u64,
    ) -> Result<SlotRef, Refusal> {
        let index = u32::try_from(first).map_err(|_| Refusal::OutOfRange)?;
        let last = first.wrapping_add(count).wrapping_sub(1);
        let last = u32::try_from(last).map_err(|_| Refusal::OutOfRange)?;
        let found = self.slot_of(&cnode, CPtr(index));
        let first = found.ok_or(Refusal::OutOfRange)?;
        self.slot_of(&cnode, CPtr(last))
            .ok_or(Refusal::OutOfRange)?;
        let slots = (0..count).map(|index| self.behind(first.address(), index));
        for slot in slots {
            if !slot.is_empty(self.home()) {
                return Err(Refusal::SlotOccupied);
            }
        }
        Ok(first)
    }
}
