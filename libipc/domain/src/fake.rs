//! A pretended kernel, stricter than the real one: what a correct builder never does ends the test.

use std::collections::{BTreeMap, BTreeSet};
use std::vec::Vec;

use libipc::abi::layout::PAGE;
use libipc::objects::{
    AddressSpace, MapError, Notification, SchedContext, SchedControl, Start, Thread,
    ThreadConfiguration,
};
use libipc::{CPtr, Kind, Refusal, Rights};

use crate::{AT_ONCE, Builder, Calls, Mapping, Turn, WINDOW};

/// The builder's own address space.
pub(crate) const OWN: CPtr = CPtr(1);
/// The first slot in which something is made.
pub(crate) const FIRST: u32 = 100;
/// How many bits of an address a table of a level covers.
const COVERS: [u32; 4] = [12, 21, 30, 39];

/// What a builder did to a thread, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    AllowCounters(SchedControl, AddressSpace),
    Configure(Thread, ThreadConfiguration),
    BindNotification(Thread, Notification),
    SetStart(Thread, Start),
    Schedule(Turn, SchedContext),
    BindContext(SchedContext, Thread),
}

/// Why something was not built.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    OutOfMemory,
    Refused(&'static str, Refusal),
}

/// The kernel.
#[derive(Default)]
pub(crate) struct FakeKernel {
    /// Tables by space, level and the part of the address that they cover.
    tables: BTreeSet<(u32, u64, u64)>,
    /// Frames by where they are mapped.
    pub(crate) mapped: BTreeMap<(u32, u64), (CPtr, u64)>,
    /// What frames hold where they were written.
    pub(crate) content: BTreeMap<u32, Vec<u8>>,
    pub(crate) steps: Vec<Step>,
    /// How many times many frames were mapped by one call.
    pub(crate) batches: usize,
    /// What the next step of a thread gets instead.
    pub(crate) refuse: Option<Refusal>,
}

impl FakeKernel {
    /// The first level (3 is the uppermost) that has no table for an address.
    fn missing(&self, space: AddressSpace, address: u64) -> Option<u64> {
        let lacks = |level: &u64| !self.tables.contains(&key(space, *level, address));
        [3, 2, 1].into_iter().find(lacks)
    }

    fn step(&mut self, step: Step) -> Result<(), Refusal> {
        match self.refuse.take() {
            Some(refusal) => Err(refusal),
            None => {
                self.steps.push(step);
                Ok(())
            }
        }
    }
}

fn key(space: AddressSpace, level: u64, address: u64) -> (u32, u64, u64) {
    (space.cptr().0, level, address >> COVERS[level as usize])
}

impl Calls for FakeKernel {
    fn map(&mut self, frame: CPtr, to: Mapping) -> Result<(), MapError> {
        assert!(to.address.is_multiple_of(PAGE), "not a page's address");
        if let Some(level) = self.missing(to.space, to.address) {
            return Err(MapError::MissingTable { level });
        }
        let place = (to.space.cptr().0, to.address);
        let twice = self.mapped.values().any(|(mapped, _)| *mapped == frame);
        if twice || self.mapped.contains_key(&place) {
            return Err(MapError::Refused(Refusal::AlreadyMapped));
        }
        self.mapped.insert(place, (frame, to.flags.0));
        Ok(())
    }

    fn map_many(&mut self, first: CPtr, count: u64, to: Mapping) -> Result<u64, MapError> {
        assert!((1..=AT_ONCE).contains(&count), "{count} pages in one call");
        self.batches += 1;
        for done in 0..count {
            let frame = CPtr(first.0 + done as u32);
            let address = to.address + done * PAGE;
            match self.map(frame, Mapping { address, ..to }) {
                Err(error) if done == 0 => return Err(error),
                Err(_) => return Ok(done),
                Ok(()) => {}
            }
        }
        Ok(count)
    }

    fn unmap(&mut self, frame: CPtr) -> Result<(), Refusal> {
        let before = self.mapped.len();
        self.mapped.retain(|_, (mapped, _)| *mapped != frame);
        assert!(self.mapped.len() < before, "it is mapped nowhere");
        Ok(())
    }

