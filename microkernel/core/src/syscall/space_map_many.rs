//! `SpaceMapMany`: maps frames in consecutive slots one behind the other, or changes their rights.
//!
//! An interrupt makes the thread repeat the call; how far it came stands in its last argument. A page that cannot be
//! mapped ends the call, and is refused only if no page was mapped before it: then nothing has changed.

use weft_abi::cap::MapFlags;
use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Context, VirtAddr};
use weft_store::Ref;

use crate::Core;
use crate::cspace::{Progress, power};
use crate::object::{AddressSpace, SlotRef, ThreadRef};
use crate::space::MapRefusal;
use crate::state::{Next, Outcome};

/// The greatest number of pages that one call maps or unmaps.
pub(super) const MOST: u64 = 512;
/// Where it stands how many pages are done.
const DONE: usize = 5;

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let argument = |index| thread.context.argument(index);
    let space = core.space_argument(thread, 0)?;
    let part = core.part_argument(thread, 4, DONE)?;
    let first = core.frames_argument(thread, argument(1), part.count)?;
    let (address, flags) = (argument(2), MapFlags(argument(3)));
    let size = first.tag.get(core.home()).size();
    let cores = core.cores_to_ask(space);
    let done = core.along_frames(thread, first, part, |core, frame, done| {
        if frame.mapping.get(core.home()) != 0 {
            core.can_wait_for(thread, cores)?;
        }
        if frame.tag.get(core.home()).size() != size {
            // It would lie behind frames of another size.
            return Err(Refusal::InvalidArgument.into());
        }
        let at = address.wrapping_add(done.wrapping_mul(power(size)));
        let left = part.count.wrapping_sub(done);
        core.map_checked((thread, frame), space, VirtAddr(at), flags, left)
    });
    match done {
        Ok(Next::Caller) if cores != 0 => Ok(core.waits_for_round(thread)),
        Ok(next) => Ok(next),
        Err(refusal) => core.mapped(thread, Err(refusal)),
    }
}

/// How many frames a call is about, how many of them are done, and where that stands.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub(super) count: u64,
    done: u64,
    done_at: usize,
}

impl<A: Arch> Core<A> {
    /// Does something with runs of frames in consecutive slots until all are done or one is refused: an error if that is
    /// the first. Between runs an interrupt makes the thread repeat the call.
    pub(super) fn along_frames<E>(
        &mut self,
        thread: ThreadRef<A>,
        first: SlotRef,
        part: Part,
        mut act: impl FnMut(&mut Self, SlotRef, u64) -> Result<u64, E>,
    ) -> Result<Next<A>, E> {
        let mut done = part.done;
        while done < part.count {
            let frame = self.behind(first.address(), done);
            match act(self, frame, done) {
                Ok(more) => done = done.wrapping_add(more),
                Err(_) if done > 0 => break,
                Err(refusal) => return Err(refusal),
            }
            if done < part.count && self.arch.interrupt_pending() {
                thread.context.set_argument(part.done_at, done);
                return Ok(Next::Repeat);
            }
        }
        thread.context.set_argument(1, done);
        Ok(Next::Caller)
    }

    /// As `map_run`, of slots that may hold anything. Gives 0 if an interrupt came while the first was got ready.
    fn map_checked(
        &mut self,
        (thread, first): (ThreadRef<A>, SlotRef),
        space: Ref<AddressSpace>,
        address: VirtAddr,
        flags: MapFlags,
        count: u64,
    ) -> Result<u64, MapRefusal> {
        self.check_frame(first)?;
        let to = (first, space, address, flags);
        if self.prepare_frame(thread, to)? == Progress::More {
            return Ok(0);
        }
        self.map_run(first, space, address, flags, count)
    }

    /// Refuses what is no frame that may be mapped.
    pub(super) fn check_frame(&self, slot: SlotRef) -> Result<(), Refusal> {
        let tag = slot.tag.get(self.home());
        match tag.kind() {
            None => Err(Refusal::NoCapability),
            Some(Kind::Frame) if !tag.rights().contains(Rights::READ) => Err(Refusal::NotPermitted),
            Some(Kind::Frame) if tag.home() != self.id() => Err(self.is_nowhere()),
            Some(Kind::Frame) => Ok(()),
            Some(_) => Err(Refusal::WrongKind),
        }
    }

    /// Two arguments: how many frames, and how many of them are done.
    pub(super) fn part_argument(
        &self,
        thread: ThreadRef<A>,
        count: usize,
        done_at: usize,
    ) -> Result<Part, Refusal> {
        let count = thread.context.argument(count);
        let done = thread.context.argument(done_at);
        if count == 0 || count > MOST || done >= count {
            return Err(Refusal::OutOfRange);
        }
        Ok(Part {
            count,
            done,
            done_at,
        })
    }

    /// The first of so many slots of the caller's CSpace, whatever they hold.
    pub(super) fn frames_argument(
        &self,
        thread: ThreadRef<A>,
        first: u64,
        count: u64,
    ) -> Result<SlotRef, Refusal> {
        let slot = |index: u64| {
            let (base, count) = thread.slots.get(self.home());
            (index != 0 && index < count).then(|| self.behind(base, index))
        };
        let last = first.checked_add(count.wrapping_sub(1));
        last.and_then(slot).ok_or(Refusal::NoCapability)?;
        slot(first).ok_or(Refusal::NoCapability)
    }
}
