//! Objects made of untyped memory.
//!
//! An untyped has a watermark: everything below is in use, and objects are placed at the next aligned address
//! above. The watermark goes back to the start when nothing is derived from the untyped any more, because then
//! every object in it is gone.
//!
//! Making objects takes three steps, none of which runs long without a look for interrupts. Memory that user mode or
//! the page-table walker will see is cleared, and a CNode's filled with empty slots, in pieces: how far, and with
//! what, is kept in the untyped ([`Mark`]), so that an interrupted call goes on where it was. Then objects are placed
//! and get their capabilities, some at a time; whoever makes the call counts them.

use weft_abi::cap::MemoryClass;
use weft_abi::layout::PAGE;
use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Asid, PageSize, PhysAddr};
use weft_store::Ref;

use crate::Core;
use crate::object::{
    AddressSpace, Container, Endpoint, Notification, Reply, SchedContext, Slot, SlotRef, Tag,
    Thread, size,
};

use super::delete::Progress;
use super::derive::Use;
use super::power;
use super::tree::{self, Row};

/// The greatest number of objects that one call makes.
const MAX_COUNT: u64 = 4096;
/// log2 of the greatest number of slots of a CNode.
const MAX_SLOTS: u8 = 16;
/// Bytes that are prepared between two looks for interrupts.
const PIECE: u64 = 2 * PAGE;

/// How far an untyped's memory behind its watermark is prepared, and for what.
///
/// Bits 6.. the offset in the untyped, bits 0..6 what stands there ([`Prepared::number`]). No order ends within 64 bytes.
#[derive(Clone, Copy)]
struct Mark(u64);

impl Mark {
    const WHAT: u64 = 63;

    fn new(end: u64, order: Order) -> Self {
        Self(end | order.prepared().number())
    }

    /// Where to go on with an order that begins at an offset.
    fn resume(self, order: Order, first: u64) -> u64 {
        let end = self.0 & !Self::WHAT;
        if Self::new(end, order).0 == self.0 {
            end.max(first)
        } else {
            first
        }
    }
}

/// What memory holds before objects are placed in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Prepared {
    /// Anything: the object is written as a whole, and nobody but the kernel sees its memory.
    Anything,
    /// Zeros, because user mode or the page-table walker sees all of it.
    Zeros,
    /// Zeros in one of each two pages: the other is the kernel's own, and written when the object is placed.
    ZerosIn(Half),
    /// Empty slots of CNodes with this log2 of slots.
    Slots(u8),
}

/// A page of an object of two.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    First,
    Second,
}

impl Prepared {
    /// A number for each, below 64. A CNode has 4 to 65,536 slots.
    fn number(self) -> u64 {
        match self {
            Self::Anything | Self::Zeros => 0,
            Self::Slots(log2) => log2.into(),
            Self::ZerosIn(Half::First) => 32,
            Self::ZerosIn(Half::Second) => 33,
        }
    }
}

/// What to make: kind, size and number of objects.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order {
    pub(crate) kind: Kind,
    /// log2 of an object's bytes, which is its alignment too.
    log2: u8,
    pub(crate) count: u64,
}

/// Where the objects go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    first: u64,
    end: u64,
}

impl Extent {
    /// What is left of it when `made` objects of its order have been made.
    pub(crate) fn after(self, order: Order, made: u64) -> Self {
        let done = power(order.log2).wrapping_mul(made);
        Self {
            first: self.first.wrapping_add(done),
            end: self.end,
        }
    }
}

impl Order {
    /// A frame of 4 KiB.
    pub(crate) const PAGE: Self = Self {
        kind: Kind::Frame,
        log2: PageSize::Small.log2(),
        count: 1,
    };

    /// The numbers by which a thread asks for this order of frames.
    pub(crate) const fn asked(self) -> (u64, u64, u64) {
        (self.kind as u64, self.log2 as u64, self.count)
    }

    /// Checks what a thread asks for.
    #[inline(always)]
    pub(crate) fn new(kind: u64, size: u64, count: u64) -> Result<Self, Refusal> {
        let kind = Kind::from_number(kind).ok_or(Refusal::InvalidArgument)?;
        let log2 = object_log2(kind, size)?;
        if count == 0 || count > MAX_COUNT {
            return Err(Refusal::OutOfRange);
        }
        Ok(Self { kind, log2, count })
    }