    fn map_table(&mut self, space: AddressSpace, _: CPtr, address: u64) -> Result<u64, Refusal> {
        let level = self
            .missing(space, address)
            .expect("no table is missing there");
        self.tables.insert(key(space, level, address));
        Ok(level)
    }

    fn map_message_page(
        &mut self,
        thread: Thread,
        space: AddressSpace,
        address: u64,
    ) -> Result<(), Refusal> {
        match self.map(thread.cptr(), Mapping::plain(space, address, Rights::READ)) {
            Ok(()) => Ok(()),
            Err(MapError::MissingTable { .. }) => Err(Refusal::NoTable),
            Err(MapError::Refused(refusal)) => Err(refusal),
        }
    }

    fn write_window(&mut self, offset: u64, bytes: &[u8]) {
        let (frame, flags) = self.mapped[&(OWN.0, WINDOW)];
        assert!(flags & u64::from(Rights::WRITE.bits()) != 0, "read-only");
        let page = self
            .content
            .entry(frame.0)
            .or_insert_with(|| std::vec![0; PAGE as usize]);
        let from = offset as usize;
        page[from..from + bytes.len()].copy_from_slice(bytes);
    }

    fn allow_counters(
        &mut self,
        control: SchedControl,
        space: AddressSpace,
    ) -> Result<(), Refusal> {
        self.step(Step::AllowCounters(control, space))
    }

    fn configure(&mut self, thread: Thread, to: ThreadConfiguration) -> Result<(), Refusal> {
        self.step(Step::Configure(thread, to))
    }

    fn bind_notification(&mut self, thread: Thread, to: Notification) -> Result<(), Refusal> {
        self.step(Step::BindNotification(thread, to))
    }

    fn set_start(&mut self, thread: Thread, start: Start) -> Result<(), Refusal> {
        self.step(Step::SetStart(thread, start))
    }

    fn schedule(&mut self, turn: Turn, context: SchedContext) -> Result<(), Refusal> {
        self.step(Step::Schedule(turn, context))
    }

    fn bind_context(&mut self, context: SchedContext, thread: Thread) -> Result<(), Refusal> {
        self.step(Step::BindContext(context, thread))
    }
}

/// A builder with memory for some objects.
#[derive(Default)]
pub(crate) struct FakeBuilder {
    pub(crate) kernel: FakeKernel,
    /// What was made, from slot [`FIRST`] on.
    pub(crate) made: Vec<(Kind, u8)>,
    pub(crate) kept: BTreeSet<u32>,
    /// How many objects can be made at all.
    pub(crate) memory: usize,
}

impl FakeBuilder {
    /// A builder with memory for more objects than a test makes.
    pub(crate) fn new() -> Self {
        Self {
            memory: 100,
            ..Self::default()
        }
    }

    /// The slots of all objects of a kind.
    pub(crate) fn slots_of(&self, kind: Kind) -> Vec<u32> {
        let made = (FIRST..).zip(&self.made);
        made.filter_map(|(slot, (made, _))| (*made == kind).then_some(slot))
            .collect()
    }
}

impl Builder for FakeBuilder {
    type Error = Trouble;
    type Calls = FakeKernel;

    fn calls(&mut self) -> &mut FakeKernel {
        &mut self.kernel
    }

    fn own_space(&self) -> AddressSpace {
        AddressSpace::from(OWN)
    }

    fn make(&mut self, kind: Kind, size: u8) -> Result<CPtr, Trouble> {
        if self.made.len() == self.memory {
            return Err(Trouble::OutOfMemory);
        }
        self.made.push((kind, size));
        Ok(CPtr(FIRST + self.made.len() as u32 - 1))
    }

    fn keep(&mut self, slot: CPtr) -> Result<(), Trouble> {
        assert!(self.kept.insert(slot.0), "kept already");
        Ok(())
    }

    fn error(doing: &'static str, refusal: Refusal) -> Trouble {
        Trouble::Refused(doing, refusal)
    }
}
