//! `SpaceMap`: maps a frame, or changes the rights of its mapping.

use weft_abi::cap::MapFlags;
use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Context, PageSize, PhysAddr, VirtAddr};
use weft_store::Ref;

use crate::Core;
use crate::cspace::Progress;
use crate::object::{AddressSpace, SlotRef, ThreadRef};
use crate::space::{MapRefusal, any_leaf_for};
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let argument = |index| thread.context.argument(index);
    let space = core.space_argument(thread, 0)?;
    let frame = core.expect(thread, argument(1), Kind::Frame, Rights::READ)?;
    if frame.mapping.get(core.home()) != 0 {
        core.can_wait_for(thread, core.cores_to_ask(space))?;
    }
    let (address, flags) = (VirtAddr(argument(2)), MapFlags(argument(3)));
    if core.prepare_frame(thread, (frame, space, address, flags))? == Progress::More {
        return Ok(Next::Repeat);
    }
    let mapped = core.map_frame(frame, space, address, flags);
    if mapped.is_ok() && frame.tag.get(core.home()).is_busy() {
        return Ok(core.waits_for_round(thread));
    }
    core.mapped(thread, mapped)
}

impl<A: Arch> Core<A> {
    /// Gets a large page ready, if that has to be done and it can be mapped. `More` if an interrupt came first.
    #[inline(always)]
    pub(super) fn prepare_frame(
        &mut self,
        thread: ThreadRef<A>,
        mapping: (SlotRef, Ref<AddressSpace>, VirtAddr, MapFlags),
    ) -> Result<Progress, Refusal> {
        if mapping.0.tag.get(self.home()).size() == PageSize::Small.log2() {
            return Ok(Progress::Done);
        }
        self.prepare_large_frame(thread, mapping)
    }

    #[cold]
    #[inline(never)]
    fn prepare_large_frame(
        &mut self,
        thread: ThreadRef<A>,
        (frame, space, address, flags): (SlotRef, Ref<AddressSpace>, VirtAddr, MapFlags),
    ) -> Result<Progress, Refusal> {
        let home = self.home();
        let physical = PhysAddr(frame.object.get(home));
        let leaf = any_leaf_for(frame.tag.get(home), physical, flags)?;
        if !self.has_to_prepare(&leaf) || !self.has_table(space, address, leaf.size) {
            return Ok(Progress::Done);
        }
        Ok(self.prepare_large(thread, frame, leaf))
    }

    /// Ends a call that maps a page: a missing level goes to `a1`.
    pub(crate) fn mapped(
        &self,
        thread: ThreadRef<A>,
        result: Result<(), MapRefusal>,
    ) -> Outcome<A> {
        match result {
            Ok(()) => Ok(Next::Done),
            Err(MapRefusal::Because(refusal)) => Err(refusal),
            Err(MapRefusal::MissingTable(level)) => {
                thread.context.set_argument(1, u64::from(level));
                Err(Refusal::NoTable)
            }
        }
    }
}
