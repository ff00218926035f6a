//! The stages of system calls about objects of two cores.

use weft_abi::cap::MapFlags;
use weft_abi::{CPtr, Kind, Refusal, Rights, Syscall};
use weft_hal::{Arch, Context, CoreId, PhysAddr, VirtAddr};

use crate::Core;
use crate::cspace::{Mint, Progress};
use crate::object::{Container, SlotRef, Tag, ThreadRef};
use crate::space::{Mapping, any_leaf_for};
use crate::state::Next;

use super::trip::Step;
use super::{Stage, Trip};

/// Which argument of a call that fills slots names their CNode; the index follows.
const fn cnode_argument(call: Syscall) -> Option<usize> {
    match call {
        Syscall::UntypedRetype => Some(3),
        Syscall::CNodeCopy | Syscall::CNodeMint | Syscall::CNodeMove => Some(0),
        _ => None,
    }
}

impl<A: Arch> Core<A> {
    /// Where a system call that cannot be made here goes on, and how.
    pub(super) fn plan_trip(
        &mut self,
        thread: ThreadRef<A>,
        call: Option<Syscall>,
    ) -> Option<(CoreId, Trip)> {
        let call = call?;
        let elsewhere = self.visits.elsewhere.take();
        match call {
            Syscall::UntypedRetype => self.plan_retype(thread),
            Syscall::CNodeCopy | Syscall::CNodeMint | Syscall::CNodeMove => {
                self.plan_derive(thread)
            }
            Syscall::SpaceMap => self.plan_map(thread),
            Syscall::ThreadSetAffinity => self.plan_affinity(thread),
            Syscall::SpaceUnmap if elsewhere.is_some_and(|(_, slot)| slot.is_some()) => {
                let (core, slot) = elsewhere?;
                let home = self.home();
                let frame = slot?;
                frame.tag.set(home, frame.tag.get(home).busy());
                let trip = Trip {
                    stage: Stage::Unmap,
                    slot,
                    core,
                    ..Trip::NONE
                };
                Some((core, trip))
            }
            Syscall::ThreadConfigure if elsewhere.is_some_and(|(_, slot)| slot.is_some()) => {
                let (core, slot) = elsewhere?;
                self.plan_fault_endpoint(thread, core, slot)
            }
            _ => {
                let (core, slot) = elsewhere?;
                if call == Syscall::Call && !self.is_visitor(thread) {
                    self.reserve_places(thread, core);
                }
                Some((core, self.call_about(core, slot)))
            }
        }
    }

    /// The slot for a thread's fault endpoint is filled by the core of that. The capability it comes from is in the
    /// caller's CSpace, which does not go away while the caller is.
    fn plan_fault_endpoint(
        &mut self,
        thread: ThreadRef<A>,
        core: CoreId,
        slot: Option<SlotRef>,
    ) -> Option<(CoreId, Trip)> {
        let target = self.expect_argument(thread, 0, Kind::Thread, Rights::WRITE);
        let home = self.home();
        let target: ThreadRef<A> = target.ok()?.object_of(home, Kind::Thread)?;
        let to = target.part(|target| &target.fault_endpoint);
        to.tag.set(home, Tag::reserved(Container::OBJECT, core));
        let trip = Trip {
            stage: Stage::Derive,
            slot,
            to: Some(to),
            count: 1,
            core,
            ..Trip::NONE
        };
        Some((core, trip))
    }

    /// The system call as a whole, on the core that has what it is about.
    fn call_about(&mut self, core: CoreId, slot: Option<SlotRef>) -> Trip {
        let pinned = [slot.and_then(|slot| self.pin(slot)), None];
        Trip {
            stage: Stage::Call,
            slot,
            core,
            pinned,
            ..Trip::NONE
        }
    }

    fn plan_retype(&mut self, thread: ThreadRef<A>) -> Option<(CoreId, Trip)> {
        let owner = self.core_of(thread, 0, Kind::Untyped)?;
        let place = self.core_of(thread, 3, Kind::CNode)?;
        self.plan_filling(owner, place, None)
    }

    fn plan_derive(&mut self, thread: ThreadRef<A>) -> Option<(CoreId, Trip)> {
        let place = self.core_of(thread, 0, Kind::CNode)?;
        let source = self.core_of(thread, 2, Kind::CNode)?;
        if source != self.id() {
            // Both of another core, or too many.
            let together = source == place;
            return together.then(|| (source, self.call_about(source, None)));
        }
        let from = self.any_slot(thread, 2)?;
        let tag = from.tag.get(self.home());
        if tag.is_empty() || tag.is_reserved() {
            return None;
        }
        self.plan_filling(tag.home(), place, Some(from))
    }