    /// log2 of a CNode's slots.
    fn slots(self) -> Option<u8> {
        (self.kind == Kind::CNode).then_some(self.log2.wrapping_sub(size::SLOT))
    }

    /// Whether it is of one object, which is made without a look for interrupts.
    #[inline(always)]
    pub(crate) fn is_short(self) -> bool {
        let small = power(self.log2) <= PIECE || self.prepared() == Prepared::Anything;
        self.count == 1 && small
    }

    /// How many objects are placed between two looks for interrupts.
    pub(crate) fn at_once(self) -> u64 {
        match self.kind {
            Kind::Thread | Kind::AddressSpace => 4,
            _ => 32,
        }
    }

    fn bytes(self) -> Option<u64> {
        power(self.log2).checked_mul(self.count)
    }

    /// What stands in memory before objects are placed. Of a thread user mode sees the message page, of an address
    /// space the walker the root table.
    fn prepared(self) -> Prepared {
        match self.kind {
            Kind::PageTable | Kind::Frame => Prepared::Zeros,
            Kind::Thread => Prepared::ZerosIn(Half::Second),
            Kind::AddressSpace => Prepared::ZerosIn(Half::First),
            Kind::CNode => Prepared::Slots(self.log2.wrapping_sub(size::SLOT)),
            _ => Prepared::Anything,
        }
    }
}

/// log2 of the bytes that an object of a kind takes.
#[inline(always)]
fn object_log2(kind: Kind, asked: u64) -> Result<u8, Refusal> {
    let asked = u8::try_from(asked).map_err(|_| Refusal::OutOfRange);
    match kind {
        Kind::Untyped => asked
            .ok()
            .filter(|log2| (12..=62).contains(log2))
            .ok_or(Refusal::OutOfRange),
        Kind::Frame => asked
            .ok()
            .and_then(PageSize::from_log2)
            .map(PageSize::log2)
            .ok_or(Refusal::OutOfRange),
        Kind::CNode => asked
            .ok()
            .filter(|slots| (2..=MAX_SLOTS).contains(slots))
            .map(|slots| slots.saturating_add(size::SLOT))
            .ok_or(Refusal::OutOfRange),
        Kind::Thread => Ok(size::THREAD),
        Kind::SchedContext => Ok(size::SCHED_CONTEXT),
        Kind::Endpoint => Ok(size::ENDPOINT),
        Kind::Reply => Ok(size::REPLY),
        Kind::Notification => Ok(size::NOTIFICATION),
        Kind::AddressSpace => Ok(size::ADDRESS_SPACE),
        Kind::PageTable => Ok(size::PAGE_TABLE),
        _ => Err(Refusal::InvalidArgument),
    }
}

impl<A: Arch> Core<A> {
    /// Makes the one object of a short order, and its original capability in an empty slot of a CNode.
    #[inline(always)]
    pub(crate) fn make_one(
        &mut self,
        untyped: SlotRef,
        order: Order,
        (cnode, to): (SlotRef, SlotRef),
    ) -> Result<(), Refusal> {
        let home = self.home();
        let extent = self.plan(untyped, order)?;
        let tag = untyped.tag.get(home);
        let at = PhysAddr(untyped.object.get(home).wrapping_add(extent.first));
        if tag.class() == MemoryClass::Ram && order.prepared() != Prepared::Anything {
            self.prepare(order, at, power(order.log2));
            untyped.mapping.set(home, Mark::new(extent.end, order).0);
        }
        let container = to.tag.get(home).container();
        to.tag.set(
            home,
            self.tag_for(untyped, order).original().within(container),
        );
        to.object.set(home, self.place_object(order, at));
        tree::add_child(home, untyped, to);
        let zero: SlotRef = Ref::from_slot(cnode.object.get(home));
        zero.badge.set(home, zero.badge.get(home).wrapping_add(1));
        untyped.badge.set(home, extent.end);
        Ok(())
    }

