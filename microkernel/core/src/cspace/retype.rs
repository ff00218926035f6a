//! Objects made of untyped memory.
//!
//! An untyped has a watermark: everything below is in use, and objects are placed at the next aligned address
//! above. The watermark goes back to the start when nothing is derived from the untyped any more, because then
//! every object in it is gone. Plain memory that user mode or the page-table walker will see is cleared first,
//! in pieces: how far is kept in the untyped, so that an interrupted call goes on where it was.

use weft_abi::cap::MemoryClass;
use weft_abi::layout::PAGE;
use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Asid, Context, PageSize, PhysAddr};
use weft_store::Ref;

use crate::Core;
use crate::object::{
    AddressSpace, Endpoint, Notification, Reply, SchedContext, Slot, SlotRef, Tag, Thread, size,
};

use super::delete::Progress;
use super::derive::Contents;
use super::power;

/// The greatest number of objects that one call makes.
const MAX_COUNT: u64 = 4096;
/// log2 of the greatest number of slots of a CNode.
const MAX_SLOTS: u8 = 16;
/// The greatest number of bytes that one call fills with kernel objects: placing them is not interrupted.
const MAX_PLACED: u64 = power(MAX_SLOTS.saturating_add(size::SLOT));
/// Bytes that are cleared between two looks for interrupts.
const PIECE: u64 = 4 * PAGE;

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

impl Order {
    /// Checks what a thread asks for.
    pub(crate) fn new(kind: u64, size: u64, count: u64) -> Result<Self, Refusal> {
        let kind = Kind::from_number(kind).ok_or(Refusal::InvalidArgument)?;
        let log2 = object_log2(kind, size)?;
        if count == 0 || count > MAX_COUNT {
            return Err(Refusal::OutOfRange);
        }
        let order = Self { kind, log2, count };
        let bytes = order.bytes().ok_or(Refusal::NoMemory)?;
        let placed = !matches!(kind, Kind::Untyped | Kind::Frame | Kind::PageTable);
        if placed && bytes > MAX_PLACED {
            return Err(Refusal::OutOfRange);
        }
        Ok(order)
    }

    fn bytes(self) -> Option<u64> {
        power(self.log2).checked_mul(self.count)
    }

    /// Whether user mode or the page-table walker sees the object's memory.
    fn is_cleared(self) -> bool {
        matches!(
            self.kind,
            Kind::Thread | Kind::AddressSpace | Kind::PageTable | Kind::Frame
        )
    }
}

/// log2 of the bytes that an object of a kind takes.
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
    /// Finds room for an order in an untyped, or says why there is none. An untyped from which nothing is derived
    /// starts over.
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
        let first = untyped.badge.get(home).checked_next_multiple_of(step);
        let first = first.ok_or(Refusal::NoMemory)?;
        let end = first.checked_add(bytes).ok_or(Refusal::NoMemory)?;
        // The base is aligned to the untyped's size, so that offsets are aligned as addresses are.
        if end > power(tag.size()) {
            Err(Refusal::NoMemory)
        } else {
            Ok(Extent { first, end })
        }
    }

    /// Clears one piece of what a planned order needs cleared.
    ///
    /// All between the watermark and the cleared mark is clear. So the watermark first moves to where the order begins.
    pub(crate) fn clear_piece(&self, untyped: SlotRef, order: Order, extent: Extent) -> Progress {
        let home = self.home();
        let plain = untyped.tag.get(home).class() == MemoryClass::Ram;
        let from = untyped.mapping.get(home).max(extent.first);
        if !plain || !order.is_cleared() || from >= extent.end {
            return Progress::Done;
        }
        untyped.badge.set(home, extent.first);
        let to = from.saturating_add(PIECE).min(extent.end);
        let at = PhysAddr(untyped.object.get(home).wrapping_add(from));
        self.memory.clear(at, to.wrapping_sub(from) as usize);
        untyped.mapping.set(home, to);
        if to == extent.end {
            Progress::Done
        } else {
            Progress::More
        }
    }

    /// Makes object number `index` of a planned and cleared order, and its original capability in an empty slot.
    pub(crate) fn make(
        &mut self,
        untyped: SlotRef,
        order: Order,
        extent: Extent,
        index: u32,
        slot: SlotRef,
    ) {
        let offset = power(order.log2)
            .wrapping_mul(index.into())
            .wrapping_add(extent.first);
        let at = PhysAddr(untyped.object.get(self.home()).wrapping_add(offset));
        let object = self.place_object(order, at);
        let contents = Contents {
            tag: self.tag_for(untyped, order),
            object,
            badge: 0,
        };
        self.create(Some(untyped), slot, contents);
    }

    /// Moves the watermark behind a finished order.
    pub(crate) fn advance(&self, untyped: SlotRef, extent: Extent) {
        untyped.badge.set(self.home(), extent.end);
    }

    /// New objects have all rights, but PHYS only if the untyped has it.
    fn tag_for(&self, untyped: SlotRef, order: Order) -> Tag {
        let source = untyped.tag.get(self.home());
        let all = Rights::all().difference(Rights::PHYS);
        let rights = all.union(source.rights().intersection(Rights::PHYS));
        let tag = Tag::new(order.kind, rights, source.home()).with_class(source.class());
        match order.kind {
            Kind::CNode => tag.with_size(order.log2.saturating_sub(size::SLOT)),
            _ => tag.with_size(order.log2),
        }
    }

    fn place_object(&mut self, order: Order, at: PhysAddr) -> u64 {
        match order.kind {
            Kind::CNode => self.place_slots(at, order.log2.saturating_sub(size::SLOT)),
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
        let home = self.home();
        let place = |index: u64| {
            let slot = Slot::empty();
            slot.tag.set(home, Tag::EMPTY.within(log2));
            let offset = index.wrapping_mul(size_of::<Slot>() as u64);
            self.memory.place(PhysAddr(at.0.wrapping_add(offset)), slot)
        };
        let zero = place(0);
        for index in 1..power(log2) {
            place(index);
        }
        zero.address()
    }

    /// Puts a suspended thread into cleared memory.
    pub(crate) fn place_thread(&mut self, at: PhysAddr) -> Ref<Thread<A>> {
        const {
            assert!(
                size_of::<Thread<A>>() == PAGE as usize,
                "the message page is the second page"
            );
        }
        let thread = self
            .memory
            .place(at, Thread::<A>::new(A::Context::default()));
        thread.context.initialise();
        thread
    }

    /// Puts an address space, with an identifier that must be left, into cleared memory.
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
    fn one_call_places_few_kernel_objects_but_many_frames() {
        for (kind, size, count) in [(2, 16, 2), (3, 0, 513), (8, 0, 513)] {
            let order = Order::new(kind, size, count);
            assert_eq!(order.err(), Some(Refusal::OutOfRange), "{kind}");
        }
        for (kind, size, count) in [(3, 0, 512), (5, 0, MAX_COUNT), (10, 12, MAX_COUNT)] {
            assert!(Order::new(kind, size, count).is_ok(), "{kind}");
        }
    }
}