    /// How slots of a CNode on `place` are filled by `owner`.
    fn plan_filling(
        &mut self,
        owner: CoreId,
        place: CoreId,
        from: Option<SlotRef>,
    ) -> Option<(CoreId, Trip)> {
        if owner == place && from.is_none() {
            return Some((owner, self.call_about(owner, None)));
        }
        let pinned = [from.and_then(|from| self.pin(from)), None];
        let trip = Trip {
            stage: Stage::Reserve,
            slot: from,
            core: owner,
            pinned,
            ..Trip::NONE
        };
        Some((place, trip))
    }

    fn plan_map(&mut self, thread: ThreadRef<A>) -> Option<(CoreId, Trip)> {
        let core = self.core_of(thread, 0, Kind::AddressSpace)?;
        let owner = self.core_of(thread, 1, Kind::Frame)?;
        if core == owner {
            return Some((core, self.call_about(core, None)));
        }
        let trip = Trip {
            stage: Stage::Frame,
            core,
            ..Trip::NONE
        };
        Some((owner, trip))
    }

    /// A stage of a call about two cores.
    pub(super) fn run_errand(&mut self, thread: ThreadRef<A>, stage: Stage) -> Step {
        let next = match stage {
            Stage::Reserve => self.reserve(thread),
            Stage::Derive => self.derive_reserved(thread),
            Stage::Retype => self.retype_reserved(thread),
            Stage::Frame => self.find_frame(thread),
            Stage::Map => self.map_found(thread),
            Stage::Unmap => self.unmap_found(thread),
            Stage::Settle => self.settle_frame(thread),
            Stage::Fault => Ok(self.fault_as_visitor(thread)),
            Stage::Unbind => Ok(self.unbind_far(thread)),
            Stage::Permit => self.permit(thread),
            Stage::Allow => self.allow(thread),
            Stage::Call | Stage::Home | Stage::Lodge | Stage::Lodged => Ok(Step::Stay),
        };
        next.unwrap_or_else(|refusal| Step::End(Err(refusal)))
    }

    /// Reserves the destination of a call for the core that fills it.
    fn reserve(&mut self, thread: ThreadRef<A>) -> Result<Step, Refusal> {
        let home = self.home();
        let call = Syscall::from_number(thread.context.number());
        let at = call.and_then(cnode_argument).ok_or(Refusal::WrongCore)?;
        let cnode = self.expect_argument(thread, at, Kind::CNode, Rights::WRITE)?;
        let first = thread.context.argument(at.wrapping_add(1));
        let mut trip = thread.trip.get(home);
        let (count, stage) = match call {
            Some(Syscall::UntypedRetype) => (self.part_of_order(thread)?, Stage::Retype),
            _ => (1, Stage::Derive),
        };
        let to = self.destination(cnode, first, count)?;
        self.reserve_row(to, count, trip.core);
        trip.to = Some(to);
        trip.count = count;
        trip.pinned = match trip.pinned {
            [Some(first), _] => [Some(first), self.pin(to)],
            [None, _] => [self.pin(to), None],
        };
        thread.trip.set(home, trip);
        Ok(Step::Go(trip.core, stage))
    }

    /// Copies, mints or moves a capability of this core into the slot that is reserved for it.
    fn derive_reserved(&mut self, thread: ThreadRef<A>) -> Result<Step, Refusal> {
        let trip = thread.trip.get(self.home());
        let (Some(from), Some(to)) = (trip.slot, trip.to) else {
            return Err(Refusal::WrongCore);
        };
        let derived = self.derive_as_asked(thread, from, to);
        if derived.is_err() {
            self.give_back(to);
        }
        derived.map(|()| Step::End(Ok(())))
    }

    fn derive_as_asked(
        &mut self,
        thread: ThreadRef<A>,
        from: SlotRef,
        to: SlotRef,
    ) -> Result<(), Refusal> {
        if !self.is_mine(from) {
            return Err(Refusal::NoCapability);
        }
        match Syscall::from_number(thread.context.number()) {
            Some(Syscall::CNodeMove) => self.move_if_settled(from, to),
            Some(Syscall::CNodeMint) => {
                let rights = self.rights_argument(thread, 4)?;
                let mint = Mint::Badge(thread.context.argument(5));
                self.derive(from, to, rights, mint)
            }
            Some(Syscall::ThreadConfigure) => self.copy_into(from, to, Rights::all()),
            _ => {
                let rights = self.rights_argument(thread, 4)?;
                self.derive(from, to, rights, Mint::Same)
            }
        }
    }