    /// Finds room for an order in an untyped, or says why there is none. An untyped from which nothing is derived
    /// starts over.
    #[inline(always)]
    pub(crate) fn plan(&self, untyped: SlotRef, order: Order) -> Result<Extent, Refusal> {
        let home = self.home();
        let tag = untyped.tag.get(home);
        if tag.class() != MemoryClass::Ram && !matches!(order.kind, Kind::Frame | Kind::Untyped) {
            return Err(Refusal::NotPermitted);
        }
        if let Some(size) = PageSize::from_log2(order.log2)
            && order.kind == Kind::Frame
            && !self.arch.supports(size)
        {
            return Err(Refusal::Unsupported);
        }
        if order.kind == Kind::AddressSpace && self.asids.free::<A>() < order.count {
            return Err(Refusal::Exhausted);
        }
        if untyped.child.get(home).is_none() && untyped.badge.get(home) != 0 {
            untyped.badge.set(home, 0);
            untyped.mapping.set(home, 0);
        }
        let step = power(order.log2);
        let bytes = order.bytes().ok_or(Refusal::NoMemory)?;
        // Both are below 2^63, so that the sum does not wrap.
        let below = step.wrapping_sub(1);
        let first = untyped.badge.get(home).wrapping_add(below) & !below;
        let end = first.checked_add(bytes).ok_or(Refusal::NoMemory)?;
        // The base is aligned to the untyped's size, so that offsets are aligned as addresses are.
        // An untyped has less than 2^63 bytes, and no order none.
        let beyond = end.wrapping_sub(1).wrapping_shr(tag.size().into());
        if beyond != 0 {
            Err(Refusal::NoMemory)
        } else {
            Ok(Extent { first, end })
        }
    }

    /// Prepares one piece of what a planned order needs prepared.
    ///
    /// All between the watermark and the mark is prepared. So the watermark first moves to where the order begins.
    pub(crate) fn prepare_piece(&self, untyped: SlotRef, order: Order, extent: Extent) -> Progress {
        let home = self.home();
        let plain = untyped.tag.get(home).class() == MemoryClass::Ram;
        if !plain || order.prepared() == Prepared::Anything {
            return Progress::Done;
        }
        let from = Mark(untyped.mapping.get(home)).resume(order, extent.first);
        if from >= extent.end {
            return Progress::Done;
        }
        untyped.badge.set(home, extent.first);
        let to = from.saturating_add(PIECE).min(extent.end);
        let at = PhysAddr(untyped.object.get(home).wrapping_add(from));
        let bytes = to.wrapping_sub(from);
        self.prepare(order, at, bytes);
        untyped.mapping.set(home, Mark::new(to, order).0);
        if to == extent.end {
            Progress::Done
        } else {
            Progress::More
        }
    }

    /// Prepares some memory for an order: whole objects, or a piece.
    #[inline(always)]
    fn prepare(&self, order: Order, at: PhysAddr, bytes: u64) {
        match order.prepared() {
            Prepared::Anything => {}
            Prepared::Zeros => self.memory.clear(at, bytes as usize),
            Prepared::ZerosIn(half) => self.clear_half(at, half),
            Prepared::Slots(log2) => self.fill_slots(at, bytes >> size::SLOT, log2),
        }
    }

    /// Clears a page of an object of two, which is a piece: such objects lie at multiples of their size, and so do the
    /// ends of their pieces.
    fn clear_half(&self, object: PhysAddr, half: Half) {
        const {
            assert!(
                power(size::THREAD) == PIECE && power(size::ADDRESS_SPACE) == PIECE,
                "a piece is one object"
            );
        }
        let page = match half {
            Half::First => object,
            Half::Second => PhysAddr(object.0.wrapping_add(PAGE)),
        };
        self.memory.clear(page, PAGE as usize);
    }

    fn fill_slots(&self, at: PhysAddr, count: u64, log2: u8) {
        let home = self.home();
        let container = Container::cnode(log2, self.id());
        let empty = || {
            let slot = Slot::empty();
            slot.tag.set(home, Tag::EMPTY.within(container));
            slot
        };
        self.memory.fill(at, count as usize, empty);
    }

    /// Makes the first `count` objects of a planned and prepared order, and their original capabilities in empty slots
    /// from `to` on. The watermark moves behind them.
    pub(crate) fn make(
        &mut self,
        untyped: SlotRef,
        order: Order,
        extent: Extent,
        to: SlotRef,
        count: u64,
    ) {
        let home = self.home();
        let contents = self.tag_for(untyped, order);
        let container = to.tag.get(home).container();
        let tag = contents.original().within(container);
        let mut row = Row::new(untyped);
        let mut offset = extent.first;
        for index in 0..count {
            let here = self.behind(to.address(), index);
            let at = PhysAddr(untyped.object.get(home).wrapping_add(offset));
            here.tag.set(home, tag);
            here.object.set(home, self.place_object(order, at));
            row.push(home, here);
            offset = offset.wrapping_add(power(order.log2));
        }
        row.end(home);
        self.count(to, Use::More(count));
        untyped.badge.set(home, offset);
    }

    /// New objects have all rights, but PHYS only if the untyped has it.
    fn tag_for(&self, untyped: SlotRef, order: Order) -> Tag {
        let source = untyped.tag.get(self.home());
        let rights = Rights::all().difference(Rights::PHYS);
        let tag = source.made_into(order.kind, rights);
        tag.with_size(order.slots().unwrap_or(order.log2))
    }

    fn place_object(&mut self, order: Order, at: PhysAddr) -> u64 {
        match order.kind {
            Kind::CNode => {
                let slots = power(order.log2.wrapping_sub(size::SLOT));
                self.memory.adopt::<Slot>(at, slots as usize).address()
            }
            Kind::Thread => self.place_thread(at).address(),
            Kind::SchedContext => self.memory.place(at, SchedContext::<A>::new()).address(),
            Kind::Endpoint => self.memory.place(at, Endpoint::<A>::new()).address(),
            Kind::Reply => self.memory.place(at, Reply::<A>::new()).address(),
            Kind::Notification => self.memory.place(at, Notification::<A>::new()).address(),
            Kind::AddressSpace => self.place_space(at).address(),
            _ => at.0,
        }
    }

    /// Puts a CNode with 2^`log2` empty slots somewhere; gives the address of slot 0.
    pub(crate) fn place_slots(&mut self, at: PhysAddr, log2: u8) -> u64 {
        self.fill_slots(at, power(log2), log2);
        self.memory
            .adopt::<Slot>(at, power(log2) as usize)
            .address()
    }

    /// Puts a suspended thread into memory whose second page is cleared.
    pub(crate) fn place_thread(&mut self, at: PhysAddr) -> Ref<Thread<A>> {
        const {
            assert!(
                size_of::<Thread<A>>() == PAGE as usize,
                "the message page is the second page"
            );
        }
        self.memory.place(at, Thread::new(self.id()))
    }

    /// Puts an address space, with an identifier that must be left, into memory whose first page is cleared.
    pub(crate) fn place_space(&mut self, at: PhysAddr) -> Ref<AddressSpace> {
        let home = self.home();
        self.arch.prepare_root(&self.memory.page(at));
        let header = PhysAddr(at.0.wrapping_add(PAGE));
        let space = self.memory.place(header, AddressSpace::new(at, Asid(0), 0));
        if let Some((asid, generation)) = self.asids.take::<A>(space) {
            space.asid.set(home, asid);
            space.generation.set(home, generation);
        }
        space
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_that_no_object_has_are_refused() {
        for (kind, size) in [(10, 13), (2, 1), (2, 17), (1, 11), (1, 300), (2, 1 << 40)] {
            assert_eq!(
                Order::new(kind, size, 1).err(),
                Some(Refusal::OutOfRange),
                "{kind} {size}"
            );
        }
        assert_eq!(Order::new(11, 12, 1).err(), Some(Refusal::InvalidArgument));
        assert_eq!(Order::new(10, 12, 0).err(), Some(Refusal::OutOfRange));
        assert_eq!(
            Order::new(10, 12, MAX_COUNT + 1).err(),
            Some(Refusal::OutOfRange)
        );
    }

    #[test]
    fn a_mark_is_worth_nothing_for_an_order_of_another_kind() {
        let order = |kind, size| Order::new(kind, size, 1).expect("an order");
        let (frame, four, five) = (order(10, 12), order(2, 4), order(2, 5));
        let (thread, space) = (order(3, 0), order(8, 0));
        let mark = Mark::new(0x3000, four);
        assert_eq!(mark.resume(four, 0x1000), 0x3000);
        assert_eq!(mark.resume(four, 0x4000), 0x4000);
        assert_eq!(mark.resume(five, 0x1000), 0x1000);
        assert_eq!(mark.resume(frame, 0x1000), 0x1000);
        assert_eq!(Mark(0).resume(frame, 0x1000), 0x1000);
        let half = Mark::new(0x4000, thread);
        assert_eq!(half.resume(thread, 0x2000), 0x4000);
        assert_eq!(half.resume(space, 0x2000), 0x2000);
        assert_eq!(half.resume(frame, 0x2000), 0x2000);
    }
}