    /// Makes objects of this core's memory, and their capabilities in the slots that are reserved for them. What is not
    /// made before an interrupt comes is given back.
    fn retype_reserved(&mut self, thread: ThreadRef<A>) -> Result<Step, Refusal> {
        let trip = thread.trip.get(self.home());
        let Some(to) = trip.to else {
            return Err(Refusal::WrongCore);
        };
        let result = self.retype_part(thread, to, trip.count);
        let made = *result.as_ref().map_or(&0, |(made, _)| made);
        for index in made..trip.count {
            self.give_back(self.behind(to.address(), index));
        }
        result.map(|(_, next)| match next {
            Next::Repeat => Step::Repeat,
            _ => Step::End(Ok(())),
        })
    }

    /// Finds the frame that is to be mapped in a space of another core.
    fn find_frame(&mut self, thread: ThreadRef<A>) -> Result<Step, Refusal> {
        let home = self.home();
        let argument = |index| thread.context.argument(index);
        let frame = self.expect_argument(thread, 1, Kind::Frame, Rights::READ)?;
        let tag = frame.tag.get(home);
        let flags = MapFlags(argument(3));
        let leaf = any_leaf_for(tag, PhysAddr(frame.object.get(home)), flags)?;
        if tag.is_busy() || self.is_mapped(frame) {
            return Err(Refusal::AlreadyMapped);
        }
        if self.has_to_prepare(&leaf) && self.prepare_large(thread, frame, leaf) == Progress::More {
            return Ok(Step::Repeat);
        }
        let mut trip = thread.trip.get(home);
        frame.tag.set(home, tag.busy());
        frame.mapping.set(home, Mapping::expected(trip.core).0);
        trip.slot = Some(frame);
        trip.leaf = Some(leaf);
        thread.trip.set(home, trip);
        Ok(Step::Go(trip.core, Stage::Map))
    }

    /// Maps a frame of another core, which that has found. What the frame's capability remembers of it is this core's
    /// meanwhile.
    fn map_found(&mut self, thread: ThreadRef<A>) -> Result<Step, Refusal> {
        let home = self.home();
        let trip = thread.trip.get(home);
        let (Some(frame), Some(leaf)) = (trip.slot, trip.leaf) else {
            return Err(Refusal::WrongCore);
        };
        let address = VirtAddr(thread.context.argument(2));
        let mapped = self
            .space_argument(thread, 0)
            .map_err(Into::into)
            .and_then(|space| self.map_any_page(space, leaf, address));
        let word = *mapped.as_ref().unwrap_or(&Mapping::NONE);
        frame.mapping.set(home, word.0);
        let result = self.mapped(thread, mapped.map(drop));
        self.note_result(thread, result.map(drop));
        Ok(Step::Go(self.home_of(frame), Stage::Settle))
    }

    /// Removes the mapping of a frame of another core, which that has found.
    fn unmap_found(&mut self, thread: ThreadRef<A>) -> Result<Step, Refusal> {
        let Some(frame) = thread.trip.get(self.home()).slot else {
            return Err(Refusal::WrongCore);
        };
        let core = self.home_of(frame);
        let result = self.unmap_frame(frame);
        self.note_result(thread, result.map(drop));
        if let Ok((word, cores)) = result
            && cores != 0
        {
            // The frame goes home when they have forgotten it, and the thread behind it.
            self.unmap_round(frame, word, cores);
            self.pass_by(thread, self.id());
            self.pass_by(thread, core);
            self.go_home(thread);
            return Ok(Step::Stay);
        }
        Ok(Step::Go(core, Stage::Settle))
    }

    fn home_of(&self, slot: SlotRef) -> CoreId {
        slot.tag.get(self.home()).home()
    }

    /// Keeps how a call ends until the last stage is done.
    fn note_result(&self, thread: ThreadRef<A>, result: Result<(), Refusal>) {
        let status = result.err().map_or(0, |refusal| refusal as u64);
        thread.context.set_status(status);
    }

    /// The mapping of a frame of this core was made or removed on another.
    fn settle_frame(&mut self, thread: ThreadRef<A>) -> Result<Step, Refusal> {
        let home = self.home();
        if let Some(frame) = thread.trip.get(home).slot {
            frame.tag.set(home, frame.tag.get(home).settled());
        }
        self.go_home(thread);
        Ok(Step::Stay)
    }

    /// The slot that two arguments name in a CNode of this core, whatever it holds.
    #[inline(never)]
    fn any_slot(&self, thread: ThreadRef<A>, argument: usize) -> Option<SlotRef> {
        let index = thread.context.argument(argument.wrapping_add(1));
        let cnode = self
            .expect_argument(thread, argument, Kind::CNode, Rights::WRITE)
            .ok()?;
        self.slot_of(&cnode, CPtr(u32::try_from(index).ok()?))
    }
}
